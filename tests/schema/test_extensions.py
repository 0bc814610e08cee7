"""Types of extensions, on a server that has them: Debian's postgresql-contrib does, the suite's own server does not."""

import pytest
from django.contrib.postgres.fields import HStoreField
from django.db import connection, models
from django.db.migrations.operations import CreateModel
from django.db.migrations.state import ProjectState

from config.schema import shadow
from config.schema.catalog import snapshot
from config.schema.compare import differences

pytestmark = pytest.mark.django_db
EXTENSIONS = {"citext", "hstore"}


class CaseInsensitiveField(models.TextField):
    def db_type(self, connection):
        return "citext"


def execute(statement):
    with connection.cursor() as cursor:
        cursor.execute(statement)
        return cursor.fetchall() if cursor.description else []


@pytest.fixture
def expected():
    """The expectation of a table with columns of both types, which is there."""
    if connection.vendor != "postgresql":
        pytest.skip("SQLite has no extension types")
    there = {name for (name,) in execute("SELECT name FROM pg_available_extensions")}
    if missing := EXTENSIONS - there:
        pytest.skip(f"this server has no {' and no '.join(sorted(missing))} (Debian: postgresql-contrib)")
    for name in sorted(EXTENSIONS):
        execute(f"CREATE EXTENSION {name}")
    fields = [
        ("id", models.BigAutoField(primary_key=True)),
        ("name", CaseInsensitiveField(unique=True)),
        ("tags", HStoreField(default=dict)),
    ]
    operation, state = CreateModel("Tagged", fields), ProjectState()
    operation.state_forwards("extended", state)
    with connection.schema_editor() as editor:
        operation.database_forwards("extended", editor, ProjectState(), state)
    return shadow.build(connection, state, list(state.apps.get_models()))


def found(expected):
    return {(f.id, f.table, f.column) for f in differences(expected, live(expected), "default") if is_ours(f)}


def live(expected):
    return snapshot(connection, expected.tables.keys())


def is_ours(finding):
    """The tables of the project itself are in the same database, and nobody's in this expectation."""
    return finding.table == "extended_tagged" or finding.table in EXTENSIONS


def test_columns_of_extension_types_and_the_extensions_themselves_are_in_line(expected):
    assert {column.type for column in expected.tables["extended_tagged"].columns} == {"bigint", "citext", "hstore"}
    assert found(expected) == set()


@pytest.mark.parametrize("column", ["name", "tags"])
def test_a_column_that_lost_its_extension_type_is_found(expected, column):
    execute(f"ALTER TABLE extended_tagged ALTER COLUMN {column} TYPE text")
    assert ("schema.E012", "extended_tagged", column) in found(expected)
