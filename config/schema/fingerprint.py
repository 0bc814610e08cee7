"""A digest of the live schema, computed by the server in one query.

It covers whatever a comparison looks at in the catalog; names of indexes and constraints and the order of
columns are left out. Expressions enter as the server stores them: writing them out is what would cost time.
It may differ where a comparison finds nothing (after a restore, say), never the other way round.
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

# Relations in reach; those of the models in detail, of all others only kind and name.
_POSTGRESQL = """
WITH relation AS (
    SELECT c.oid, c.relname, n.nspname, c.relkind, c.relpersistence, c.relrowsecurity,
           c.relname = ANY (%s) OR n.nspname || '"."' || c.relname = ANY (%s) AS managed,
           concat_ws('|', n.nspname, c.relname, pg_table_is_visible(c.oid)) AS place
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f')
      AND (NOT c.relispartition OR c.relname = ANY (%s) OR n.nspname || '"."' || c.relname = ANY (%s))
      AND (n.nspname = ANY (current_schemas(true)) OR n.nspname || '"."' || c.relname = ANY (%s))
      AND n.nspname NOT IN ('pg_catalog', 'information_schema')
), line (text) AS (
    SELECT concat_ws('|', 'relation', place, relkind, relpersistence,
                     CASE WHEN relrowsecurity THEN row_security_active(oid)::text END, pg_get_partkeydef(oid))
    FROM relation WHERE managed OR nspname NOT LIKE 'pg\\_temp%%'
  UNION ALL
    SELECT concat_ws('|', 'heir', r.place, i.inhrelid::regclass)
    FROM relation r JOIN pg_inherits i ON i.inhparent = r.oid WHERE r.managed AND r.relkind <> 'p'
  UNION ALL
    SELECT concat_ws('|', 'parent', r.place, i.inhparent::regclass, c.relpartbound::text)
    FROM relation r JOIN pg_inherits i ON i.inhrelid = r.oid JOIN pg_class c ON c.oid = r.oid WHERE r.managed
  UNION ALL
    SELECT concat_ws('|', 'sequence', s.relname, q.seqincrement, q.seqmin, q.seqmax, q.seqcycle)
    FROM pg_sequence q JOIN pg_class s ON s.oid = q.seqrelid
    WHERE q.seqincrement <> 1 OR q.seqcycle OR q.seqmax NOT IN (32767, 2147483647, 9223372036854775807)
  UNION ALL
    SELECT concat_ws('|', 'column', r.place, a.attname, format_type(a.atttypid, a.atttypmod), a.attnotnull,
                     a.attidentity, a.attgenerated, a.attcollation, d.adbin::text)
    FROM relation r JOIN pg_attribute a ON a.attrelid = r.oid AND a.attnum > 0 AND NOT a.attisdropped
    LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum WHERE r.managed
  UNION ALL
    SELECT concat_ws('|', 'constraint', r.place, c.contype, c.convalidated, c.condeferrable, c.condeferred, c.conkey,
                     CASE WHEN c.contype = 'f' THEN c.confrelid::regclass END, c.confkey, c.confdeltype, c.confupdtype,
                     c.conbin::text, c.conexclop, {enforced},
                     CASE WHEN c.contype = 'f' THEN (SELECT string_agg(DISTINCT t.tgenabled::text, '')
                                                     FROM pg_trigger t WHERE t.tgconstraint = c.oid) END)
    FROM relation r JOIN pg_constraint c ON c.conrelid = r.oid
    WHERE r.managed AND (c.contype <> 'n' OR NOT c.convalidated)
  UNION ALL
    SELECT concat_ws('|', 'index', r.place, i.indisunique, i.indisprimary, i.indisvalid, i.indisready, i.indislive,
                     i.indkey, i.indnkeyatts, i.indclass, i.indcollation, i.indoption, {nulls_not_distinct},
                     i.indexprs::text, i.indpred::text, x.relam)
    FROM relation r JOIN pg_index i ON i.indrelid = r.oid JOIN pg_class x ON x.oid = i.indexrelid WHERE r.managed
  UNION ALL
    SELECT concat_ws('|', 'trigger', r.place, t.tgname, t.tgenabled, pg_get_triggerdef(t.oid))
    FROM relation r JOIN pg_trigger t ON t.tgrelid = r.oid AND NOT t.tgisinternal WHERE r.managed
  UNION ALL
    SELECT concat_ws('|', 'rule', r.place, w.rulename, w.ev_enabled, pg_get_ruledef(w.oid))
    FROM relation r JOIN pg_rewrite w ON w.ev_class = r.oid AND w.rulename <> '_RETURN' WHERE r.managed
  UNION ALL
    SELECT concat_ws('|', 'type', n.nspname, t.typname, t.typtype,
                     CASE WHEN t.typtype = 'd' THEN concat_ws('|', t.typnotnull, t.typbasetype::regtype, t.typdefault,
                         (SELECT string_agg(k.conbin::text, '|' ORDER BY k.conbin::text) FROM pg_constraint k
                          WHERE k.contypid = t.oid)) END)
    FROM pg_type t JOIN pg_namespace n ON n.oid = t.typnamespace LEFT JOIN pg_class c ON c.oid = t.typrelid
    WHERE t.typtype IN ('e', 'd', 'r', 'c') AND (t.typtype <> 'c' OR c.relkind = 'c')
      AND (t.typtype = 'd' OR n.nspname = ANY (current_schemas(false)))
      AND n.nspname NOT IN ('pg_catalog', 'information_schema')
)
SELECT encode(sha256(convert_to(string_agg(text, E'\\n' ORDER BY text COLLATE "C"), 'UTF8')), 'hex') AS value FROM line
"""


def fingerprint_query(connection: BaseDatabaseWrapper, tables: Collection[str] | None = None) -> tuple[str, list[Any]]:
    """The statement that computes the fingerprint, and its parameters; `tables` as in `fingerprint`."""
    if connection.vendor == "sqlite":
        return _SQLITE, []
    names = managed_tables(connection) if tables is None else list(tables)
    version = connection.pg_version  # type: ignore[attr-defined]
    newer = {
        "{nulls_not_distinct}": "i.indnullsnotdistinct" if version >= 150000 else "false",
        "{enforced}": "c.conenforced" if version >= 180000 else "true",
    }
    sql = _POSTGRESQL
    for mark, column in newer.items():
        sql = sql.replace(mark, column)
    return sql, [names] * 5


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
