"""Foreign keys, unique keys and indexes of an adopted table, matched by structure: their names never count."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.models import ForeignKey, Model
from django.db.models.expressions import ExpressionList

from config.schema.adoption.columns import expected_columns, live_columns
from config.schema.adoption.plans import KEPT, Plan, literal, primary_key
from config.schema.adoption.recognise import AdoptionRefused
from config.schema.adoption.report import SAMPLE, Entry, record
from config.schema.fingerprint import server_version

_FOREIGN_KEYS = """
SELECT c.conname, c.confrelid::regclass::text, c.confdeltype, c.confupdtype, c.condeferrable AND c.condeferred,
       c.convalidated,
       (SELECT array_agg(a.attname::text) FROM pg_attribute a
        WHERE a.attrelid = c.confrelid AND a.attnum = ANY (c.confkey))
FROM pg_constraint c
WHERE c.contype = 'f' AND c.conrelid = to_regclass(%s)
  AND c.conkey = ARRAY[(SELECT attnum FROM pg_attribute WHERE attrelid = c.conrelid AND attname = %s)]
ORDER BY c.conname
"""

_RULES = """
SELECT c.conname, c.contype::text, pg_get_constraintdef(c.oid),
       ARRAY(SELECT a.attname::text FROM pg_attribute a WHERE a.attrelid = c.conrelid AND a.attnum = ANY (c.conkey))
FROM pg_constraint c
WHERE c.contype IN ('c', 'f') AND c.conrelid = to_regclass(%s)
ORDER BY c.conname
"""

_UNIQUES = """
SELECT c.relname, con.conname, pg_get_indexdef(i.indexrelid),
       ARRAY(SELECT a.attname::text FROM pg_attribute a WHERE a.attrelid = i.indrelid AND a.attnum = ANY (i.indkey))
FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid
LEFT JOIN pg_constraint con ON con.conindid = i.indexrelid AND con.conrelid = i.indrelid AND con.contype IN ('u', 'x')
WHERE (i.indisunique OR i.indisexclusion) AND NOT i.indisprimary AND i.indrelid = to_regclass(%s)
ORDER BY c.relname
"""

_INDEXES = """
SELECT c.relname, i.indisvalid, pg_get_indexdef(i.indexrelid),
       (SELECT min(con.conname) FROM pg_constraint con WHERE con.conindid = i.indexrelid AND con.conrelid = i.indrelid)
FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid
WHERE i.indrelid = to_regclass(%s)
ORDER BY c.relname
"""

_TRIGGERS = """
SELECT tgname, tgenabled::text FROM pg_trigger WHERE tgrelid = to_regclass(%s) AND NOT tgisinternal ORDER BY tgname
"""

# How a trigger is given back the state it had (pg_trigger.tgenabled); one that was disabled stays so.
_ENABLE = {"O": "ENABLE", "A": "ENABLE ALWAYS", "R": "ENABLE REPLICA"}

# What tells which of two rows is newer; as text, because a column may not be a timestamp yet.
_TIMES = ("updated_at", "created_at")

#: The structures a server has given, by its version, the statement, and the names and types of the table's columns.
_structures: dict[tuple[str, str, tuple[tuple[str, int], ...]], str] = {}


@dataclass(frozen=True)
class LiveIndex:
    """An index; `structure` is its definition without its own and its table's name."""

    name: str
    valid: bool
    structure: str
    constraint: str | None


def plan_foreign_rules(connection: BaseDatabaseWrapper, model: type[Model]) -> Plan:
    """CHECKs and foreign keys that the model knows nothing of give way: they would refuse what it writes."""
    quote, table = connection.ops.quote_name, model._meta.db_table
    columns = {field.column for field in model._meta.local_concrete_fields}
    references = {field.column for field in model._meta.local_concrete_fields if isinstance(field, ForeignKey)}
    # One CHECK of each kind that a column's type brings along stays, whatever its name.
    own = {check for column in expected_columns(connection, model).values() for check in column.checks}
    declared = {constraint.name for constraint in model._meta.constraints}
    foreign = []
    with connection.cursor() as cursor:
        cursor.execute(_RULES, [quote(table)])
        for name, kind, definition, on in cursor.fetchall():
            if kind == "c" and definition in own:
                own.remove(definition)
            elif columns & set(on) and name not in declared and not (kind == "f" and references >= set(on)):
                foreign.append((name, definition))
    if not foreign:
        return Plan()
    drops = ", ".join(f"DROP CONSTRAINT {quote(name)}" for name, _ in foreign)
    entries = tuple(Entry(table, "", "constraint", f"{name} gives way: {definition}") for name, definition in foreign)
    return Plan(entries, (f"ALTER TABLE {quote(table)} {drops}",))


