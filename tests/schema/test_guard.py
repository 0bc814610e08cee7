"""The verdict on this project's own database: what a start asks, what it says, what it stores."""

from __future__ import annotations

from functools import cache

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from config.schema import guard
from config.schema.alembic import record_alembic_version
from config.schema.catalog import Snapshot, snapshot
from config.schema.fingerprint import fingerprint, managed_tables
from config.schema.models import VerifiedSchema
from config.schema.shadow import build, leaf_state

pytestmark = pytest.mark.django_db

postgresql_only = pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has no such thing")


@pytest.fixture(autouse=True)
def nothing_remembered():
    guard.forget()
    yield
    guard.forget()


def execute(sql: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql)


def questions(context: CaptureQueriesContext) -> list[str]:
    """The queries but for the savepoints, which are there because a test runs in a transaction."""
    return [query["sql"] for query in context if "SAVEPOINT" not in query["sql"]]


def ids(report) -> set[str]:
    return {finding.id for finding in report.findings}


def test_the_migrated_database_is_in_line_with_the_migrations():
    assert not guard.compare().findings, guard.compare().as_text()


def test_a_start_on_a_verified_schema_asks_one_question():
    guard.store_verified()
    guard.verify()
    with CaptureQueriesContext(connection) as context:
        assert guard.verify().ok
    assert len(questions(context)) == 1


def test_verified_asks_one_question():
    guard.store_verified()
    with CaptureQueriesContext(connection) as context:
        assert guard.verified()
    assert len(questions(context)) == 1


def test_a_snapshot_asks_as_often_for_many_tables_as_for_few():
    tables = managed_tables(connection)
    with CaptureQueriesContext(connection) as few:
        snapshot(connection, tables[:3])
    with CaptureQueriesContext(connection) as many:
        snapshot(connection, tables)
    assert len(questions(few)) == len(questions(many)) <= 3


def test_a_missing_column_is_named_with_the_migration_that_makes_it():
    execute("ALTER TABLE prospects DROP COLUMN page_title")
    report = guard.verify()
    (finding,) = report.errors
    assert (finding.id, finding.place) == ("schema.E011", "prospects.page_title")
    assert "prospects.0001" in finding.detail
    assert "recorded as applied" in finding.detail
    assert finding.command == "manage.py schema repair"
    assert not guard.verified()


def test_a_missing_column_whose_migration_is_not_applied_is_mended_by_migrate():
    execute("ALTER TABLE prospects DROP COLUMN page_title")
    execute("DELETE FROM django_migrations WHERE app IN ('prospects', 'pipeline')")
    missing = [finding for finding in guard.verify().findings if finding.id == "schema.E011"]
    assert [finding.command for finding in missing] == ["manage.py migrate"]
    assert "is not applied" in missing[0].detail


@pytest.mark.parametrize("look", [guard.verify, guard.compare, guard.store_verified])
def test_a_migration_table_without_one_of_its_columns_is_a_finding_and_no_crash(look):
    execute("ALTER TABLE django_migrations RENAME COLUMN app TO app_")
    places = {finding.place for finding in look().errors if finding.id == "schema.E011"}
    assert places & {"django_migrations", "django_migrations.app"}


def test_nothing_is_stored_while_there_is_an_error():
    VerifiedSchema.objects.all().delete()
    execute("ALTER TABLE prospects DROP COLUMN page_title")
    assert not guard.store_verified().ok
    assert not VerifiedSchema.objects.exists()
    assert not guard.verified()


def test_what_is_stored_comes_from_the_shadow_and_not_from_the_live_tables():
    execute("ALTER TABLE prospects ADD COLUMN alien text")
    guard.store_verified()
    stored = Snapshot.from_json(VerifiedSchema.objects.get().expected)
    assert stored == guard.expected()
    assert stored.tables["prospects"].column("alien") is None


def test_warnings_are_stored_with_the_fingerprint_and_said_again_at_a_start():
    execute("CREATE TABLE alien (id integer)")
    guard.store_verified()
    guard.forget()
    with CaptureQueriesContext(connection) as context:
        assert ids(guard.verify()) == {"schema.W002"}
    assert len(questions(context)) == 1


