"""What the migrations on disk say against what `django_migrations` has recorded, and against the models.

The history is read in one query; everything else is computed from Django's own migration graph.
"""

import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from contextlib import nullcontext
from typing import NamedTuple

from django.apps import apps
from django.db import DEFAULT_DB_ALIAS, DatabaseError, InterfaceError, router, transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.migrations.autodetector import MigrationAutodetector
from django.db.migrations.exceptions import NodeNotFoundError
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.migration import Migration
from django.db.migrations.questioner import MigrationQuestioner
from django.db.migrations.recorder import MigrationRecorder
from django.db.migrations.state import ProjectState

from config.schema.findings import Finding
from config.schema.fingerprint import managed_tables

Key = tuple[str, str]

TABLE = MigrationRecorder.Migration._meta.db_table
_UNDEFINED_TABLE, _UNDEFINED_COLUMN = "42P01", "42703"
# All of Django's columns are named, so that a missing one is noticed here and not by the next migrate.
_AS_JSON = {
    "postgresql": "SELECT json_agg(json_build_array(id, app, name) ORDER BY id, applied)::text FROM {table}",
    "sqlite": (
        "SELECT json_group_array(json_array(id, app, name)) "
        "FROM (SELECT id, app, name FROM {table} ORDER BY id, applied)"
    ),
}


# Whether it is the history, whether it is in reach, and whether our role may use its schema. The history comes first.
_OURS_BY_SCHEMA = """
SELECT DISTINCT c.relname = %s, n.nspname = ANY (current_schemas(true)), n.nspname, has_schema_privilege(n.oid, 'USAGE')
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE (c.relname = ANY (%s) OR c.relname = %s) AND c.relkind IN ('r', 'p') AND NOT pg_is_other_temp_schema(n.oid)
ORDER BY 1 DESC, 3
"""
_REACH = {
    True: "put {schema} on the search path: ALTER ROLE … or ALTER DATABASE … SET search_path = …",
    False: "let our role use it: GRANT USAGE ON SCHEMA {schema} TO …",
}


class Row(NamedTuple):
    """One row of django_migrations."""

    id: int
    app: str
    name: str

    @property
    def key(self) -> Key:
        return self.app, self.name


class HistoryUnreadableError(Exception):
    """The history could not be read; `finding` says why: E000, or E011 when the table lacks a column."""

    def __init__(self, finding: Finding) -> None:
        super().__init__(finding.actual)
        self.finding = finding


class HistoryLoader(MigrationLoader):
    """Django's loader over a history that was read before, so that it asks the database nothing.

    Squashed migrations stand for the ones they replace, or do not, by Django's own rules.
    """

    def __init__(self, recorded: Iterable[Key]) -> None:
        self._recorded = {(app, name): Migration(name, app) for app, name in recorded}
        super().__init__(None, ignore_no_migrations=True)

    @property
    def applied_migrations(self) -> dict[Key, Migration]:
        return self._recorded

    @applied_migrations.setter
    def applied_migrations(self, value: object) -> None:
        """Without a connection Django assigns an empty history here; the recorded one stays in its place."""


def findings(connection: BaseDatabaseWrapper) -> list[Finding]:
    """What is wrong with the migration history of one database (E000, E001, E002, E011, W001); [] when nothing is.

    One query, whatever the number of migrations. A database that no router lets anything be migrated to has
    no history to be wrong, and is not asked.
    """
    if not migratable_apps(connection.alias):
        return []
    try:
        rows = recorded_rows(connection)
    except HistoryUnreadableError as error:
        return [error.finding]
    return judge(connection.alias, rows)


def judge(alias: str, rows: Sequence[Row]) -> list[Finding]:
    """What is wrong with these rows of one database's history; asks no database."""
    try:
        loader = HistoryLoader(row.key for row in rows)
    except NodeNotFoundError as error:
        return [broken_graph(alias, error)]
    return list(_History(alias, migratable_apps(alias), list(rows), loader).findings())


def doubled(rows: Iterable[Row]) -> list[Row]:
    """The rows that say again what an older row says."""
    rows = list(rows)
    first: dict[Key, Row] = {}
    for row in rows:
        first.setdefault(row.key, row)
    return [row for row in rows if first[row.key] is not row]


def lost(rows: Iterable[Row]) -> list[Key]:
    """Migrations that are not recorded though later ones, which need them, are; in the order they run.

    Raises NodeNotFoundError when a migration's file is gone that others on disk need.
    """
    loader = HistoryLoader(row.key for row in rows)
    applied = loader.applied_migrations
    known = sorted(applied.keys() & loader.graph.nodes.keys())
    needed = [key for last in known for key in loader.graph.forwards_plan(last)]
    return list(dict.fromkeys(key for key in needed if key not in applied))


