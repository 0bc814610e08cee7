"""A database with the zoo in it that mutations break, for the tests and for the benchmark."""

from __future__ import annotations

import re
from dataclasses import dataclass

from django.db.backends.base.base import BaseDatabaseWrapper

from config.schema.catalog import Snapshot
from config.schema.catalog.ddl import raw_items
from config.schema.compare import differences
from config.schema.findings import Finding
from config.schema.fingerprint import fingerprint
from config.schema.repair.engine import execute, plan_for
from config.schema.rows import broken_promises
from config.schema.unknown import judged
from tests.schema import zoo


@dataclass(frozen=True)
class Zoo:
    """The zoo's database and what it should be."""

    connection: BaseDatabaseWrapper
    expected: Snapshot

    def findings(self) -> list[Finding]:
        """Everything the guard's comparison says of this database."""
        actual = judged(self.connection, self.expected, zoo.live(self.connection, self.expected))
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

    def execute(self, statement: str) -> None:
        with self.connection.cursor() as cursor:
            cursor.execute(statement)

    def repair(self) -> None:
        """Runs what can be run of the plan; one step in a transaction may fail and leaves its finding."""
        execute(self.connection, plan_for(self.connection, self.expected, self.findings()))

    def rows(self, query: str) -> list[tuple]:
        with self.connection.cursor() as cursor:
            cursor.execute(query)
            return cursor.fetchall()
