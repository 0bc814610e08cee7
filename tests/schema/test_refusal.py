"""Nothing starts on a database that has lost a column of prospects, a table or a row of its history: each of them."""

from contextlib import contextmanager

import pytest
from django.apps import apps
from django.core.management import call_command
from django.core.management.base import SystemCheckError
from django.db import connections, transaction

from config.schema import guard, history
from config.schema.entry import SchemaOutOfLineError, require_schema_in_line
from prospects.models import Prospect
from tests.databases import connected

COLUMNS = [field.column for field in Prospect._meta.local_concrete_fields]


@pytest.fixture(scope="module")
def alias(database_server, migrated_template, django_db_blocker):
    with django_db_blocker.unblock(), connected(database_server.create(migrated_template)) as alias:
        yield alias


@pytest.fixture(scope="module")
def expectation(alias):
    return guard.expected(alias)


@pytest.fixture(autouse=True)
def _only_this_database(alias, expectation, settings, monkeypatch):
    settings.SCHEMA = {**settings.SCHEMA, "DATABASES": [alias]}
    # What the migrations make stays the same; to build it anew for each test would take most of the time.
    monkeypatch.setattr(guard, "expected", lambda using: expectation)


@contextmanager
def undone(alias):
    """Whatever happens to the database inside is rolled back."""
    connection = connections[alias]
    with connection.constraint_checks_disabled(), transaction.atomic(alias):
        yield connection
        transaction.set_rollback(True, alias)


def refusal():
    with pytest.raises(SchemaOutOfLineError) as caught:
        require_schema_in_line()
    return str(caught.value)


def managed_tables():
    return sorted(
        model._meta.db_table
        for model in apps.get_models(include_auto_created=True)
        if model._meta.can_migrate("default")
    )


def test_a_database_in_line_is_not_refused(alias):
    require_schema_in_line()
    call_command("check", databases=[alias])


def drop_column(cursor, column):
    if cursor.db.vendor == "postgresql":
        cursor.execute(f"ALTER TABLE prospects DROP COLUMN {column} CASCADE")
        return
    # SQLite drops no column that an index or a constraint knows.
    others = ", ".join(name for name in COLUMNS if name != column)
    cursor.execute(f"CREATE TABLE without_it AS SELECT {others} FROM prospects")
    cursor.execute("DROP TABLE prospects")
    cursor.execute("ALTER TABLE without_it RENAME TO prospects")


@pytest.mark.parametrize("column", COLUMNS)
def test_no_process_starts_without_this_column_of_prospects(alias, column):
    with undone(alias) as connection, connection.cursor() as cursor:
        drop_column(cursor, column)
        assert f"schema.E011 error: prospects.{column}: " in refusal()


def test_the_check_command_names_the_same_column(alias):
    with undone(alias) as connection, connection.cursor() as cursor:
        drop_column(cursor, "contact_email")
        with pytest.raises(SystemCheckError, match=r"prospects\.contact_email: \(schema\.E011\)"):
            call_command("check", databases=[alias])


@pytest.mark.parametrize("table", managed_tables())
def test_no_process_starts_without_this_table(alias, table):
    with undone(alias) as connection:
        cascade = " CASCADE" if connection.vendor == "postgresql" else ""
        with connection.cursor() as cursor:
            cursor.execute(f"DROP TABLE {connection.ops.quote_name(table)}{cascade}")
        assert f"schema.E010 error: {table}: " in refusal()


def test_no_process_starts_without_the_history(alias):
    with undone(alias) as connection, connection.cursor() as cursor:
        cursor.execute("DROP TABLE django_migrations")
        assert "schema.E001 error: django_migrations (auth.0001_initial): " in refusal()


def test_no_process_starts_without_any_one_row_of_the_history(alias):
    rows = history.recorded_rows(connections[alias])
    assert len(rows) > 50
    for row in rows:
        with undone(alias) as connection, connection.cursor() as cursor:
            cursor.execute("DELETE FROM django_migrations WHERE id = %s", [row.id])
            assert f"schema.E001 error: django_migrations ({row.app}.{row.name}): " in guard.verify(alias).as_text()
