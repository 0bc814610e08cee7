"""The shapes of a table's columns, as PostgreSQL has them and as a model wants them, both in the server's words."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from django.db import transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.utils import CursorWrapper
from django.db.models import Model

from config.schema.fingerprint import server_version

_EXPECTED = "adoption_expected"

#: What a server has read back, by its version, the statement and its values: it answers the same each time.
_read_back: dict[tuple[str, str, str], dict[str, "ColumnShape"]] = {}

_COLUMNS = """
SELECT a.attname, format_type(a.atttypid, a.atttypmod), t.typcategory, a.attnotnull,
       pg_get_expr(d.adbin, d.adrelid), a.attidentity <> '' OR a.attgenerated <> '',
       ARRAY(SELECT pg_get_constraintdef(c.oid) FROM pg_constraint c
             WHERE c.conrelid = a.attrelid AND c.contype = 'c' AND c.conkey = ARRAY[a.attnum] ORDER BY 1)
FROM pg_attribute a
JOIN pg_type t ON t.oid = a.atttypid
LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
WHERE a.attrelid = to_regclass(%s) AND a.attnum > 0 AND NOT a.attisdropped
ORDER BY a.attnum
"""


@dataclass(frozen=True)
class ColumnShape:
    """A column: `category` is PostgreSQL's (S text, N number, E enum …), `checks` the CHECKs of this column alone.

    `generated` says that the server gives the value, as an identity or an expression.
    """

    name: str
    type: str
    category: str
    not_null: bool
    default: str | None
    generated: bool
    checks: list[str]


def live_columns(connection: BaseDatabaseWrapper, table: str) -> dict[str, ColumnShape]:
    """The columns of the table that the search path finds first; empty where there is none."""
    with connection.cursor() as cursor:
        return _read(cursor, connection.ops.quote_name(table))


def expected_columns(connection: BaseDatabaseWrapper, model: type[Model]) -> dict[str, ColumnShape]:
    """The columns as the model declares them, read back from a temporary table that is rolled back."""
    editor = connection.schema_editor()
    definitions = []
    for field in model._meta.local_concrete_fields:
        sql, params = editor.column_sql(model, field)
        check = field.db_parameters(connection)["check"]
        bound = f" CHECK ({check})" if check else ""
        definitions.append((f"{connection.ops.quote_name(str(field.column))} {sql}{bound}", params or ()))
    statement = f"CREATE TEMPORARY TABLE {_EXPECTED} ({', '.join(sql for sql, _ in definitions)})"
    values = [value for _, params in definitions for value in params]
    key = (server_version(connection), statement, repr(values))
    if key not in _read_back:
        with _rolled_back(connection) as cursor:
            cursor.execute(statement, values)
            _read_back[key] = _read(cursor, f"pg_temp.{_EXPECTED}")
    return _read_back[key]


def renamed(columns: dict[str, ColumnShape], renames: dict[str, str]) -> dict[str, ColumnShape]:
    """The live columns under their new names; the shapes keep the old one. A name that is taken stays."""
    return {renames.get(name, name) if renames.get(name) not in columns else name: c for name, c in columns.items()}


def _read(cursor: CursorWrapper, relation: str) -> dict[str, ColumnShape]:
    cursor.execute(_COLUMNS, [relation])
    return {row[0]: ColumnShape(*row) for row in cursor.fetchall()}


@contextmanager
def _rolled_back(connection: BaseDatabaseWrapper) -> Iterator[CursorWrapper]:
    with transaction.atomic(using=connection.alias), connection.cursor() as cursor:
        yield cursor
        transaction.set_rollback(True, using=connection.alias)
