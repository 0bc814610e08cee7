"""A database of its own for the zoo: a copied file on SQLite, a transaction rolled back on PostgreSQL."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from django.db import connections, transaction
from django.db.backends.base.base import BaseDatabaseWrapper

from config.schema.catalog import Snapshot
from config.schema.catalog.ddl import raw_items
from config.schema.compare import differences
from config.schema.findings import Finding
from config.schema.fingerprint import fingerprint
from config.schema.rows import broken_promises
from tests.schema import zoo

ALIAS = "zoo"


@dataclass(frozen=True)
class Zoo:
    """The zoo's database and what it should be."""

    connection: BaseDatabaseWrapper
    expected: Snapshot

    def findings(self) -> list[Finding]:
        """Everything the guard's comparison says of this database."""
        actual = zoo.live(self.connection, self.expected)
        found = differences(self.expected, actual, self.connection.alias)
        return [*found, *broken_promises(self.connection, self.expected, actual)]

    def mutate(self, change: str | tuple[str, str, str]) -> None:
        """Runs SQL, or on SQLite makes a table anew from its own statement with one piece replaced."""
        for statement in self._script(change):
            with self.connection.cursor() as cursor:
                cursor.execute(statement)

    def _script(self, change: str | tuple[str, str, str]) -> list[str]:
        if isinstance(change, tuple):
            return self._made_anew(*change)
        if self.connection.vendor == "sqlite":
            return change.split(";\n")
        return [re.sub(r"<(\w+) (\w+) ?([^>]*)>", self._live_name, change)]

    def _made_anew(self, name: str, old: str, new: str) -> list[str]:
        table = zoo.live(self.connection, self.expected).tables[name]
        assert old in table.sql, f"{old} is not in {table.sql}"
        kept = [
            row[0] for row in self.rows(f"SELECT sql FROM sqlite_master WHERE tbl_name = '{name}' AND sql IS NOT NULL")
        ]
        changed = table.sql.replace(old, new, 1)
        columns = {item.split()[0] for item in raw_items(changed)} & {
            f'"{c.name}"' for c in table.columns if not c.generated
        }
        listed = ", ".join(sorted(columns - ({'"big"'} if "AS (" in new else set())))
        make = changed.replace(f'"{name}"', '"mutant"', 1)
        copy = f"INSERT INTO mutant ({listed}) SELECT {listed} FROM {name}"
        fill = [] if '"alien" text NOT NULL' in new else [copy]
        rename = [f"DROP TABLE {name}", f'ALTER TABLE "mutant" RENAME TO "{name}"']
        return ["PRAGMA foreign_keys = OFF", make, *fill, *rename, *kept[1:]]

    def _live_name(self, found: re.Match) -> str:
        """The name that the live constraint, index or trigger has."""
        kind, table_name, listed = found.groups()
        table = zoo.live(self.connection, self.expected).tables[table_name]
        columns = tuple(listed.split())
        if kind == "foreign":
            return f'"{next(key.name for key in table.foreign_keys if key.columns == columns)}"'
        if kind == "check":
            return f'"{next(check.name for check in table.checks if check.columns == columns)}"'
        if kind == "trigger":
            sql = f"SELECT tgname FROM pg_trigger WHERE tgrelid = '{table_name}'::regclass AND tgisinternal LIMIT 1"
            return f'"{self.rows(sql)[0][0]}"'
        if kind == "primary":
            return f'"{next(index.name for index in table.indexes if index.kind == "primary key")}"'
        same = [index for index in table.indexes if index.columns == columns]
        by_kind = {
            "unique": [index for index in same if index.kind == "unique"],
            "like": [index for index in same if index.keys[0].options.endswith("pattern_ops")],
            "index": [index for index in same if index.kind == "index" and not index.keys[0].options],
        }
        return f'"{by_kind[kind][0].name}"'

    def fingerprint(self) -> str:
        return fingerprint(self.connection, self.expected.tables.keys())

    def live(self) -> Snapshot:
        return zoo.live(self.connection, self.expected)

    def rows(self, query: str) -> list[tuple]:
        with self.connection.cursor() as cursor:
            cursor.execute(query)
            return cursor.fetchall()


@pytest.fixture(scope="session")
def zoo_home(django_db_setup: None, django_db_blocker, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple]:
    """The migrated and filled database that every test starts from, and its expectation."""
    with django_db_blocker.unblock():
        path = tmp_path_factory.mktemp("zoo") / "zoo.sqlite3"
        connection = _open(_settings(path))
        try:
            if connection.vendor == "postgresql":
                with connections["default"].cursor() as cursor:
                    cursor.execute("DROP DATABASE IF EXISTS plumbline_zoo")
                    cursor.execute("CREATE DATABASE plumbline_zoo")
            state = zoo.migrate(connection)
            zoo.fill(connection, state)
            expected = zoo.expectation(connection, state)
            # On SQLite everything is in the file, ready to be copied, only when nobody has it open.
            connection.close()
            yield path, expected, state
        finally:
            connection.close()
            if connection.vendor == "postgresql":
                with connections["default"].cursor() as cursor:
                    cursor.execute("DROP DATABASE IF EXISTS plumbline_zoo WITH (FORCE)")


def _settings(path: Path) -> dict:
    settings = connections["default"].settings_dict
    name = str(path) if connections["default"].vendor == "sqlite" else "plumbline_zoo"
    return {**settings, "NAME": name}


def _open(settings: dict) -> BaseDatabaseWrapper:
    connections.settings[ALIAS] = settings
    if hasattr(connections._connections, ALIAS):
        connections[ALIAS].close()
        delattr(connections._connections, ALIAS)
    return connections[ALIAS]


@pytest.fixture
def zoo_db(zoo_home, django_db_blocker, tmp_path: Path) -> Iterator[Zoo]:
    """The zoo as every test finds it; whatever a test does to it is gone afterwards."""
    path, expected, _ = zoo_home
    with django_db_blocker.unblock():
        if connections["default"].vendor == "sqlite":
            shutil.copy(path, tmp_path / "zoo.sqlite3")
            connection = _open(_settings(tmp_path / "zoo.sqlite3"))
            yield Zoo(connection, expected)
            connection.close()
        else:
            connection = connections[ALIAS]
            connections.settings[ALIAS] = _settings(path)
            with transaction.atomic(using=ALIAS):
                yield Zoo(connection, expected)
                transaction.set_rollback(True, using=ALIAS)
        # Tests of the project do not know this database and must not be asked about it.
        del connections.settings[ALIAS]
