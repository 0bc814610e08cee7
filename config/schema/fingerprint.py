"""A digest of the live schema, computed by the server in one query.

It covers whatever a comparison looks at in the catalog; names of indexes and constraints are left out. Expressions
and references enter as the server stores them, by number: writing them out is what would cost time. So it
differs where a comparison finds nothing (after a restore, say), never the other way round. The lines it is made of
are added up as numbers of 64 bits: to sort them would cost more than to make them.
"""

from __future__ import annotations

import hashlib
import inspect
from collections.abc import Collection
from functools import cache
from pathlib import Path
from typing import Any

import django
from django.apps import apps
from django.db import connections, router
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder

_SQLITE = """
SELECT SHA256(group_concat(line, char(10))) AS value FROM (
    SELECT 'main' || type || tbl_name || coalesce(sql, name) AS line FROM main.sqlite_master
    WHERE substr(name, 1, 11) <> 'sqlite_stat'
    UNION ALL SELECT 'temp' || type || tbl_name || coalesce(sql, name) FROM temp.sqlite_master
    ORDER BY 1)
"""

# Relations in reach; those of the models in detail, of all others only kind and name. Planning is what costs here, so
# that no catalog is joined: a relation is meant by its oid, and one line says the oid's name. What the server
# brings along itself has oids below 16384. A foreign key has triggers on both its tables.
_POSTGRESQL = """
WITH space AS (
    SELECT oid, nspname, nspname = ANY (current_schemas(true)) AS in_reach,
           nspname = ANY (current_schemas(false)) AS named_in_path
    FROM pg_namespace WHERE nspname NOT IN ('pg_catalog', 'information_schema')
), relation AS (
    SELECT c.oid, s.named_in_path AND NOT c.relispartition AS listed,
           c.relkind <> 'c' AND (s.in_reach AND c.relname = ANY (model.tables)
                                 OR s.nspname || '"."' || c.relname = ANY (model.tables)) AS managed,
           concat_ws('|', 'relation', c.oid, s.nspname, c.relname, pg_table_is_visible(c.oid), c.relkind,
                     c.relpersistence, CASE WHEN c.relrowsecurity THEN row_security_active(c.oid) END,
                     CASE WHEN c.relkind = 'p' THEN pg_get_partkeydef(c.oid) END, c.relpartbound::text,
                     CASE WHEN NOT has_table_privilege(c.oid, 'SELECT') THEN 'unreadable' END) AS line
    FROM (SELECT %s::text[] AS tables OFFSET 0) model, pg_class c JOIN space s ON s.oid = c.relnamespace
    WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f', 'c')
), managed AS (
    SELECT array_agg(oid) AS oids FROM relation WHERE managed
), line (text) AS (
    SELECT line FROM relation WHERE managed OR listed
  UNION ALL
    SELECT concat_ws('|', 'inherits', inhparent, inhrelid) FROM pg_inherits
    WHERE inhparent = ANY ({managed}) OR inhrelid = ANY ({managed})
  UNION ALL
    SELECT concat_ws('|', 'sequence', seqrelid, seqincrement, seqmin, seqmax, seqcycle) FROM pg_sequence
    WHERE seqincrement <> 1 OR seqcycle OR seqmax NOT IN (2147483647, 9223372036854775807)
  UNION ALL
    SELECT concat_ws('|', 'column', attrelid, attnum, attname, format_type(atttypid, atttypmod), attnotnull,
                     attidentity, attgenerated, attcollation)
    FROM pg_attribute WHERE attrelid = ANY ({managed}) AND attnum > 0 AND NOT attisdropped
  UNION ALL
    SELECT concat_ws('|', 'default', adrelid, adnum, adbin::text) FROM pg_attrdef WHERE adrelid = ANY ({managed})
  UNION ALL
    SELECT concat_ws('|', 'constraint', conrelid, contypid, contype, convalidated, condeferrable, condeferred,
                     conkey, confrelid, confkey, confdeltype, confupdtype, conbin::text, conexclop, {enforced})
    FROM pg_constraint
    WHERE (conrelid = ANY ({managed}) OR contypid >= 16384) AND (contype <> 'n' OR NOT convalidated)
  UNION ALL
    SELECT concat_ws('|', 'index', indrelid, indisunique, indisprimary, indisvalid, indisready, indislive, indkey,
                     indnkeyatts, indclass, indcollation, indoption, {nulls_not_distinct}, indexprs::text,
                     'where', indpred::text)
    FROM pg_index WHERE indrelid = ANY ({managed})
  UNION ALL
    SELECT concat_ws('|', 'trigger', tgrelid, tgconstraint, tgenabled,
                     CASE WHEN NOT tgisinternal THEN pg_get_triggerdef(oid) END)
    FROM pg_trigger WHERE (NOT tgisinternal OR tgenabled <> 'O')
                      AND (tgrelid = ANY ({managed}) OR tgconstrrelid = ANY ({managed}))
  UNION ALL
    SELECT concat_ws('|', 'rule', ev_class, rulename, ev_enabled, pg_get_ruledef(oid))
    FROM pg_rewrite WHERE ev_class = ANY ({managed}) AND rulename <> '_RETURN'
  UNION ALL
    SELECT concat_ws('|', 'type', typnamespace, typname, typtype, typnotnull, format_type(typbasetype, typtypmod),
                     typdefault)
    FROM pg_type
    WHERE oid >= 16384
      AND (typtype = 'd' OR typtype IN ('e', 'r') AND typnamespace IN (SELECT oid FROM space WHERE named_in_path))
)
SELECT encode(sha256(convert_to(count(*) || ' ' || coalesce(sum(hashtextextended(text COLLATE "C", 0)), 0)
                                || CASE current_setting('session_replication_role') WHEN 'replica' THEN ' replica'
                                   ELSE '' END, 'UTF8')),
              'hex') AS value
FROM line
"""