def plan_foreign_uniques(connection: BaseDatabaseWrapper, model: type[Model]) -> Plan:
    """Unique keys that the model knows nothing of give way: they would refuse what it writes.

    One whose columns include those of a declared key refuses nothing more: it is a leftover like any other index.
    """
    quote, table = connection.ops.quote_name, model._meta.db_table
    columns = {str(field.column) for field in model._meta.local_concrete_fields}
    declared = [{primary_key(model)}] + [
        {str(model._meta.get_field(name).column) for name in constraint.fields}  # type: ignore[union-attr]
        for constraint in model._meta.constraints
        if isinstance(constraint, models.UniqueConstraint) and constraint.condition is None
    ]
    with connection.cursor() as cursor:
        cursor.execute(_UNIQUES, [quote(table)])
        foreign = [
            (name, constraint, definition)
            for name, constraint, definition, on in cursor.fetchall()
            if not any(key <= set(on) for key in declared) and (columns & set(on) or not on)
        ]
    return Plan(
        tuple(Entry(table, "", "constraint", f"{name} gives way: {definition}") for name, _, definition in foreign),
        tuple(
            f"ALTER TABLE {quote(table)} DROP CONSTRAINT {quote(constraint)}"
            if constraint
            else f"DROP INDEX {quote(name)}"
            for name, constraint, _ in foreign
        ),
    )


def plan_primary_key(connection: BaseDatabaseWrapper, model: type[Model]) -> Plan:
    """A table that lost its primary key gets one. Raises AdoptionRefused where two rows have the same."""
    quote, table, column = connection.ops.quote_name, model._meta.db_table, primary_key(model)
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM pg_constraint WHERE contype = 'p' AND conrelid = to_regclass(%s)", [quote(table)])
        if cursor.fetchone():
            return Plan()
        key = quote(column)
        cursor.execute(f"SELECT {key}::text FROM {quote(table)} GROUP BY {key} HAVING count(*) > 1 OR {key} IS NULL")
        if broken := [str(row[0]) for row in cursor.fetchall()]:
            raise AdoptionRefused(
                f"{table} has no primary key, and {column} cannot become it: several rows have "
                f"{', '.join(broken[:10])}. Give each row an id of its own and run migrate again."
            )
    entry = Entry(table, column, "constraint", "there was no primary key")
    return Plan((entry,), (f"ALTER TABLE {quote(table)} ADD PRIMARY KEY ({key})",))


def plan_foreign_keys(connection: BaseDatabaseWrapper, model: type[Model]) -> Plan:
    """One foreign key per relation, with Django's rules; references to rows that do not exist are kept aside."""
    plan, live = Plan(), live_columns(connection, model._meta.db_table)
    for field in model._meta.local_concrete_fields:
        if isinstance(field, ForeignKey) and getattr(field, "db_constraint", True) and field.column in live:
            plan += _plan_foreign_key(connection, model, field)
    return plan


def _plan_foreign_key(connection: BaseDatabaseWrapper, model: type[Model], field: "ForeignKey[Any, Any]") -> Plan:
    quote, table = connection.ops.quote_name, model._meta.db_table
    target = field.related_model._meta.db_table
    with connection.cursor() as cursor:
        cursor.execute(_FOREIGN_KEYS, [quote(table), field.column])
        found = cursor.fetchall()
    wanted = [row[0] for row in found if row[1:6] == (target, "a", "a", True, True)]
    extra = [row[0] for row in found if row[0] not in wanted[:1]]
    entries = tuple(Entry(table, field.column, "constraint", f"foreign key {name} gives way") for name in extra)
    drop = tuple(f"ALTER TABLE {quote(table)} DROP CONSTRAINT {quote(name)}" for name in extra)
    if wanted:
        return Plan(entries, drop)
    orphans = _plan_orphans(connection, table, str(field.column), target, str(field.target_field.column), model)
    return Plan(entries, drop) + orphans + Plan((), (_add_foreign_key(connection, model, field),))


