"""One table as expected and as it is, and how findings about it are made."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Collection, Hashable, Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import TypeVar

from django.db import DEFAULT_DB_ALIAS

from config.schema.catalog import Column, Index, Table
from config.schema.findings import Finding, Level

T = TypeVar("T")

# Defaults that give another value to each row.
_OF_EACH_ROW = re.compile(r"nextval|uuid|random", re.IGNORECASE)
_NULL = re.compile(r"^\(*NULL\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Rename:
    """An index or constraint under another name than the one its model declares."""

    old: str
    new: str
    constraint: bool


@dataclass(frozen=True)
class Pair:
    """A table on both sides. `database` is the alias, `engine` the vendor."""

    expected: Table
    actual: Table
    database: str
    engine: str

    def finding(
        self,
        id: str,
        *,
        column: str | None = None,
        name: str | None = None,
        expected: str = "",
        actual: str = "",
        breaks: str = "",
        command: str = "",
        detail: str = "",
        level: Level | None = None,
        subject: object = None,
    ) -> Finding:
        return Finding(
            id=id,
            database=self.database,
            table=self.expected.name,
            column=column,
            name=name,
            expected=expected,
            actual=actual,
            breaks=breaks,
            command=command or self.repair,
            detail=detail,
            level=level,
            subject=subject,
        )

    @property
    def repair(self) -> str:
        return managed("schema repair", self.database)

    def shell(self, statement: str) -> str:
        """The command that runs one statement by hand: what is dropped or retyped is a person's decision."""
        return f"in {managed('dbshell', self.database)}: {statement}"

    def sql(self, statement: str) -> str:
        """The same of a statement that SQLite does not have."""
        if self.engine == "sqlite":
            return "manage.py makemigrations --empty APP, with an operation that rebuilds the table"
        return self.shell(statement)

    def alter(self, action: str) -> str:
        return self.sql(f"ALTER TABLE {quoted(self.expected.name)} {action};")

    def index(self, name: str) -> str:
        """The name of an index as a statement finds it: indexes are in the schema of their table."""
        return in_schema(name, self.actual.schema if self.engine == "postgresql" else None)

    def drop(self, index: Index) -> str:
        """The command that drops an index, or the constraint that it carries."""
        if index.constraint:
            return self.alter(f"DROP CONSTRAINT {quoted(index.name)}")
        return self.shell(f"DROP INDEX {self.index(index.name)};")

    def then_repair(self, command: str) -> str:
        """What stands in the way is dropped by a person, then the repair adds what is missing."""
        return f"{command} then {self.repair}"

    @property
    def is_partitioned(self) -> bool:
        return self.actual.kind == "partitioned table"

    @cached_property
    def shared(self) -> list[tuple[Column, Column]]:
        """The columns both sides have: expected, actual."""
        actual = {folded(column.name, self.engine): column for column in self.actual.columns}
        pairs = ((column, actual.get(folded(column.name, self.engine))) for column in self.expected.columns)
        return [(expected, found) for expected, found in pairs if found is not None]

    @cached_property
    def missing(self) -> list[Column]:
        names = {folded(column.name, self.engine) for column in self.actual.columns}
        return [column for column in self.expected.columns if folded(column.name, self.engine) not in names]

    @cached_property
    def unknown(self) -> list[Column]:
        names = {folded(column.name, self.engine) for column in self.expected.columns}
        return [column for column in self.actual.columns if folded(column.name, self.engine) not in names]

    def unknown_only(self, columns: Collection[str]) -> list[Column]:
        """The unknown columns that an object stands on; none when it stands on any that this code writes."""
        unknown = {column.name: column for column in self.unknown}
        return [unknown[name] for name in columns] if set(columns) <= unknown.keys() else []


def has_default(column: Column) -> bool:
    return column.default is not None and not _NULL.match(column.default)


def stays_null(column: Column) -> bool:
    """Whether every row that does not name the column has NULL there."""
    return column.nullable and not has_default(column) and not column.identity and not column.generated


def differs_by_row(column: Column) -> bool:
    """Whether rows that do not name the column have different values there."""
    return bool(column.identity) or (has_default(column) and bool(_OF_EACH_ROW.search(column.default or "")))


def folded(name: str, engine: str) -> str:
    """Column names as the engine compares them: SQLite does not tell case apart."""
    return name.lower() if engine == "sqlite" else name


def quoted(name: str) -> str:
    return name if name.startswith('"') and name.endswith('"') else f'"{name}"'


def in_schema(name: str, schema: str | None) -> str:
    """The name of an index, view or type as it is found wherever the search path leads."""
    return f"{quoted(schema)}.{quoted(name)}" if schema else quoted(name)


def managed(command: str, database: str) -> str:
    """A manage.py command line, with the alias where it is not the default one."""
    option = "" if database == DEFAULT_DB_ALIAS else f" --database {database}"
    return f"manage.py {command}{option}"


def match(
    expected: Iterable[T], actual: Iterable[T], structure: Callable[[T], Hashable], name: Callable[[T], str]
) -> tuple[list[tuple[T, T]], list[T], list[T]]:
    """Pairs of equal structure, what is missing and what is extra, as multisets; equal names pair first."""
    pool: dict[Hashable, list[T]] = defaultdict(list)
    for item in actual:
        pool[structure(item)].append(item)
    pairs, missing = [], []
    for item in expected:
        same = pool[structure(item)]
        if not same:
            missing.append(item)
            continue
        chosen = next((other for other in same if name(other) == name(item)), same[0])
        same.remove(chosen)
        pairs.append((item, chosen))
    return pairs, missing, [item for rest in pool.values() for item in rest]
