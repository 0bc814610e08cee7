"""Indexes of an adopted table, matched by structure: their names never count."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.models import Model
from django.db.models.expressions import ExpressionList

from config.schema.adoption.columns import expected_columns, live_columns
from config.schema.adoption.report import Entry, record
from config.schema.fingerprint import server_version

_INDEXES = """
SELECT c.relname, i.indisvalid, pg_get_indexdef(i.indexrelid),
       (SELECT min(con.conname) FROM pg_constraint con WHERE con.conindid = i.indexrelid AND con.conrelid = i.indrelid)
FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid
WHERE i.indrelid = to_regclass(%s)
ORDER BY c.relname
"""

#: The structures a server has given, by its version, the statement, and the columns it was asked about.
_structures: dict[tuple[str, str, str], str] = {}


@dataclass(frozen=True)
class LiveIndex:
    """An index; `structure` is its definition without its own and its table's name."""

    name: str
    valid: bool
    structure: str
    constraint: str | None


def indexes(connection: BaseDatabaseWrapper, table: str) -> list[LiveIndex]:
    """The indexes of the table that the search path finds first, in no particular order."""
    with connection.cursor() as cursor:
        cursor.execute(_INDEXES, [connection.ops.quote_name(table)])
        return [LiveIndex(row[0], row[1], _structure(row[2]), row[3]) for row in cursor.fetchall()]


def adopt_index(schema_editor: BaseDatabaseSchemaEditor, model: type[Model], index: models.Index) -> bool:
    """Whether the table has the index; one of the same structure gets its name.

    What an interrupted CREATE INDEX CONCURRENTLY left is removed; another index of this name is renamed.
    """
    quote, table = schema_editor.quote_name, model._meta.db_table
    same, taken = _found(schema_editor, model, index)
    if taken is not None and not taken.valid:
        schema_editor.execute(f"DROP INDEX {quote(taken.name)}")
    elif taken is not None:
        schema_editor.execute(f"ALTER INDEX {quote(taken.name)} RENAME TO {quote(taken.name + '_old')}")
    for entry in _index_entries(table, index, same):
        schema_editor.execute(f"ALTER INDEX {quote(same[0].name)} RENAME TO {quote(index.name)}")
        record([entry], schema_editor.connection.alias)
    return bool(same)


def plan_index(connection: BaseDatabaseWrapper, model: type[Model], index: models.Index) -> list[Entry]:
    """What `adopt_index` would report of the table as it is."""
    if not columns_of(model, index) <= live_columns(connection, model._meta.db_table).keys():
        return []
    same, _ = _found(connection.schema_editor(), model, index)
    return _index_entries(model._meta.db_table, index, same)


def columns_of(model: type[Model], index: models.Index) -> set[str]:
    """The columns that the index reads."""
    names = {name for name, _ in index.fields_orders}
    nodes: Iterator[Any] = ExpressionList(*index.expressions).flatten()
    names |= {node.name for node in nodes if isinstance(node, models.F)}  # type: ignore[attr-defined]
    names |= index.condition.referenced_base_fields if index.condition else set()
    return {str(model._meta.get_field(name).column) for name in names}  # type: ignore[union-attr]


def _index_entries(table: str, index: models.Index, same: Sequence[LiveIndex]) -> list[Entry]:
    renamed = same[:1] if same and same[0].name != index.name else []
    return [Entry(table, "", "index", f"{found.name} to {index.name}") for found in renamed]


def _found(
    schema_editor: BaseDatabaseSchemaEditor, model: type[Model], index: models.Index
) -> tuple[list[LiveIndex], LiveIndex | None]:
    """The indexes of the same structure, one that has the name first; and another one that has the name."""
    structure = structure_of(schema_editor, model, str(index.create_sql(model, schema_editor)))
    live = indexes(schema_editor.connection, model._meta.db_table)
    same = [found for found in live if found.structure == structure and found.valid and found.constraint is None]
    same.sort(key=lambda found: found.name != index.name)
    return same, next((found for found in live if found.name == index.name and found not in same), None)


