"""What would stop an adoption half way is told by the dry run and by `migrate`, before anything is changed."""

import pytest
from django.core.management import call_command
from django.db import connection

from config.schema.adoption.dry_run import dry_run
from tests.legacy import seeds
from tests.legacy.seeds import row_id
from tests.legacy.states import older_tree, run, stuck
from tests.legacy.test_refusals import adopter, refused

#: A text that compression makes no shorter.
LONG = "(SELECT string_agg(md5(n::text), '') FROM generate_series(1, 300) n)"
ENUM = (
    "CREATE TYPE appr AS ENUM ('pending', 'approved', 'rejected', 'PENDING')",
    "UPDATE prospects SET approval_status = 'pending'",
    "ALTER TABLE prospects ALTER approval_status DROP DEFAULT",
    "ALTER TABLE prospects ALTER approval_status TYPE appr USING approval_status::appr",
    "CREATE INDEX zz_approved ON prospects (domain) WHERE approval_status = 'approved'::appr",
)

OBSTACLES: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "columns that a later migration adds": (
        ("ALTER TABLE jobs ADD finished_at timestamptz, ADD started_at timestamptz DEFAULT now() NOT NULL",),
        (
            "jobs.finished_at is there already, and pipeline.0010_job_engine will make",
            "ALTER TABLE jobs RENAME started_at TO started_at_before",
        ),
    ),
    "a key of the team's that would be overwritten": (
        ("ALTER TABLE prospects ADD domain_key text, ADD profile_key varchar",),
        ("prospects.domain_key is there already", "prospects.profile_key is there already"),
    ),
    "legacy_values of somebody else": (
        ("ALTER TABLE prospects ADD legacy_values text", "ALTER TABLE jobs ADD legacy_values jsonb"),
        ("prospects.legacy_values is there", "jobs.legacy_values is there"),
    ),
    "a generated column": (
        ("ALTER TABLE prospects ADD is_ok boolean GENERATED ALWAYS AS (approval_status = 'approved') STORED",),
        ("prospects is read by the generated column is_ok",),
    ),
    "a generated column of ours": (
        ("ALTER TABLE prospects ADD final_body text GENERATED ALWAYS AS (draft_body) STORED",),
        ("prospects is read by the generated column final_body",),
    ),
    "an index with a value of an enum": (ENUM, ("the index zz_approved cannot stay", "operator does not exist")),
    "an index by a function of json": (
        (
            "UPDATE prospects SET scrape_payload = NULL",
            "CREATE INDEX zz_json ON prospects (json_extract_path_text(scrape_payload, 'k'))",
        ),
        ("the index zz_json cannot stay",),
    ),
    "a partitioned table": (
        (
            "CREATE TABLE zz (LIKE email_logs) PARTITION BY RANGE (sent_at)",
            "DROP TABLE email_logs",
            "ALTER TABLE zz RENAME TO email_logs",
        ),
        ("email_logs is partitioned",),
    ),
    "a child": (
        ("CREATE TABLE prospects_2024 () INHERITS (prospects)",),
        ("prospects_2024 inherits from prospects: ALTER TABLE prospects_2024 NO INHERIT prospects",),
    ),
    "a function that reads a column": (
        (
            "CREATE FUNCTION zz_approved() RETURNS bigint BEGIN ATOMIC "
            "SELECT count(*) FROM prospects WHERE approval_status = 'approved'; END",
        ),
        ("prospects is read by the function zz_approved",),
    ),
    "a publication of some rows": (
        ("CREATE PUBLICATION zz_pub FOR TABLE prospects WHERE (approval_status = 'approved')",),
        ("prospects is read by the publication zz_pub",),
    ),
    "a column of the row type": (
        ("CREATE TABLE zz_copies (was prospects)",),
        ("prospects is read by the column zz_copies.was, which is of its row type",),
    ),
    "a domain too long for the index of its key": (
        ("DROP INDEX ix_prospects_domain", f"UPDATE prospects SET domain = {LONG} WHERE id = '{{prospect}}'"),
        ("a text in domain_key is too long for the index prospects_domain_key", "{prospect}"),
    ),
    "a category too long for its index": (
        (f"UPDATE prospects SET discovery_category = left({LONG}, 2000) WHERE id = '{{prospect}}'",),
        ("a text in discovery_category is too long for the index prospects_category", "{prospect}"),
    ),
    "an index with the name of one to come": (
        ("CREATE TABLE zz_runs (n integer)", "CREATE INDEX jobs_newest ON zz_runs (n)"),
        (
            "jobs_newest: another index of zz_runs has this name, and pipeline.0008_indexes",
            "ALTER INDEX jobs_newest RENAME",
        ),
    ),
    "an index of the table with the name of a plain one to come": (
        ("CREATE INDEX jobs_started_by ON jobs (user_id)",),
        ("jobs_started_by: another index of jobs has this name",),
    ),
    "a sequence and a type with the names of tables to come": (
        ("CREATE SEQUENCE webhooks", "CREATE TYPE imports AS ENUM ('a')", "CREATE INDEX job_items ON jobs (user_id)"),
        ("webhooks: another sequence has", "imports: another type has", "job_items: another index of jobs has"),
    ),
    "another tool's alembic_version": (
        ("ALTER TABLE alembic_version RENAME version_num TO version",),
        ("alembic_version has no column version_num",),
    ),
    "a foreign key on a unique key that gives way": (
        (
            "ALTER TABLE prospects ADD old_id integer GENERATED BY DEFAULT AS IDENTITY",
            "UPDATE prospects SET page_url = id::text",
            "ALTER TABLE prospects ADD CONSTRAINT zz_url UNIQUE (page_url)",
            "CREATE TABLE zz_pages (url text REFERENCES prospects (page_url))",
        ),
        ("the unique key zz_url has to give way", "zz_pages"),
    ),
}
DUPLICATE = (
    "ALTER TABLE settings DROP CONSTRAINT uq_settings_key",
    "INSERT INTO settings (id, key, value, created_at, updated_at) VALUES "
    "('00000000-0000-4000-9000-0000000000f1', 'automation', '{{}}', '2001-01-01', '2001-01-01')",
)
for rule in ("CASCADE", "RESTRICT"):
    OBSTACLES[f"rows of others, ON DELETE {rule}, that refer to a duplicate"] = (
        (
            *DUPLICATE,
            f"CREATE TABLE setting_audit (setting_id uuid REFERENCES settings ON DELETE {rule})",
            "INSERT INTO setting_audit VALUES ('00000000-0000-4000-9000-0000000000f1')",
        ),
        ("setting_audit.setting_id: 1 rows refer", "rows of settings that have to go"),
    )