def test_drift_that_is_only_a_warning_is_compared_once_in_a_process():
    guard.store_verified()
    execute("CREATE TABLE alien (id integer)")
    assert ids(guard.verify()) == {"schema.W002"}
    with CaptureQueriesContext(connection) as context:
        assert ids(guard.verify()) == {"schema.W002"}
    assert len(questions(context)) == 1


def test_a_changed_migration_makes_the_stored_entry_worthless(monkeypatch):
    guard.store_verified()
    assert guard.verified()
    monkeypatch.setattr(guard, "graph_digest", cache(lambda: "other"))
    assert not guard.verified()


def test_an_object_that_is_registered_with_a_reason_is_no_finding(settings):
    execute("CREATE VIEW report AS SELECT 1 AS x")
    execute("CREATE INDEX by_hand ON prospects (page_title)")
    assert ids(guard.compare()) == {"schema.W002"}
    objects = {"report": "the team's report", "prospects.by_hand": "for the report"}
    settings.SCHEMA = {**settings.SCHEMA, "OBJECTS": objects}
    assert not guard.compare().findings, guard.compare().as_text()


@postgresql_only
def test_a_rule_that_takes_the_place_of_writes_is_an_error_until_it_is_registered_with_a_reason(settings):
    execute("CREATE RULE elsewhere AS ON INSERT TO prospects DO INSTEAD NOTHING")
    assert [(finding.id, finding.place) for finding in guard.compare().errors] == [
        ("schema.E019", "prospects (elsewhere)")
    ]
    settings.SCHEMA = {**settings.SCHEMA, "OBJECTS": {"prospects.elsewhere": "the archive takes them"}}
    assert not guard.compare().findings, guard.compare().as_text()


def test_what_is_registered_after_a_comparison_is_no_finding_at_the_next_start(settings):
    execute("CREATE VIEW report AS SELECT 1 AS x")
    guard.store_verified()
    guard.forget()
    assert ids(guard.verify()) == {"schema.W002"}
    settings.SCHEMA = {**settings.SCHEMA, "OBJECTS": {"report": "the team's report"}}
    with CaptureQueriesContext(connection) as context:
        assert not guard.verify().findings
    assert len(questions(context)) == 1


@pytest.mark.parametrize("remembered", [True, False], ids=["by the process", "in the database"])
@postgresql_only
def test_what_is_registered_no_more_is_a_finding_at_the_next_start(remembered, settings):
    execute("CREATE RULE elsewhere AS ON INSERT TO prospects DO INSTEAD NOTHING")
    before = settings.SCHEMA
    settings.SCHEMA = {**before, "OBJECTS": {"prospects.elsewhere": "the archive takes them"}}
    if remembered:
        VerifiedSchema.objects.all().delete()
        guard.verify()
    else:
        guard.store_verified()
        guard.forget()
    assert not guard.verify().findings
    assert guard.verified()
    settings.SCHEMA = before
    assert [(finding.id, finding.place) for finding in guard.verify().errors] == [
        ("schema.E019", "prospects (elsewhere)")
    ]
    assert not guard.verified()


@postgresql_only
def test_what_is_registered_stays_so_while_the_database_is_ahead(settings):
    execute(GHOST)
    execute("CREATE VIEW report AS SELECT 1 AS x")
    settings.SCHEMA = {**settings.SCHEMA, "OBJECTS": {"report": "the team's report"}}
    assert [finding.name for finding in guard.compare().findings] == ["prospects.9999_of_newer_code"]


@postgresql_only
@pytest.mark.parametrize(
    "change",
    ["ALTER DOMAIN short SET NOT NULL", "ALTER DOMAIN short ADD CHECK (VALUE IS NOT NULL)"],
)
def test_a_start_notices_that_a_domain_of_an_unknown_column_became_stricter(change):
    execute("CREATE DOMAIN short AS varchar(5)")
    execute("ALTER TABLE jobs ADD COLUMN alien short")
    guard.store_verified()
    assert guard.verify().ok
    execute(change)
    assert [(finding.id, finding.place) for finding in guard.verify().errors] == [("schema.E015", "jobs.alien")]


GHOST = (
    "INSERT INTO django_migrations (app, name, applied) VALUES ('prospects', '9999_of_newer_code', CURRENT_TIMESTAMP)"
)