def _plan_orphans(
    connection: BaseDatabaseWrapper, table: str, column: str, target: str, target_column: str, model: type[Model]
) -> Plan:
    quote = connection.ops.quote_name
    pk = quote(primary_key(model))
    where = (
        f"{quote(column)} IS NOT NULL AND NOT EXISTS (SELECT 1 FROM {quote(target)} parent "
        f"WHERE parent.{quote(target_column)} = {quote(table)}.{quote(column)})"
    )
    with connection.cursor() as cursor:
        if target not in connection.introspection.table_names(cursor):
            where = f"{quote(column)} IS NOT NULL"
        cursor.execute(f"SELECT {pk}::text FROM {quote(table)} WHERE {where} ORDER BY 1")
        ids = [row[0] for row in cursor.fetchall()]
    if not ids:
        return Plan()
    kept = f"coalesce({KEPT}, '{{}}') || jsonb_build_object({literal(column)}, {quote(column)})"
    return Plan(
        (Entry(table, column, "orphaned", rows=len(ids), data=ids[:SAMPLE]),),
        (f"UPDATE {quote(table)} SET {KEPT} = {kept}, {quote(column)} = NULL WHERE {where}",),
    )


def _add_foreign_key(connection: BaseDatabaseWrapper, model: type[Model], field: Any) -> str:
    editor: Any = connection.schema_editor()
    return str(editor._create_fk_sql(model, field, "_fk_%(to_table)s_%(to_column)s"))


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
    quote, table = schema_editor.quote_name, model._meta.db_table
    columns = ", ".join(quote(str(model._meta.get_field(name).column)) for name in constraint.fields)  # type: ignore[union-attr]
    create = f"CREATE UNIQUE INDEX adoption_unique ON {quote(table)} ({columns})"
    structure = structure_of(schema_editor, model, create)
    same = [i for i in indexes(schema_editor.connection, table) if i.structure == structure and i.valid]
    same.sort(key=lambda found: (found.constraint != constraint.name, found.constraint is None))
    if not same:
        return False
    alter, name = f"ALTER TABLE {quote(table)}", quote(constraint.name)
    if same[0].constraint is None:
        schema_editor.execute(f"{alter} ADD CONSTRAINT {name} UNIQUE USING INDEX {quote(same[0].name)}")
    elif same[0].constraint != constraint.name:
        schema_editor.execute(f"{alter} RENAME CONSTRAINT {quote(same[0].constraint)} TO {name}")
    return True


def structure_of(schema_editor: BaseDatabaseSchemaEditor, model: type[Model], create_sql: str) -> str:
    """The structure of the index that a CREATE INDEX statement for the model's table makes, in the server's words.

    It is made on an empty temporary copy of the table, so it costs nothing, and once for each shape of the table.
    """
    quote, table = schema_editor.quote_name, model._meta.db_table
    with schema_editor.connection.cursor() as cursor:
        cursor.execute(f"SELECT * FROM {quote(table)} LIMIT 0")
        columns = tuple((column.name, column.type_code) for column in cursor.description)
        key = (server_version(schema_editor.connection), create_sql, columns)
        if key not in _structures:
            cursor.execute(f"CREATE TEMPORARY TABLE adoption_copy (LIKE {quote(table)})")
            cursor.execute(create_sql.replace(f" ON {quote(table)} ", " ON pg_temp.adoption_copy ", 1))
            cursor.execute(_INDEXES, ["pg_temp.adoption_copy"])
            ((_, _, definition, _),) = cursor.fetchall()
            cursor.execute("DROP TABLE pg_temp.adoption_copy")
            _structures[key] = _structure(definition)
    return _structures[key]


def _structure(definition: str) -> str:
    """`CREATE UNIQUE INDEX name ON schema.table USING btree (a)` -> `UNIQUE USING btree (a)`."""
    head, _, body = definition.partition(" USING ")
    return ("UNIQUE " if head.startswith("CREATE UNIQUE") else "") + "USING " + body


