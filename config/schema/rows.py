"""Rows that break a promise the database does not keep: sampled, and bounded in time."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.db import DatabaseError, OperationalError, transaction
from django.db.backends.base.base import BaseDatabaseWrapper

from config.schema.catalog import Check, ForeignKey, Index, Snapshot, Table
from config.schema.compare import reworded
from config.schema.compare.pair import folded, managed, quoted
from config.schema.compare.wording import meaning
from config.schema.findings import Finding

SAMPLE = 5
SECONDS = 2
#: The promise that a back-fill can keep again: the subject of findings about it.
NOT_NULL = "NOT NULL"

_FOREIGN_KEY_CHECK = """
SELECT c."table", f."from", c.parent, count(*), min(c.rowid)
FROM pragma_foreign_key_check c JOIN pragma_foreign_key_list(c."table") f ON f.id = c.fkid
GROUP BY 1, 2, 3 ORDER BY 1, 2
"""


@dataclass(frozen=True, slots=True)
class Doubt:
    """A promise that the live table does not enforce, and the condition its breaking rows meet."""

    table: Table
    promise: str
    condition: str
    column: str | None = None
    name: str | None = None


def broken_promises(connection: BaseDatabaseWrapper, expected: Snapshot, actual: Snapshot) -> Iterator[Finding]:
    """schema.E018 for each promise that is not enforced and that rows break: one short query per doubt."""
    for doubt in doubts(connection, expected, actual):
        yield from _finding(connection, doubt)
    if connection.vendor == "sqlite":
        yield from _orphans(connection, expected)


def doubts(connection: BaseDatabaseWrapper, expected: Snapshot, actual: Snapshot) -> Iterator[Doubt]:
    """What the live tables promise no longer, as conditions to look for."""
    for name, table in expected.tables.items():
        live = actual.tables.get(name)
        if live is None or live.kind not in ("table", "partitioned table"):
            continue
        live = reworded(live, expected)
        present = {folded(column.name, expected.engine) for column in live.columns}
        for doubt, columns in _of_table(connection, table, live, expected.engine):
            if {folded(column, expected.engine) for column in columns} <= present:
                yield doubt


def _of_table(
    connection: BaseDatabaseWrapper, table: Table, live: Table, engine: str
) -> Iterator[tuple[Doubt, tuple[str, ...]]]:
    quote = connection.ops.quote_name
    loose = {column.name for column in live.columns if column.nullable or column.unproven}
    for column in table.columns:
        if not column.nullable and column.name in loose:
            yield Doubt(table, NOT_NULL, f"{quote(column.name)} IS NULL", column.name), (column.name,)
    for check in table.checks:
        if not any(_enforces(found, check) for found in live.checks):
            subject = check.columns[0] if len(check.columns) == 1 else None
            promise = f"CHECK {check.expression}"
            yield Doubt(table, promise, f"NOT ({check.expression})", subject, check.name or "check"), check.columns
    for key in table.foreign_keys:
        if not any(_refers(found, key) for found in live.foreign_keys):
            yield (
                Doubt(table, _reference(key), _orphan(quote, table, key), key.columns[0], key.name or None),
                key.columns,
            )
    for index in table.indexes:
        if index.kind in ("unique", "primary key") and not any(_unique(found, index) for found in live.indexes):
            yield _duplicates(quote, table, index), _columns_of(table, index)


def _enforces(found: Check, wanted: Check) -> bool:
    return meaning(found.expression) == meaning(wanted.expression) and found.validated and found.enforced


def _refers(found: ForeignKey, wanted: ForeignKey) -> bool:
    same = (found.columns, found.target, found.target_columns) == (wanted.columns, wanted.target, wanted.target_columns)
    return same and found.validated and found.enforced and found.fires


def _unique(found: Index, wanted: Index) -> bool:
    same_kind = found.kind in ("unique", "primary key") and found.valid
    same_rows = meaning(found.condition) == meaning(wanted.condition)
    of_nulls = wanted.nulls_distinct or not found.nulls_distinct or found.kind == "primary key"
    return (
        same_kind and same_rows and of_nulls and set(map(meaning, found.columns)) == set(map(meaning, wanted.columns))
    )


def _columns_of(table: Table, index: Index) -> tuple[str, ...]:
    """Those that its keys are or compute with."""
    words = " ".join(index.columns)
    return tuple(c.name for c in table.columns if re.search(rf"(?<!\w){re.escape(c.name)}(?!\w)", words, re.IGNORECASE))


def _reference(key: ForeignKey) -> str:
    return f"({', '.join(key.columns)}) REFERENCES {key.target} ({', '.join(key.target_columns)})"


def _orphan(quote: Any, table: Table, key: ForeignKey) -> str:
    pairs = list(zip(key.columns, key.target_columns, strict=True))
    present = " AND ".join(f"o.{quote(column)} IS NOT NULL" for column, _ in pairs)
    equal = " AND ".join(f"t.{quote(target)} = o.{quote(column)}" for column, target in pairs)
    return f"{present} AND NOT EXISTS (SELECT 1 FROM {quote(key.target)} t WHERE {equal})"


def _duplicates(quote: Any, table: Table, index: Index) -> Doubt:
    names = {column.name for column in table.columns}
    keys = [quote(key) if key in names else key for key in index.columns]
    listed = ", ".join(keys)
    where = f"WHERE {index.condition} " if index.condition else ""
    twice = f"FROM {quote(table.name)} {where}GROUP BY {listed} HAVING count(*) > 1"
    if index.nulls_distinct:
        present = [f"({key}) IS NOT NULL" for key in keys]
        among = f"({listed}) IN (SELECT {listed} {twice})"
    else:
        # NULLs are equal here, as they are to GROUP BY, and are never IN a list.
        present = []
        named = ", ".join(f"{key} AS same_{place}" for place, key in enumerate(keys))
        equal = " AND ".join(f"d.same_{place} IS NOT DISTINCT FROM ({key})" for place, key in enumerate(keys))
        among = f"EXISTS (SELECT 1 FROM (SELECT {named} {twice}) d WHERE {equal})"
    condition = " AND ".join([*present, *([f"({index.condition})"] if index.condition else []), among])
    return Doubt(table, f"UNIQUE ({', '.join(index.columns)})", condition, None, index.name or index.kind)


def _orphans(connection: BaseDatabaseWrapper, expected: Snapshot) -> Iterator[Finding]:
    """References to rows that do not exist: SQLite enforces foreign keys only where each writer asks for it."""
    try:
        with connection.cursor() as cursor:
            cursor.execute(_FOREIGN_KEY_CHECK)
            found = cursor.fetchall()
    except OperationalError:
        # "foreign key mismatch": a key that is referred to is unique no more, which is a finding of its own.
        return
    for table, column, target, count, first in found:
        if table in expected.tables:
            yield Finding(
                id="schema.E018",
                database=connection.alias,
                table=table,
                column=column,
                expected=f"every row refers to a row of {target}",
                actual=f"{count} row(s) refer to none, the first with rowid {first}",
                breaks="these rows fail when the reference is followed, and every join loses them",
                command=f"in {managed('dbshell', connection.alias)}: PRAGMA foreign_key_check({quoted(table)});",
            )


def _finding(connection: BaseDatabaseWrapper, doubt: Doubt) -> Iterator[Finding]:
    try:
        keys = _sample(connection, doubt)
    except OperationalError as error:
        # The server's own limit (statement_timeout) ends a search through a very large table.
        yield _report(connection, doubt, f"not known: {str(error).strip()} after {SECONDS} s", known=False)
    except DatabaseError:
        # The promise cannot be put to this table (another type in the column): that is a finding of its own.
        return
    else:
        if keys:
            more = " and more" if len(keys) > SAMPLE else ""
            yield _report(connection, doubt, f"rows {', '.join(map(str, keys[:SAMPLE]))}{more}", known=True)


def _report(connection: BaseDatabaseWrapper, doubt: Doubt, actual: str, *, known: bool) -> Finding:
    search = f"SELECT * FROM {quoted(doubt.table.name)} o WHERE {doubt.condition};"
    return Finding(
        id="schema.E018",
        database=connection.alias,
        table=doubt.table.name,
        column=doubt.column,
        name=doubt.name,
        expected=f"every row meets {doubt.promise}",
        actual=actual,
        breaks="these rows fall out of lists or fail when read, and the constraint cannot come back"
        if known
        else "nothing known",
        command=f"in {managed('dbshell', connection.alias)}: {search}",
        level="error" if known else "warning",
        subject=NOT_NULL if doubt.promise == NOT_NULL else None,
    )


def _sample(connection: BaseDatabaseWrapper, doubt: Doubt) -> list[Any]:
    """Primary keys of some rows that break the promise, at most one more than the sample."""
    quote = connection.ops.quote_name
    primary = next((index.columns for index in doubt.table.indexes if index.kind == "primary key"), None)
    shown = ", ".join(f"o.{quote(column)}" for column in primary) if primary else "1"
    statement = f"SELECT {shown} FROM {quote(doubt.table.name)} o WHERE {doubt.condition} LIMIT {SAMPLE + 1}"
    with transaction.atomic(using=connection.alias), connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            # It ends the wait for a lock as well.
            cursor.execute(f"SET LOCAL statement_timeout = '{SECONDS}s'")
        cursor.execute(statement)
        rows = cursor.fetchall()
        transaction.set_rollback(True, using=connection.alias)
    return [row[0] if len(row) == 1 else row for row in rows]