def test_a_database_ahead_of_the_code_starts_when_this_code_still_works_on_it():
    execute(GHOST)
    execute("ALTER TABLE prospects ADD COLUMN newer text")
    execute("CREATE UNIQUE INDEX newer ON prospects (id, domain, page_url)")
    report = guard.verify()
    assert report.ok, report.as_text()
    assert ids(report) == {"schema.W001"}


def test_a_database_ahead_of_the_code_is_refused_when_a_column_this_code_needs_is_gone():
    execute(GHOST)
    execute("ALTER TABLE prospects DROP COLUMN page_title")
    assert "schema.E011" in ids(guard.verify())


def test_what_is_forgiven_while_the_database_is_ahead_is_not_stored():
    VerifiedSchema.objects.all().delete()
    execute(GHOST)
    assert guard.store_verified().ok
    assert not VerifiedSchema.objects.exists()


def test_a_change_of_the_old_tools_version_table_is_reported_at_every_start():
    execute("CREATE TABLE alembic_version (version_num varchar(32))")
    execute("INSERT INTO alembic_version VALUES ('add_realtime_scraping_fields')")
    assert record_alembic_version(connection) == ["add_realtime_scraping_fields"]
    guard.store_verified()
    assert "schema.W004" not in ids(guard.verify())
    execute("UPDATE alembic_version SET version_num = 'something_newer'")
    report = guard.verify()
    assert "schema.W004" in ids(report)
    assert report.ok


def test_a_damaged_table_of_the_guard_itself_is_a_finding_and_no_crash():
    execute("ALTER TABLE schema_verified DROP COLUMN warnings")
    assert "schema.E011" in ids(guard.verify())


def test_the_shadow_of_one_model_has_all_that_its_relations_lead_to():
    """Users are in groups: with their table the one between them is made, which points to a third."""
    state = leaf_state()
    found = build(connection, state, [state.apps.get_model("prospects", "Import")])
    assert {table: {key.target for key in of.foreign_keys} for table, of in found.tables.items()} == {
        "imports": {"jobs", "auth_user"}
    }


def test_the_expectation_is_the_same_after_it_went_through_json():
    expected = guard.expected()
    assert Snapshot.from_json(expected.as_json()) == expected


@postgresql_only
def test_a_role_with_only_connect_select_and_temp_can_verify_and_compare():
    guard.store_verified()
    execute("CREATE ROLE reader")
    execute("GRANT SELECT ON ALL TABLES IN SCHEMA public TO reader")
    execute("SET LOCAL ROLE reader")
    assert guard.verify().ok
    assert not guard.compare().findings, guard.compare().as_text()


@postgresql_only
def test_a_standby_compares_with_the_stored_expectation():
    guard.store_verified()
    execute("ALTER TABLE prospects DROP COLUMN page_title")
    # A read-only transaction refuses what a standby refuses: every DDL, temporary tables included.
    execute("SET TRANSACTION READ ONLY")
    assert [finding.id for finding in guard.verify().errors] == ["schema.E011"]


@postgresql_only
def test_a_standby_without_a_stored_expectation_cannot_verify_and_says_so():
    VerifiedSchema.objects.all().delete()
    execute("SET TRANSACTION READ ONLY")
    report = guard.compare()
    assert ids(report) == {"schema.E000"}
    assert "read-only" in report.as_text()


@postgresql_only
def test_the_fingerprint_does_not_depend_on_names_of_constraints_rows_and_privileges():
    before = fingerprint(connection)
    name = "SELECT conname FROM pg_constraint WHERE conrelid = 'jobs'::regclass AND contype = 'p'"
    with connection.cursor() as cursor:
        cursor.execute(name)
        primary_key = cursor.fetchone()[0]
    execute(f'ALTER TABLE jobs RENAME CONSTRAINT "{primary_key}" TO another_name')
    execute("TRUNCATE jobs CASCADE")
    execute("GRANT SELECT ON prospects TO PUBLIC")
    execute("CREATE TABLE other_side (id integer) PARTITION BY RANGE (id)")
    unknown = fingerprint(connection)
    assert unknown != before
    execute("CREATE TABLE other_side_1 PARTITION OF other_side FOR VALUES FROM (1) TO (9)")
    assert fingerprint(connection) == unknown
    execute("DROP TABLE other_side")
    assert fingerprint(connection) == before