def model_changes() -> list[Finding]:
    """The model changes that no migration makes yet (E003), one finding per app; asks no database."""
    loader = MigrationLoader(None, ignore_no_migrations=True)
    detector = MigrationAutodetector(
        loader.project_state(), ProjectState.from_apps(apps), MigrationQuestioner(dry_run=True)
    )
    changes = detector.changes(graph=loader.graph)
    return [
        Finding(
            id="schema.E003",
            database="",
            name=label,
            expected="every change of a model has its migration",
            actual="; ".join(operation.describe() for migration in migrations for operation in migration.operations),
            breaks="queries name columns and tables that no migration will ever make",
            command=f"manage.py makemigrations {label}",
        )
        for label, migrations in sorted(changes.items())
    ]


def migratable_apps(alias: str) -> set[str]:
    """The labels of the installed apps of which a router lets anything be migrated to this database."""
    return {
        config.label
        for config in apps.get_app_configs()
        if (
            router.get_migratable_models(config, alias)
            if any(config.get_models())
            else router.allow_migrate(alias, config.label)
        )
    }


def recorded_rows(connection: BaseDatabaseWrapper) -> list[Row]:
    """The rows of django_migrations in the order they were written, in one query; [] when there is no such table.

    Raises HistoryUnreadableError when the database cannot be reached or the table cannot be read.
    """
    sql = f"SELECT id, app, name FROM {connection.ops.quote_name(TABLE)} ORDER BY id, applied"
    try:
        # Inside a transaction PostgreSQL survives a failing query only by a savepoint.
        savepoint = transaction.atomic(connection.alias) if connection.in_atomic_block else nullcontext()
        try:
            with savepoint, connection.cursor() as cursor:
                cursor.execute(sql)
                return [Row(*row) for row in cursor.fetchall()]
        except DatabaseError as error:
            if not _is_about(error, _UNDEFINED_TABLE, "no such table"):
                raise
        elsewhere = _out_of_reach(connection)
    except (DatabaseError, InterfaceError) as error:
        raise HistoryUnreadableError(_unreadable(connection.alias, error)) from error
    if elsewhere:
        raise HistoryUnreadableError(elsewhere)
    return []


def _out_of_reach(connection: BaseDatabaseWrapper) -> Finding | None:
    """schema.E000 where the history is not missing but in a schema that our queries do not reach.

    What has no history yet may be a database to adopt: our tables stand for it.
    """
    if connection.vendor != "postgresql":
        return None
    with connection.cursor() as cursor:
        cursor.execute(_OURS_BY_SCHEMA, [TABLE, managed_tables(connection), TABLE])
        found = cursor.fetchall()
    # Where any of it is in reach, a table of the same name in another schema is somebody else's.
    if not found or any(in_reach for _, in_reach, _, _ in found):
        return None
    _, _, schema, usable = found[0]
    what = "the history" if found[0][0] else "no history, and tables of this code"
    return Finding(
        id="schema.E000",
        database=connection.alias,
        table=TABLE,
        expected="the migration history, or nothing of this code, in the schemas that our queries reach",
        actual=f"{what} in {schema}, which {'is not on the search path' if usable else 'our role may not use'}",
        breaks="nothing can be said about this database, and migrate would build a second, empty one beside it",
        command=f"{_REACH[usable].format(schema=schema)}; docs/checks.md tells how to begin a new database beside it",
    )


def rows_query(connection: BaseDatabaseWrapper) -> str:
    """A query for the same rows as one text, which can be part of another query; `rows_of` reads it."""
    return _AS_JSON[connection.vendor].format(table=connection.ops.quote_name(TABLE))


def rows_of(text: str | None) -> list[Row]:
    """The rows in the answer to `rows_query`."""
    return [Row(*row) for row in json.loads(text or "[]")]


def _is_about(error: Exception, sqlstate: str, sqlite_words: str) -> bool:
    return getattr(error.__cause__, "sqlstate", None) == sqlstate or str(error).startswith(sqlite_words)


def _unreadable(alias: str, error: Exception) -> Finding:
    if _is_about(error, _UNDEFINED_COLUMN, "no such column"):
        return Finding(
            id="schema.E011",
            database=alias,
            table=TABLE,
            expected="the columns id, app, name, applied",
            actual=_first_line(error),
            breaks="nobody can tell which migrations have been applied, and migrate itself fails",
            command="restore the column from a backup; Django made it with the first migrate",
        )
    return Finding(
        id="schema.E000",
        database=alias,
        table=TABLE,
        expected="a database that answers, and a migration history that may be read",
        actual=_first_line(error),
        breaks="nothing can be said about this database",
        command="check the database's address, its server and this role's rights, and start again",
    )


