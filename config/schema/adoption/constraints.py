"""Foreign keys, unique keys and triggers of an adopted table, matched by structure: their names never count."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.models import ForeignKey, Model

from config.schema.adoption.columns import expected_columns, live_columns
from config.schema.adoption.indexes import indexes, structure_of, unique_structure
from config.schema.adoption.plans import KEPT, Plan, literal, primary_key
from config.schema.adoption.recognise import AdoptionRefused
from config.schema.adoption.report import Entry

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
       ARRAY(SELECT a.attname::text FROM pg_attribute a WHERE a.attrelid = i.indrelid AND a.attnum = ANY (i.indkey)),
       ARRAY(SELECT f.conrelid::regclass::text || ' (' || f.conname || ')' FROM pg_constraint f
             WHERE f.contype = 'f' AND f.conindid = i.indexrelid ORDER BY 1)
FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid
LEFT JOIN pg_constraint con ON con.conindid = i.indexrelid AND con.conrelid = i.indrelid AND con.contype IN ('u', 'x')
WHERE (i.indisunique OR i.indisexclusion) AND NOT i.indisprimary AND i.indrelid = to_regclass(%s)
ORDER BY c.relname
"""

# The columns of others that refer to a table, with those they refer to, as lists in SQL.
_REFERENCES = """
SELECT c.conrelid::regclass::text, c.conname::text,
       (SELECT string_agg(quote_ident(attname), ', ' ORDER BY place) FROM unnest(c.conkey) WITH ORDINALITY u (n, place)
        JOIN pg_attribute ON attrelid = c.conrelid AND attnum = n),
       (SELECT string_agg(quote_ident(attname), ', ' ORDER BY place) FROM unnest(c.confkey) WITH ORDINALITY u (n, place)
        JOIN pg_attribute ON attrelid = c.confrelid AND attnum = n)
FROM pg_constraint c WHERE c.contype = 'f' AND c.confrelid = to_regclass(%s) ORDER BY 1, 2
"""

_TRIGGERS = """
SELECT tgname, tgenabled::text FROM pg_trigger WHERE tgrelid = to_regclass(%s) AND NOT tgisinternal ORDER BY tgname
"""

# How a trigger is given back the state it had (pg_trigger.tgenabled); one that was disabled stays so.
_ENABLE = {"O": "ENABLE", "A": "ENABLE ALWAYS", "R": "ENABLE REPLICA"}

# What tells which of two rows is newer; as text, because a column may not be a timestamp yet.
_TIMES = ("updated_at", "created_at")


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
    Raises AdoptionRefused where somebody's foreign key rests on one.
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
        found = [
            row
            for row in cursor.fetchall()
            if not any(key <= set(row[3]) for key in declared) and (columns & set(row[3]) or not row[3])
        ]
    for name, _, _, _, references in found:
        if references:
            raise AdoptionRefused(
                f"{table}: the unique key {name} has to give way, and a foreign key rests on it: "
                f"{', '.join(references)}. Let it refer to {primary_key(model)}, or drop it, and run migrate again."
            )
    foreign = [row[:3] for row in found]
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
        (Entry(table, column, "orphaned", rows=len(ids), data=ids),),
        (f"UPDATE {quote(table)} SET {KEPT} = {kept}, {quote(column)} = NULL WHERE {where}",),
    )


def _add_foreign_key(connection: BaseDatabaseWrapper, model: type[Model], field: Any) -> str:
    editor: Any = connection.schema_editor()
    return str(editor._create_fk_sql(model, field, "_fk_%(to_table)s_%(to_column)s"))


def plan_duplicates(
    connection: BaseDatabaseWrapper, model: type[Model], columns: tuple[str, ...], distinguish: str | None
) -> Plan:
    """Rows that share the columns: the newest stays as it is.

    The others are deleted and kept whole in the report, or, where a text column to `distinguish` them by is given, that
    column gets the row's id appended. Raises AdoptionRefused where other rows refer to one that would be deleted: they
    would go with it, or hold it.
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
    if not distinguish:
        _refuse_references(connection, table, losers)
    if distinguish:
        column = quote(distinguish)
        change = f"UPDATE {quote(table)} SET {column} = {column} || ' (duplicate ' || id || ')' WHERE id IN ({losers})"
    else:
        change = f"DELETE FROM {quote(table)} WHERE id IN ({losers})"
    detail = "the newest stays; " + (
        f"the others' {distinguish} got their id" if distinguish else "the others are here"
    )
    return Plan((Entry(table, ", ".join(columns), "duplicates", detail, len(data), data),), (change,))


def _refuse_references(connection: BaseDatabaseWrapper, table: str, losers: str) -> None:
    quoted = connection.ops.quote_name(table)
    with connection.cursor() as cursor:
        cursor.execute(_REFERENCES, [quoted])
        for other, name, columns, referred in cursor.fetchall():
            cursor.execute(
                f"SELECT count(*) FROM {other} WHERE ({columns}) IN (SELECT {referred} FROM {quoted} "
                f"WHERE id IN ({losers}))"
            )
            if count := cursor.fetchone()[0]:
                raise AdoptionRefused(
                    f"{other}.{columns}: {count:,} rows refer, by {name}, to rows of {table} that have to go because a "
                    f"newer one has the same key. Let them refer to the newest, or drop {name}, and run migrate again."
                )


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
    editor = connection.schema_editor()
    missing = [index for index in model._meta.indexes if index.name not in names]
    keys = [
        key for key in model._meta.constraints if isinstance(key, models.UniqueConstraint) and key.name not in names
    ]
    return {structure_of(editor, model, str(index.create_sql(model, editor))) for index in missing} | {
        unique_structure(editor, model, key) for key in keys
    }
