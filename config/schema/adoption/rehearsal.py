"""What only shows when it is done, done on temporary copies that hold next to nothing and are rolled back."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager

from django.db import DatabaseError, OperationalError, models, transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.utils import CursorWrapper

from config.schema.adoption.indexes import columns_of, indexes, on_table
from config.schema.adoption.plans import TablePlanner, primary_key

#: Bytes of a text up to which four of them fit into one entry of an index, whatever the text.
_SHORT = 600
_COPY = "pg_temp.adoption_rehearsal"

_DEFINITION = """
SELECT 'CREATE ' || CASE WHEN i.indisunique THEN 'UNIQUE ' ELSE '' END || 'INDEX ON ' || %s ||
       substring(pg_get_indexdef(c.oid) FROM ' USING .*$')
FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid WHERE i.indrelid = to_regclass(%s) AND c.relname = %s
"""


def indexes_in_the_way(connection: BaseDatabaseWrapper, planner: TablePlanner) -> Iterator[str]:
    """The indexes that do not survive the new types of their columns: enum literals, functions of json."""
    quote = connection.ops.quote_name
    changes = ", ".join(
        f"ALTER COLUMN {quote(planner.live[name].name)} TYPE {wanted.type} USING NULL"
        for name, wanted in planner.expected.items()
        if name in planner.live and planner.live[name].type != wanted.type
    )
    table = quote(planner.table)
    if not changes or not _fault(connection, f"(LIKE {table} INCLUDING INDEXES)", f"ALTER TABLE {_COPY} {changes}"):
        return
    for index in indexes(connection, planner.table):
        create = _on_copy(connection, planner.table, index.name)
        if fault := _fault(connection, f"(LIKE {table})", create, f"ALTER TABLE {_COPY} {changes}"):
            yield (
                f"{planner.table}: the index {index.name} cannot stay when its columns get their types ({fault}). "
                f"Drop it, and make it again afterwards for those types."
            )


def _on_copy(connection: BaseDatabaseWrapper, table: str, index: str) -> str:
    """The statement that makes the table's index on the copy."""
    with connection.cursor() as cursor:
        cursor.execute(_DEFINITION, [_COPY, connection.ops.quote_name(table), index])
        return str(cursor.fetchone()[0])


def overlong_keys(
    connection: BaseDatabaseWrapper, planner: TablePlanner, fills: Mapping[str, tuple[str, Callable[[str], str]]]
) -> Iterator[str]:
    """The indexes to come whose entries would be longer than PostgreSQL allows, with the rows.

    `fills` maps a column to the one it is made from, and how. Only rows with a long text are looked at.
    """
    wanted = {name: sorted(on) for name, on in _declared(planner).items()}
    texts = {
        fills.get(column, (column,))[0]
        for on in wanted.values()
        for column in on
        if planner.expected[column].category == "S"
    }
    if not texts:
        return
    with _rolled_back(connection) as cursor:
        long = " OR ".join(f"octet_length({planner.quoted(text)}) > {_SHORT}" for text in sorted(texts))
        cursor.execute(
            f"CREATE TEMPORARY TABLE adoption_rehearsal AS "
            f"SELECT * FROM ({planner.planned_rows()}) planned WHERE {long}"
        )
        if not cursor.rowcount:
            return
        _fill(cursor, planner, fills)
        for index in _all_indexes(planner):
            yield from _too_long(connection, planner, index, wanted[index.name])


def _declared(planner: TablePlanner) -> dict[str, set[str]]:
    return {index.name: columns_of(planner.model, index) for index in _all_indexes(planner)}


def _all_indexes(planner: TablePlanner) -> list[models.Index]:
    """The declared indexes, and one for each unique key: it is made before duplicates are resolved, and not unique."""
    keys = [item for item in planner.model._meta.constraints if isinstance(item, models.UniqueConstraint)]
    return [
        *planner.model._meta.indexes,
        *(models.Index(fields=key.fields, name=key.name) for key in keys if key.fields),
    ]


def _fill(cursor: CursorWrapper, planner: TablePlanner, fills: Mapping[str, tuple[str, Callable[[str], str]]]) -> None:
    pk = planner.quoted(primary_key(planner.model))
    for column, (source, function) in fills.items():
        cursor.execute(f"SELECT {pk}, {planner.quoted(source)} FROM {_COPY}")
        for key, text in cursor.fetchall():
            cursor.execute(
                f"UPDATE {_COPY} SET {planner.quoted(column)} = %s WHERE {pk} = %s", [function(text or ""), key]
            )


def _too_long(
    connection: BaseDatabaseWrapper, planner: TablePlanner, index: models.Index, on: list[str]
) -> Iterator[str]:
    editor = connection.schema_editor()
    create = on_table(str(index.create_sql(planner.model, editor)), planner.quoted(planner.table), _COPY)
    try:
        with transaction.atomic(using=connection.alias), connection.cursor() as cursor:
            cursor.execute(create)
    except OperationalError as error:
        length = " + ".join(f"coalesce(octet_length({planner.quoted(column)}::text), 0)" for column in on)
        pk = planner.quoted(primary_key(planner.model))
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT {pk}::text FROM {_COPY} ORDER BY {length} DESC LIMIT 5")
            ids = ", ".join(row[0] for row in cursor.fetchall())
        yield (
            f"{planner.table}: a text in {', '.join(on)} is too long for the index {index.name} "
            f"({_first_line(error)}). Shorten it; the longest are in the rows {ids}."
        )


def _fault(connection: BaseDatabaseWrapper, columns: str, *statements: str) -> str:
    """The server's words if one of the statements fails on an empty copy with these columns; "" if none does."""
    try:
        with _rolled_back(connection) as cursor:
            cursor.execute(f"CREATE TEMPORARY TABLE adoption_rehearsal {columns}")
            for statement in statements:
                cursor.execute(statement)
    except DatabaseError as error:
        return _first_line(error)
    return ""


def _first_line(error: DatabaseError) -> str:
    return str(error).strip().splitlines()[0]


@contextmanager
def _rolled_back(connection: BaseDatabaseWrapper) -> Iterator[CursorWrapper]:
    with transaction.atomic(using=connection.alias), connection.cursor() as cursor:
        yield cursor
        transaction.set_rollback(True, using=connection.alias)