def adopt_unique(
    schema_editor: BaseDatabaseSchemaEditor, model: type[Model], constraint: models.UniqueConstraint
) -> bool:
    """Whether a unique key of the same columns is there; it becomes the constraint, under its name."""
    same = _same_unique(schema_editor, model, constraint)
    if same is None:
        return False
    quote = schema_editor.quote_name
    alter, name = f"ALTER TABLE {quote(model._meta.db_table)}", quote(constraint.name)
    if same.constraint is None:
        schema_editor.execute(f"{alter} ADD CONSTRAINT {name} UNIQUE USING INDEX {quote(same.name)}")
    elif same.constraint != constraint.name:
        schema_editor.execute(f"{alter} RENAME CONSTRAINT {quote(same.constraint)} TO {name}")
    return True


def plan_unique(
    connection: BaseDatabaseWrapper, model: type[Model], constraint: models.UniqueConstraint
) -> list[Entry]:
    """What to report of the unique key: added, or another's name changed."""
    table, same = model._meta.db_table, _same_unique(connection.schema_editor(), model, constraint)
    if same is None:
        return [Entry(table, "", "added", f"constraint {constraint.name}")]
    renamed = same.constraint or same.name
    return [Entry(table, "", "index", f"{renamed} to {constraint.name}")] if renamed != constraint.name else []


def _same_unique(
    schema_editor: BaseDatabaseSchemaEditor, model: type[Model], constraint: models.UniqueConstraint
) -> LiveIndex | None:
    table, structure = model._meta.db_table, unique_structure(schema_editor, model, constraint)
    same = [i for i in indexes(schema_editor.connection, table) if i.structure == structure and i.valid]
    return min(same, key=lambda found: (found.constraint != constraint.name, found.constraint is None), default=None)


def unique_structure(
    schema_editor: BaseDatabaseSchemaEditor, model: type[Model], constraint: models.UniqueConstraint
) -> str:
    """The structure of the constraint's index."""
    quote = schema_editor.quote_name
    columns = ", ".join(quote(str(model._meta.get_field(name).column)) for name in constraint.fields)  # type: ignore[union-attr]
    create = f"CREATE UNIQUE INDEX adoption_unique ON {quote(model._meta.db_table)} ({columns})"
    return structure_of(schema_editor, model, create)


def structure_of(schema_editor: BaseDatabaseSchemaEditor, model: type[Model], create_sql: str) -> str:
    """The structure of the index that a CREATE INDEX statement for the model's table makes, in the server's words.

    It is made on an empty temporary table of the model's columns, so it costs nothing, and once for each shape: the
    live columns may be of other types still.
    """
    connection, quote = schema_editor.connection, schema_editor.quote_name
    columns = ", ".join(f"{quote(c.name)} {c.type}" for c in expected_columns(connection, model).values())
    key = (server_version(connection), create_sql, columns)
    if key not in _structures:
        with connection.cursor() as cursor:
            cursor.execute(f"CREATE TEMPORARY TABLE adoption_copy ({columns})")
            cursor.execute(on_table(create_sql, quote(model._meta.db_table), "pg_temp.adoption_copy"))
            cursor.execute(_INDEXES, ["pg_temp.adoption_copy"])
            ((_, _, definition, _),) = cursor.fetchall()
            cursor.execute("DROP TABLE pg_temp.adoption_copy")
        _structures[key] = _structure(definition)
    return _structures[key]


def on_table(create_sql: str, quoted: str, other: str) -> str:
    """The CREATE INDEX statement for another table in the place of the quoted one."""
    return create_sql.replace(f" ON {quoted} ", f" ON {other} ", 1)


def _structure(definition: str) -> str:
    """`CREATE UNIQUE INDEX name ON schema.table USING btree (a)` -> `UNIQUE USING btree (a)`."""
    head, _, body = definition.partition(" USING ")
    return ("UNIQUE " if head.startswith("CREATE UNIQUE") else "") + "USING " + body
