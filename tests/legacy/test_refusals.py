"""A database that is not the older system's, or holds what has no place, is refused and stays as it is."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from django.core.management import call_command
from django.db import connection

from config.schema.adoption.dry_run import dry_run
from config.schema.adoption.recognise import AdoptionRefused
from tests.legacy.dumps import dump
from tests.legacy.seeds import row_id
from tests.legacy.states import older_tree, run, stuck

SHOP = "CREATE TABLE shop_order (id serial PRIMARY KEY, total numeric)"


@contextmanager
def refused(*words: str) -> Iterator[None]:
    """Assert that the block is refused with these words, and that nothing changed."""
    before = dump()
    with pytest.raises(AdoptionRefused) as refusal:
        yield
    assert [word for word in words if word not in str(refusal.value)] == [], str(refusal.value)
    assert dump() == before


@pytest.mark.parametrize(
    ("statements", "words"),
    [
        pytest.param((SHOP,), ("1 tables of another application (shop_order)", "DATABASE_URL"), id="a shop's"),
        pytest.param(
            (SHOP, "CREATE TABLE jobs (id serial PRIMARY KEY, job_type varchar)"),
            ("jobs.id is integer",),
            id="a table of our name with other keys",
        ),
        pytest.param(
            ("CREATE TABLE settings (id uuid PRIMARY KEY, name varchar, setting text)",),
            ("settings has no column key, value",),
            id="a table of our name without our columns",
        ),
        pytest.param(
            ("CREATE VIEW prospects AS SELECT gen_random_uuid() AS id, 'a.example'::varchar AS domain",),
            ("prospects is not a table",),
            id="a view in a table's place",
        ),
    ],
)
def test_another_database_is_refused_by_migrate_and_left_as_it_is(databases, statements, words):
    with databases.copy():
        run(*statements)
        with refused(*words):
            call_command("migrate", verbosity=0)


@pytest.mark.parametrize(
    ("statement", "words"),
    [
        pytest.param(
            "ALTER TABLE prospects ALTER da_est TYPE bytea USING NULL", ("prospects.da_est: bytea",), id="bytea"
        ),
        pytest.param(
            "ALTER TABLE prospects ALTER domain TYPE integer USING 1", ("prospects.domain: integer",), id="int"
        ),
        pytest.param(
            "ALTER TABLE email_logs ALTER sent_at DROP DEFAULT, ALTER sent_at TYPE inet USING NULL",
            ("email_logs.sent_at: inet",),
            id="inet",
        ),
        pytest.param(
            "ALTER TABLE prospects ALTER domain DROP NOT NULL; UPDATE prospects SET domain = NULL WHERE id = "
            f"'{row_id('prospects', 3)}'",
            ("prospects.domain must not be NULL", "1 rows", row_id("prospects", 3)),
            id="a prospect without a domain",
        ),
        pytest.param(
            "ALTER TABLE prospects DROP CONSTRAINT prospects_pkey CASCADE; INSERT INTO prospects (id, domain) "
            f"VALUES ('{row_id('prospects', 3)}', 'twice.example')",
            ("prospects has no primary key", row_id("prospects", 3)),
            id="two prospects with one id",
        ),
    ],
)
def test_a_database_with_what_has_no_place_is_refused_before_anything_is_changed(legacy, chain, statement, words):
    with legacy("stuck", stuck):
        run(statement)
        with refused(*words):
            chain.adopt()


@pytest.mark.parametrize(
    ("statement", "words"),
    [
        pytest.param(
            "CREATE TABLE webhooks (id serial PRIMARY KEY, target text)",
            ("webhooks is there already", "pipeline.0011_webhooks will make", "no column", "Rename it"),
            id="a table of a later migration",
        ),
        pytest.param(
            "CREATE TABLE suppressions (email text PRIMARY KEY)",
            ("suppressions is there already", "prospects.0013_imports_merges_suppression"),
            id="another later one",
        ),
        pytest.param(
            "CREATE VIEW job_items AS SELECT 1 AS id",
            ("job_items is there already", "no table (a view?)"),
            id="a view",
        ),
        pytest.param(
            "CREATE TABLE auth_user (id serial PRIMARY KEY, name text)",
            ("auth_user is there already", "auth.0001_initial"),
            id="a table of Django's",
        ),
        pytest.param(
            "CREATE TABLE auth_user_groups (owner integer)",
            ("auth_user_groups is there already", "auth.0001_initial"),
            id="a table between two of Django's",
        ),
    ],
)
def test_what_has_the_name_of_a_table_to_come_is_told_before_anything_is_changed(databases, statement, words):
    with databases.copy(databases.template("raw stuck", stuck)):
        run(statement)
        with refused(*words):
            call_command("migrate", verbosity=0)
        with refused(*words):
            dry_run("default")


def test_a_table_of_ours_whose_row_in_the_history_is_lost_may_be_recorded(databases, chain):
    others = databases.template("others", chain.migrate_others)
    with databases.copy(others):
        run("DELETE FROM django_migrations WHERE app = 'sessions'")
        call_command("migrate", "sessions", fake=True, verbosity=0)
        chain.adopt()


@pytest.mark.slow
@pytest.mark.parametrize(
    ("statement", "words"),
    [
        (
            "CREATE VIEW zz_scores AS SELECT domain, score FROM prospects",
            ("prospects is read by the view zz_scores",),
        ),
        (
            "CREATE POLICY zz_mine ON jobs USING (status = 'pending')",
            ("jobs is read by the policy zz_mine",),
        ),
        (
            f"UPDATE email_attachments SET size_bytes = -1 WHERE id = '{row_id('email_attachments', 1)}'",
            ("email_attachments.size_bytes", row_id("email_attachments", 1)),
        ),
        (
            "ALTER TABLE scraper_history ALTER triggered_at DROP NOT NULL; UPDATE scraper_history SET "
            "triggered_at = NULL, created_at = NULL",
            ("scraper_history.", "8 rows"),
        ),
        (
            "ALTER TABLE settings ALTER key DROP NOT NULL; UPDATE settings SET key = NULL WHERE key = ''",
            ("settings.key",),
        ),
    ],
)
def test_what_stands_in_the_way_is_named(legacy, chain, statement, words):
    with legacy("older_tree", older_tree):
        run(statement)
        with refused(*words):
            chain.adopt()


@contextmanager
def adopter() -> Iterator[None]:
    """A role that owns nothing; its databases are gone before it goes."""
    run("CREATE ROLE adopter")
    try:
        yield
    finally:
        run("DROP ROLE adopter")


@pytest.mark.slow
@pytest.mark.parametrize(
    ("statements", "words"),
    [
        (("SET ROLE adopter",), ("belongs to postgres", "adopt as postgres")),
        (
            (
                "ALTER TABLE prospects ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY, OWNER TO adopter",
                "SET ROLE adopter",
            ),
            ("prospects has row security",),
        ),
    ],
    ids=("of another role", "row security"),
)
def test_a_role_that_may_not_change_a_table_or_does_not_see_its_rows_is_told_so(legacy, chain, statements, words):
    with adopter(), legacy("stuck", stuck):
        run(
            "GRANT ALL ON ALL TABLES IN SCHEMA public TO adopter",
            *statements,
        )
        owner = connection.settings_dict["USER"]
        with pytest.raises(AdoptionRefused) as refusal:
            chain.adopt()
        for word in words:
            assert word.replace("postgres", owner) in str(refusal.value)


def test_a_database_with_djangos_own_tables_is_adopted_as_ours_and_a_strangers_is_not(databases, chain):
    others = databases.template("others", chain.migrate_others)
    with databases.copy(others):
        run(SHOP)
        with refused("shop_order"):
            chain.adopt()
    with databases.copy(others):
        chain.adopt()
