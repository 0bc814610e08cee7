"""What our role and its search path do not lead to is no missing database: nothing is migrated beside it."""

from __future__ import annotations

from io import StringIO

import pytest
from django.core.management import call_command
from django.core.management.base import SystemCheckError
from django.db import connection, connections
from django.db.migrations.recorder import MigrationRecorder

from config.schema import guard, history
from config.schema.models import VerifiedSchema

pytestmark = pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has neither schemas nor roles")

READER = (
    "CREATE ROLE reader",
    "GRANT USAGE ON SCHEMA public TO reader",
    "GRANT SELECT ON ALL TABLES IN SCHEMA public TO reader",
)


def execute(*statements: str, alias: str = "default") -> None:
    with connections[alias].cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)


@pytest.fixture(autouse=True)
def _nothing_remembered():
    guard.forget()
    yield
    guard.forget()


@pytest.mark.parametrize("look", [guard.verify, guard.compare, guard.store_verified])
def test_a_history_that_is_not_on_the_search_path_is_not_missing(look, db):
    execute("CREATE SCHEMA other", "SET LOCAL search_path = other")
    (finding,) = look().findings
    assert finding.id == "schema.E000"
    assert "the history in public, which is not on the search path" in finding.actual


def test_a_history_in_a_schema_that_our_role_may_not_use_is_not_missing(db):
    execute("CREATE ROLE reader", "REVOKE USAGE ON SCHEMA public FROM PUBLIC", "SET LOCAL ROLE reader")
    (finding,) = guard.verify().findings
    assert finding.id == "schema.E000"
    assert "which our role may not use" in finding.actual
    assert "GRANT USAGE ON SCHEMA public" in finding.command


def test_tables_to_adopt_that_are_not_on_the_search_path_are_not_missing(db):
    execute("DROP TABLE django_migrations", "CREATE SCHEMA other", "SET LOCAL search_path = other")
    (finding,) = guard.verify().findings
    assert "no history, and tables of this code in public" in finding.actual


def test_tables_of_another_application_in_another_schema_hinder_no_first_migrate(db):
    execute("DROP TABLE django_migrations", "CREATE SCHEMA other", "CREATE TABLE other.django_migrations (id integer)")
    assert {finding.id for finding in history.findings(connection)} == {"schema.E001"}


def test_a_new_database_beside_another_begins_with_its_history(db):
    execute("CREATE SCHEMA other", "SET LOCAL search_path = other")
    MigrationRecorder(connection).ensure_schema()
    assert {finding.id for finding in history.findings(connection)} == {"schema.E001"}


def test_migrate_builds_no_second_database(scratch):
    execute("CREATE SCHEMA other", "SET search_path = other", alias=scratch)
    with pytest.raises(SystemCheckError, match=r"Nothing was migrated\.\n.*schema\.E000"):
        call_command("migrate", database=scratch, verbosity=0)
    execute("SET search_path = public", alias=scratch)
    with connections[scratch].cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_class WHERE relnamespace = 'other'::regnamespace")
        assert cursor.fetchone() == (0,)


def test_a_start_notices_a_table_that_our_role_may_not_read(db):
    guard.store_verified()
    execute(*READER, "REVOKE SELECT ON prospects FROM reader", "SET LOCAL ROLE reader")
    assert [(finding.id, finding.place) for finding in guard.verify().errors] == [("schema.E019", "prospects")]


def test_a_role_that_may_read_and_not_write_hears_the_verdict(db, caplog):
    VerifiedSchema.objects.all().delete()
    execute(*READER, "SET LOCAL ROLE reader")
    report = guard.store_verified()
    assert not report.findings, report.as_text()
    assert "could not be stored: permission denied for table schema_verified" in caplog.text


def test_a_history_that_our_role_may_not_mend_is_told_without_a_traceback(scratch):
    (app, name), *_ = sorted(MigrationRecorder(connections[scratch]).applied_migrations())
    MigrationRecorder(connections[scratch]).record_applied(app, name)
    execute("SET default_transaction_read_only = on", alias=scratch)
    out, errors = StringIO(), StringIO()
    with pytest.raises(SystemExit) as ended:
        call_command("schema", "history", "--repair", "--database", scratch, stdout=out, stderr=errors)
    assert ended.value.code == 1
    assert "Not repaired: cannot execute DELETE in a read-only transaction" in errors.getvalue()
    assert "schema.E002" in out.getvalue()


def test_a_start_notices_that_no_trigger_fires(db):
    guard.store_verified()
    execute("SET LOCAL session_replication_role = replica")
    assert [(finding.id, finding.place) for finding in guard.verify().errors] == [
        ("schema.E016", "session_replication_role")
    ]


def test_a_start_notices_that_keys_end_early(db):
    execute("ALTER SEQUENCE auth_group_id_seq AS smallint")
    assert [(finding.id, finding.column) for finding in guard.verify().errors] == [("schema.E017", "id")]
    execute("ALTER SEQUENCE auth_group_id_seq AS integer")
    assert guard.verify().ok


@pytest.mark.parametrize("type_", ["integer", "bigint"])
def test_keys_that_end_where_an_integer_does_are_a_warning_in_a_wider_column(type_, db):
    execute(f"ALTER TABLE auth_group ALTER COLUMN id TYPE {type_}", "ALTER SEQUENCE auth_group_id_seq AS integer")
    told = [finding.level for finding in guard.compare().findings if finding.name == "public.auth_group_id_seq"]
    assert told == ([] if type_ == "integer" else ["warning"])


def test_a_start_notices_that_a_partition_was_detached(db):
    execute(
        "ALTER TABLE django_session RENAME TO before",
        "CREATE TABLE django_session (LIKE before INCLUDING ALL) PARTITION BY RANGE (session_key)",
        "DROP TABLE before",
        "CREATE TABLE session_rest PARTITION OF django_session DEFAULT",
        "CREATE TABLE session_a PARTITION OF django_session FOR VALUES FROM ('a') TO ('b')",
    )
    assert guard.store_verified().ok
    execute("ALTER TABLE django_session DETACH PARTITION session_a")
    (finding,) = guard.verify().errors
    assert (finding.id, finding.table) == ("schema.E019", "session_a")
    assert "DROP" not in finding.command


def test_a_partition_that_was_put_aside_on_purpose_is_registered(db, settings):
    execute("CREATE TABLE old_sessions (LIKE django_session)", "ALTER TABLE django_session RENAME TO before")
    execute(
        "CREATE TABLE django_session (LIKE before INCLUDING ALL) PARTITION BY RANGE (session_key)",
        "DROP TABLE before",
        "CREATE TABLE session_rest PARTITION OF django_session DEFAULT",
    )
    assert [finding.table for finding in guard.compare().errors] == ["old_sessions"]
    settings.SCHEMA = {**settings.SCHEMA, "OBJECTS": {"old_sessions": "of the year before, kept for the auditors"}}
    assert not guard.compare().findings, guard.compare().as_text()
