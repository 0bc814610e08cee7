"""What would stop an adoption half way, asked of the catalog before anything is changed.

Each function gives sentences that name the object and what to do about it.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.migrations import Migration
from django.db.migrations.operations import AddConstraint, AddField, AddIndex, CreateModel
from django.db.models import Model

from config.schema.adoption.columns import live_columns
from config.schema.alembic import TABLE as ALEMBIC
from config.schema.models import AdoptionEntry, VerifiedSchema

Models = Mapping[tuple[str, str], type[Model]]

_RIGHTS = """
SELECT current_schema(), has_schema_privilege(current_schema(), 'CREATE'),
       has_database_privilege(current_database(), 'TEMPORARY'), current_user
"""

_ALEMBIC = """
SELECT has_table_privilege(c.oid, 'SELECT'), EXISTS (
    SELECT 1 FROM pg_attribute WHERE attrelid = c.oid AND attname = 'version_num' AND NOT attisdropped)
FROM pg_class c WHERE c.oid = to_regclass(%s)
"""

_KIND = """
SELECT c.relkind = 'p', c.relkind, c.relispartition, c.reloftype <> 0,
       ARRAY(SELECT inhrelid::regclass::text FROM pg_inherits WHERE inhparent = c.oid ORDER BY 1),
       ARRAY(SELECT inhparent::regclass::text FROM pg_inherits WHERE inhrelid = c.oid ORDER BY 1)
FROM pg_class c WHERE c.oid = to_regclass(%s)
"""

# What reads a table's columns by their types: PostgreSQL then refuses to change those. And rules, which make another
# statement of one that writes.
_READERS = """
WITH t AS (SELECT oid, reltype FROM pg_class WHERE oid = to_regclass(%s)),
by_column AS (
    SELECT d.classid, d.objid FROM pg_depend d JOIN t ON d.refobjid = t.oid
    WHERE d.refclassid = 'pg_class'::regclass AND d.refobjsubid > 0)
SELECT 'the view ' || v.relname FROM t JOIN pg_depend d ON d.refobjid = t.oid
JOIN pg_rewrite r ON d.classid = 'pg_rewrite'::regclass AND r.oid = d.objid
JOIN pg_class v ON v.oid = r.ev_class AND v.relkind IN ('v', 'm')
UNION SELECT 'the policy ' || polname FROM t JOIN pg_policy ON polrelid = t.oid
UNION SELECT 'the rule ' || rulename FROM t JOIN pg_rewrite ON ev_class = t.oid AND rulename <> '_RETURN'
UNION SELECT 'the trigger ' || tgname || ', by column' FROM t JOIN pg_trigger g ON g.tgrelid = t.oid
WHERE NOT tgisinternal AND g.oid IN (SELECT objid FROM by_column WHERE classid = 'pg_trigger'::regclass)
UNION SELECT 'the generated column ' || attname FROM t JOIN pg_attribute ON attrelid = t.oid
WHERE attgenerated <> '' AND NOT attisdropped
UNION SELECT 'the function ' || proname FROM by_column
JOIN pg_proc p ON classid = 'pg_proc'::regclass AND p.oid = objid
UNION SELECT 'the publication ' || pubname || ', by column' FROM by_column
JOIN pg_publication_rel r ON classid = 'pg_publication_rel'::regclass AND r.oid = objid
JOIN pg_publication p ON p.oid = r.prpubid
UNION SELECT 'the column ' || c.relname || '.' || attname || ', which is of its row type' FROM t
JOIN pg_type y ON y.oid = t.reltype
JOIN pg_attribute ON atttypid IN (y.oid, nullif(y.typarray, 0)) AND NOT attisdropped
JOIN pg_class c ON c.oid = attrelid
ORDER BY 1
"""

_NAMED = """
SELECT w.name, CASE c.relkind WHEN 'i' THEN 'index' WHEN 'I' THEN 'index' WHEN 'S' THEN 'sequence' WHEN 'c' THEN 'type'
                              WHEN 'v' THEN 'view' WHEN 'm' THEN 'materialized view' ELSE 'table' END,
       coalesce(i.indrelid::regclass::text, ''), coalesce(i.indrelid = to_regclass(quote_ident(w.place)), false)