def fingerprint_query(connection: BaseDatabaseWrapper, tables: Collection[str] | None = None) -> tuple[str, list[Any]]:
    """The statement that computes the fingerprint, and its parameters; `tables` as in `fingerprint`."""
    if connection.vendor == "sqlite":
        return _SQLITE, []
    names = managed_tables(connection) if tables is None else list(tables)
    return _postgresql(connection.pg_version), [names]  # type: ignore[attr-defined]


@cache
def _postgresql(version: int) -> str:
    """For a server of this version (150004); in one line, since psycopg keeps what it made of short statements."""
    marks = {
        "{managed}": "(SELECT oids FROM managed)::oid[]",
        "{nulls_not_distinct}": "indnullsnotdistinct" if version >= 150000 else "false",
        "{enforced}": "conenforced" if version >= 180000 else "true",
    }
    sql = " ".join(_POSTGRESQL.split())
    for mark, words in marks.items():
        sql = sql.replace(mark, words)
    return sql


def fingerprint(connection: BaseDatabaseWrapper, tables: Collection[str] | None = None) -> str:
    """The live schema's digest, 64 hexadecimal characters. Raises DatabaseError when it cannot be read.

    `tables` are looked at in detail: those of the installed models unless given.
    """
    sql, params = fingerprint_query(connection, tables)
    with connection.cursor() as cursor:
        cursor.execute(sql, params or None)
        return str(cursor.fetchone()[0])


def managed_tables(connection: BaseDatabaseWrapper) -> list[str]:
    """The tables that `migrate` makes on this alias, by the models as they are."""
    return _managed_tables(connection.alias)


@cache
def _managed_tables(alias: str) -> list[str]:
    """Worked out once in a process: the models do not change while it runs."""
    connection = connections[alias]
    tables = {
        model._meta.db_table
        for model in apps.get_models(include_auto_created=True)
        if model._meta.can_migrate(connection) and router.allow_migrate_model(alias, model)
    }
    return sorted(tables | {MigrationRecorder.Migration._meta.db_table})


def forget() -> None:
    """Drops what was worked out once; for tests that change models or routers."""
    _managed_tables.cache_clear()
    graph_digest.cache_clear()


@cache
def graph_digest() -> str:
    """A digest of the migrations on disk, text included, of the models and of Django's version.

    Computed once per process: neither changes while it runs.
    """
    loader = MigrationLoader(None, ignore_no_migrations=True)
    digest = hashlib.sha256(django.get_version().encode())
    for key, migration in sorted(loader.disk_migrations.items()):
        digest.update(repr(key).encode())
        digest.update(Path(inspect.getfile(type(migration))).read_bytes())
    for model in sorted(apps.get_models(include_auto_created=True), key=lambda model: model._meta.label):
        digest.update(f"{model._meta.label} {model._meta.db_table}".encode())
    return digest.hexdigest()


def server_version(connection: BaseDatabaseWrapper) -> str:
    """The version whose words a snapshot is in, for example `postgresql 15` or `sqlite 3.45`."""
    version = connection.get_database_version()
    return (
        f"{connection.vendor} {'.'.join(map(str, version[:1] if connection.vendor == 'postgresql' else version[:2]))}"
    )
