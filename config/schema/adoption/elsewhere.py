"""Tables of ours that the search path does not find, and references that lead to them.

An empty table made beside a full one answers "0 rows", and what refers to the full one looks like orphans.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping
from itertools import groupby

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import ForeignKey, Model

# A schema with a history of migrations of its own is another installation: it is passed over where somebody has
# chosen the search path.
_ELSEWHERE = """
SELECT n.nspname::text, c.relname::text,
       ARRAY(SELECT attname::text FROM pg_attribute a WHERE a.attrelid = c.oid AND attnum > 0 AND NOT attisdropped)
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE c.relname = ANY (%s) AND c.relkind IN ('r', 'p') AND to_regclass(quote_ident(c.relname)) IS NULL
  AND n.nspname !~ '^(pg_|information_schema$)'
  AND ((SELECT source FROM pg_settings WHERE name = 'search_path') = 'default' OR NOT EXISTS (
       SELECT 1 FROM pg_class h WHERE h.relnamespace = n.oid AND h.relname = 'django_migrations'))
ORDER BY 1, 2
"""

_ASTRAY = """
SELECT c.conname::text, n.nspname::text, t.relname::text, c.confrelid IS NOT DISTINCT FROM to_regclass(%s),
       ARRAY(SELECT attname::text FROM pg_attribute a WHERE a.attrelid = c.confrelid AND attnum = ANY (c.confkey))
FROM pg_constraint c
JOIN pg_class t ON t.oid = c.confrelid JOIN pg_namespace n ON n.oid = t.relnamespace
WHERE c.contype = 'f' AND c.conrelid = to_regclass(%s)
  AND c.conkey = ARRAY[(SELECT attnum FROM pg_attribute WHERE attrelid = c.conrelid AND attname = %s)]
ORDER BY 1
"""


def tables_elsewhere(connection: BaseDatabaseWrapper, tables: Mapping[str, Collection[str]]) -> Iterator[str]:
    """What to do about each schema off the search path that holds tables which the search path does not find.

    `tables` maps each table to the columns by which it is known.
    """
    with connection.cursor() as cursor:
        cursor.execute(_ELSEWHERE, [list(tables)])
        found = [(schema, table) for schema, table, columns in cursor.fetchall() if set(tables[table]) <= set(columns)]
    for schema, group in groupby(found, key=lambda row: row[0]):
        names = [table for _, table in group]
        yield (
            f"{', '.join(names)}: in the schema {schema}, which is not on the search path; empty ones would be made "
            f"beside. Put it on the path (ALTER ROLE … SET search_path = {connection.ops.quote_name(schema)}, public), "
            f"or move them (ALTER TABLE {schema}.{names[0]} SET SCHEMA public). Rename what is not to be adopted."
        )


def references_astray(connection: BaseDatabaseWrapper, models: Iterable[type[Model]]) -> Iterator[str]:
    """The foreign keys on our columns that lead to another table, or column, than the one that is found by name."""
    quote = connection.ops.quote_name
    for model in models:
        for field in model._meta.local_concrete_fields:
            if not isinstance(field, ForeignKey):
                continue
            target, key = field.related_model._meta.db_table, str(field.target_field.column)
            with connection.cursor() as cursor:
                cursor.execute(_ASTRAY, [quote(target), quote(model._meta.db_table), field.column])
                found = cursor.fetchall()
            for name, schema, table, same, columns in found:
                if not same or columns != [key]:
                    yield (
                        f"{model._meta.db_table}.{field.column}: the foreign key {name} leads to "
                        f"{schema}.{table} ({', '.join(columns)}), and not to the {target} ({key}) on the search path: "
                        f"its values would be taken for orphans. Put the right table there, or drop that key."
                    )