FROM unnest(%(names)s::text[], %(places)s::text[]) AS w(name, place)
JOIN pg_class c ON c.relname = w.name AND c.relnamespace = coalesce(
    (SELECT relnamespace FROM pg_class WHERE oid = to_regclass(quote_ident(w.place))),
    (SELECT oid FROM pg_namespace WHERE nspname = current_schema()))
LEFT JOIN pg_index i ON i.indexrelid = c.oid
WHERE w.name <> w.place OR c.relkind NOT IN ('r', 'p', 'f', 'v', 'm')
UNION ALL SELECT w.name, 'type', '', false
FROM unnest(%(names)s::text[], %(places)s::text[]) AS w(name, place)
JOIN pg_type y ON y.typname = w.name AND y.typrelid = 0 AND y.typnamespace = (
    SELECT oid FROM pg_namespace WHERE nspname = current_schema())
WHERE w.name = w.place AND to_regclass(quote_ident(w.place)) IS NULL
ORDER BY 1
"""


class Coming(NamedTuple):
    """The name of a table or index that a migration will make; `converges` says that it takes over one that is there.

    `place` is the table; for a table it is the name itself.
    """

    name: str
    place: str
    migration: Migration
    converges: bool


def rights(connection: BaseDatabaseWrapper) -> Iterator[str]:
    """What the role may not do and will have to, beside the rights on each table."""
    with connection.cursor() as cursor:
        cursor.execute(_RIGHTS)
        schema, creates, temporary, role = cursor.fetchone()
        cursor.execute(_ALEMBIC, [ALEMBIC])
        found = cursor.fetchone()
    if schema is None:
        yield "No schema on the search path exists: new tables would have no place. Make one (CREATE SCHEMA public)."
    elif not creates:
        yield f"The role {role} may make no table in the schema {schema}: GRANT CREATE ON SCHEMA {schema} TO {role}."
    if not temporary:
        yield f"The role {role} may make no temporary table: GRANT TEMPORARY ON DATABASE … TO {role}."
    if found and not found[1]:
        yield f"{ALEMBIC} has no column version_num: it is another tool's. Rename it."
    elif found and not found[0]:
        yield f"{ALEMBIC} cannot be read by the role {role}: GRANT SELECT ON {ALEMBIC} TO {role}."


def odd_table(connection: BaseDatabaseWrapper, table: str) -> Iterator[str]:
    """Why this is not an ordinary table that stands for itself, and what else holds on to its columns."""
    name = connection.ops.quote_name(table)
    with connection.cursor() as cursor:
        cursor.execute(_KIND, [name])
        partitioned, kind, partition, typed, children, parents = cursor.fetchone()
        cursor.execute(_READERS, [name])
        readers = [str(row[0]) for row in cursor.fetchall()]
    if partitioned or partition:
        yield f"{table} is {'partitioned' if partitioned else 'a partition'}: put its rows in an ordinary table."
    elif kind != "r":
        yield f"{table} is not an ordinary table (a foreign one?)."
    elif children:
        yield f"{', '.join(children)} inherits from {table}: ALTER TABLE {children[0]} NO INHERIT {table}."
    elif parents:
        yield f"{table} inherits from {', '.join(parents)}: ALTER TABLE {table} NO INHERIT {parents[0]}."
    if typed:
        yield f"{table} is a table of a type: ALTER TABLE {table} NOT OF."
    if readers:
        yield f"{table} is read by {', '.join(readers)}: drop that before, and make it again afterwards."


def was_adopted(connection: BaseDatabaseWrapper) -> bool:
    """Whether `migrate` has worked here before: what is there is ours, and rows of the history are lost."""
    there = set(connection.introspection.table_names())
    return any(
        model._meta.db_table in there and model._default_manager.using(connection.alias).exists()
        for model in (AdoptionEntry, VerifiedSchema)
    )


def columns_to_come(connection: BaseDatabaseWrapper, plan: Iterable[Migration], known: Models) -> Iterator[str]:
    """Columns of somebody's that have the name of one that a migration will add, or write its own values to."""
    told = set()
    for migration in plan:
        for model, column in _columns(migration, known):
            table = model._meta.db_table
            if (table, column) not in told and column in live_columns(connection, table):
                told.add((table, column))
                yield (
                    f"{table}.{column} is there already, and {migration.app_label}.{migration.name} will make a column "
                    f"of this name. Its values stay if you rename it: "
                    f"ALTER TABLE {table} RENAME {column} TO {column}_before."
                )