def plan_duplicates(
    connection: BaseDatabaseWrapper, model: type[Model], columns: tuple[str, ...], distinguish: str | None
) -> Plan:
    """Rows that share the columns: the newest stays as it is.

    The others are deleted and kept whole in the report, or, where a text column to `distinguish` them by is given, that
    column gets the row's id appended.
    """
    table, quote = model._meta.db_table, connection.ops.quote_name
    keys = ", ".join(map(quote, columns))
    times = [f"{quote(name)}::text" for name in _TIMES if name in live_columns(connection, table)]
    losers = (
        f"SELECT id FROM (SELECT id, row_number() OVER (PARTITION BY {keys} ORDER BY "
        f"greatest({', '.join(times) or 'NULL'}) DESC NULLS LAST, id DESC) AS place "
        f"FROM {quote(table)}) ranked WHERE place > 1"
    )
    # Not jsonb: it cannot hold every json value that the row may have.
    shown = "id::text" if distinguish else f"row_to_json({quote(table)})::text"
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {shown} FROM {quote(table)} WHERE id IN ({losers}) ORDER BY id")
        data = [row[0] for row in cursor.fetchall()]
    if not data:
        return Plan()
    if distinguish:
        column = quote(distinguish)
        change = f"UPDATE {quote(table)} SET {column} = {column} || ' (duplicate ' || id || ')' WHERE id IN ({losers})"
    else:
        change = f"DELETE FROM {quote(table)} WHERE id IN ({losers})"
    detail = "the newest stays; " + (
        f"the others' {distinguish} got their id" if distinguish else "the others are here"
    )
    return Plan((Entry(table, ", ".join(columns), "duplicates", detail, len(data), data),), (change,))


@contextmanager
def triggers_off(schema_editor: BaseDatabaseSchemaEditor, table: str) -> Iterator[None]:
    """No trigger that somebody put on the table fires for what the block writes: it would change or refuse old values.

    Inside a transaction, at whose end each is as it was, whatever happens in between.
    """
    quote = schema_editor.quote_name
    states = [(name, _ENABLE[state]) for name, state in triggers(schema_editor.connection, table) if state in _ENABLE]
    alter = f"ALTER TABLE {quote(table)} "
    if states:
        schema_editor.execute(alter + ", ".join(f"DISABLE TRIGGER {quote(name)}" for name, _ in states))
    yield
    check_deferred(schema_editor)
    if states:
        schema_editor.execute(alter + ", ".join(f"{enable} TRIGGER {quote(name)}" for name, enable in states))


def check_deferred(schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Check the rows just changed now: checks put off to the end would stand in the way of the next ALTER TABLE."""
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute("SET CONSTRAINTS ALL IMMEDIATE; SET CONSTRAINTS ALL DEFERRED")


def triggers(connection: BaseDatabaseWrapper, table: str) -> list[tuple[str, str]]:
    """The triggers on the table that are no part of its foreign keys: name and state (pg_trigger.tgenabled)."""
    with connection.cursor() as cursor:
        cursor.execute(_TRIGGERS, [connection.ops.quote_name(table)])
        return [(row[0], row[1]) for row in cursor.fetchall()]


def leftovers(connection: BaseDatabaseWrapper, model: type[Model]) -> Iterator[Entry]:
    """The columns, triggers and indexes that no migration declares: listed, never dropped."""
    table = model._meta.db_table
    columns = {field.column for field in model._meta.local_concrete_fields}
    for name, column in live_columns(connection, table).items():
        if name not in columns:
            yield Entry(table, name, "leftover", f"column, {column.type}")
    for name, _ in triggers(connection, table):
        yield Entry(table, "", "leftover", f"trigger {name}, which does not fire for what the adoption writes")
    declared = {item.name for item in (*model._meta.indexes, *model._meta.constraints)}
    live = indexes(connection, table)
    to_adopt = _structures_without_name(connection, model, {index.name for index in live})
    for index in live:
        if index.name not in declared and index.constraint is None and index.structure not in to_adopt:
            yield Entry(table, "", "leftover", f"index {index.name} {index.structure}")


def _structures_without_name(connection: BaseDatabaseWrapper, model: type[Model], names: set[str]) -> set[str]:
    """The structures of declared indexes of which the table has none by name: one there by another is not left over."""
    there = live_columns(connection, model._meta.db_table).keys()
    missing = {str(field.column) for field in model._meta.local_concrete_fields} - there
    editor = connection.schema_editor()
    return {
        structure_of(editor, model, str(index.create_sql(model, editor)))
        for index in model._meta.indexes
        if index.name not in names
        and not missing & {str(model._meta.get_field(name).column) for name, _ in index.fields_orders}  # type: ignore[union-attr]
        and not (missing and (index.condition or index.expressions))
    }