def stuck_and_seeded() -> None:
    stuck()
    seeds.seed(connection)


def prepared(texts: tuple[str, ...]) -> list[str]:
    return [text.replace("{prospect}", row_id("prospects", 3)).replace("{{}}", "{}") for text in texts]


@pytest.mark.parametrize("name", OBSTACLES)
def test_what_would_stop_an_adoption_is_told_before_anything_is_changed(databases, name):
    statements, words = (prepared(texts) for texts in OBSTACLES[name])
    with databases.copy(databases.template("seeded stuck", stuck_and_seeded)):
        run(*statements)
        with refused(*words):
            call_command("migrate", verbosity=0)
        with refused(*words):
            dry_run("default")


def own_all() -> None:
    """The tables are the role's that `adopter` makes."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename <> 'alembic_version'")
        run(*(f"ALTER TABLE {table} OWNER TO adopter" for (table,) in cursor.fetchall()))


@pytest.mark.parametrize(
    ("statements", "words"),
    [
        (("GRANT SELECT ON alembic_version TO adopter",), ("may make no table in the schema public", "GRANT CREATE")),
        (("GRANT CREATE ON SCHEMA public TO adopter",), ("alembic_version cannot be read by the role adopter",)),
    ],
    ids=("no new tables", "the version table"),
)
def test_what_the_role_may_not_do_is_told_before_anything_is_changed(databases, chain, statements, words):
    with adopter(), databases.copy(databases.template("seeded stuck", stuck_and_seeded)):
        own_all()
        run("REVOKE CREATE ON SCHEMA public FROM PUBLIC", *statements)
        for adopt in (lambda: dry_run("default"), chain.adopt):
            with refused(*words):
                run("SET ROLE adopter")
                adopt()


@pytest.mark.slow
def test_a_long_text_that_fits_its_index_does_not_stand_in_the_way(legacy, proof, chain):
    with legacy("older_tree", older_tree):
        run(f"UPDATE prospects SET discovery_category = repeat('long ', 2000) WHERE id = '{row_id('prospects', 3)}'")
        before = proof()
        chain.adopt()
        before.check()