def _columns(migration: Migration, known: Models) -> Iterator[tuple[type[Model], str]]:
    from config.schema.adoption.plans import KEPT
    from config.schema.operations import AddFieldIfMissing, CreateModelIfMissing, FillColumn

    for operation in migration.operations:
        label = getattr(operation, "model_name", None) or getattr(operation, "name", None)
        model = known.get((migration.app_label, str(label).lower()))
        if isinstance(operation, CreateModelIfMissing):
            names = {name for name, _ in operation.fields} & {KEPT}
        elif isinstance(operation, AddFieldIfMissing):
            names = {operation.name} & {KEPT}
        else:
            names = {operation.name} if isinstance(operation, AddField | FillColumn) else set()
        columns = {field.name: str(field.column) for field in model._meta.local_concrete_fields} if model else {}
        yield from ((model, columns[name]) for name in names & columns.keys() if model)


def names_to_come(connection: BaseDatabaseWrapper, plan: Iterable[Migration], known: Models) -> Iterator[str]:
    """Names of tables and indexes to come that something else has: PostgreSQL has one set of names for all of them."""
    coming: dict[str, Coming] = {}
    for item in (item for migration in plan for item in _coming(migration, known)):
        coming.setdefault(item.name, item)
    values = {"names": list(coming), "places": [item.place for item in coming.values()]}
    with connection.cursor() as cursor:
        cursor.execute(_NAMED, values)
        found = cursor.fetchall()
    for name, kind, table, own in found:
        item = coming[name]
        if not (own and item.converges):
            what = "a table" if item.name == item.place else f"an index of {item.place}"
            yield (
                f"{name}: another {kind}{f' of {table}' if table else ''} has this name, and "
                f"{item.migration.app_label}.{item.migration.name} will make {what} with it. Rename it: "
                f"ALTER {kind.upper()} {name} RENAME TO {name}_before."
            )


def _coming(migration: Migration, known: Models) -> Iterator[Coming]:
    from config.schema.operations import AddConstraintIfMissing, AddIndexIfMissing

    for operation in migration.operations:
        label = getattr(operation, "model_name", None) or getattr(operation, "name", None)
        model = known.get((migration.app_label, str(label).lower()))
        if model is None:
            continue
        table = model._meta.db_table
        if isinstance(operation, CreateModel):
            yield Coming(table, table, migration, converges=True)
            parts = (*operation.options.get("indexes", ()), *operation.options.get("constraints", ()))
            yield from (Coming(part.name, table, migration, converges=False) for part in parts if _makes_index(part))
        elif isinstance(operation, AddIndex):
            converges = isinstance(operation, AddIndexIfMissing)
            yield Coming(operation.index.name, table, migration, converges)
        elif isinstance(operation, AddConstraint) and _makes_index(operation.constraint):
            converges = isinstance(operation, AddConstraintIfMissing)
            yield Coming(operation.constraint.name, table, migration, converges)


def _makes_index(part: object) -> bool:
    return isinstance(part, models.Index | models.UniqueConstraint)