def _first_line(error: Exception) -> str:
    return str(error).strip().partition("\n")[0]


def broken_graph(alias: str, error: NodeNotFoundError) -> Finding:
    """schema.E002: the file of a migration is missing that others on disk need."""
    return Finding(
        id="schema.E002",
        database=alias,
        table=TABLE,
        name=f"{error.node[0]}.{error.node[1]}",
        expected="every migration's dependencies are on disk, or replaced by a squashed one that is applied",
        actual=str(error),
        breaks="no migration can be planned",
        command="put the missing migration file back",
        subject=error,
    )


class _History:
    """The recorded rows of one database beside the graph of the migrations on disk."""

    def __init__(self, alias: str, labels: set[str], rows: list[Row], loader: HistoryLoader) -> None:
        self.alias, self.labels, self.rows, self.loader = alias, labels, rows, loader

    def findings(self) -> Iterator[Finding]:
        yield from self.unapplied()
        yield from self.out_of_order()
        yield from self.two_leaves()
        yield from self.twice()
        yield from self.ahead()

    def unapplied(self) -> Iterator[Finding]:
        missing = defaultdict(list)
        for app, name in sorted(self.loader.graph.nodes):
            if app in self.labels and (app, name) not in self.loader.applied_migrations:
                missing[app].append(name)
        for app, names in missing.items():
            yield Finding(
                id="schema.E001",
                database=self.alias,
                table=TABLE,
                name=f"{app}.{names[0]}",
                expected=f"applied in {app}: {', '.join(names)}",
                actual="not recorded",
                breaks="the code expects tables and columns that these migrations make",
                command=f"manage.py migrate{self._option}",
            )

    def out_of_order(self) -> Iterator[Finding]:
        applied = self.loader.applied_migrations
        for key in sorted(applied.keys() & self.loader.graph.nodes.keys()):
            for parent in sorted(node.key for node in self.loader.graph.node_map[key].parents):
                if parent not in applied:
                    yield self._inconsistent(
                        key,
                        expected=f"{'.'.join(parent)} is applied before it",
                        actual=f"{'.'.join(parent)} is not recorded",
                        breaks="Django refuses to migrate: no sequence of migrations leads here",
                        command=f"manage.py schema history --repair{self._option}",
                    )

    def two_leaves(self) -> Iterator[Finding]:
        for app, names in sorted(self.loader.detect_conflicts().items()):
            yield self._inconsistent(
                (app, min(names)),
                expected=f"one last migration in {app}",
                actual=f"{len(names)}: {', '.join(sorted(names))}",
                breaks="Django refuses to migrate, and the schema would depend on the order of the two",
                command="manage.py makemigrations --merge",
            )

    def twice(self) -> Iterator[Finding]:
        for key, count in Counter(row.key for row in self.rows).items():
            if count > 1:
                yield self._inconsistent(
                    key,
                    expected="one row",
                    actual=f"{count} rows",
                    breaks="the migration ran more than once: two at the same time, or again after its row was lost",
                    command=f"manage.py schema history --repair{self._option}",
                )

    def ahead(self) -> Iterator[Finding]:
        """Recorded migrations that this code does not have, and that came after those it has.

        An older row of an unknown name is what squashing leaves behind, and says nothing.
        """
        disk = self.loader.disk_migrations
        known = disk.keys() | {old for new in disk.values() for old in new.replaces}
        newest = {row.app: row.id for row in self.rows if row.key in known}
        last = max(newest.values(), default=0)
        for row in self.rows:
            if row.key not in known and row.id > newest.get(row.app, last):
                yield Finding(
                    id="schema.W001",
                    database=self.alias,
                    table=TABLE,
                    name=".".join(row.key),
                    expected="only migrations that this code has",
                    actual="applied, and unknown to this code",
                    breaks="nothing by itself: what this code needs is compared with the tables as they are",
                    command="deploy the code that has this migration",
                )

    def _inconsistent(self, key: Key, *, expected: str, actual: str, breaks: str, command: str) -> Finding:
        return Finding(
            id="schema.E002",
            database=self.alias,
            table=TABLE,
            name=".".join(key),
            expected=expected,
            actual=actual,
            breaks=breaks,
            command=command,
        )

    @property
    def _option(self) -> str:
        return "" if self.alias == DEFAULT_DB_ALIAS else f" --database {self.alias}"
