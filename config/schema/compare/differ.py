"""All comparators over all tables."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

from config.schema.catalog import Index, Snapshot, Table
from config.schema.compare import access, columns, constraints, indexes, partitions, renames, tables
from config.schema.compare.pair import Pair
from config.schema.findings import Finding

WholeComparator = Callable[[Snapshot, Snapshot, str], Iterator[Finding]]
TableComparator = Callable[[Pair], Iterator[Finding]]

#: What is compared, by name: `schema selftest` proves that each of them sees what it is for.
WHOLE: dict[str, WholeComparator] = {
    "missing tables": tables.missing,
    "unowned objects": tables.unowned,
    "replication role": access.replication_role,
}
BY_TABLE: dict[str, TableComparator] = {
    "hidden rows": tables.hidden,
    "missing columns": columns.missing,
    "row security": tables.row_security,
    "storage": tables.storage,
    "inheritance": tables.inheritance,
    "partitions": partitions.partitions,
    "rights": access.rights,
    "conflict clauses": access.conflicts,
    "triggers": tables.triggers,
    "types": columns.types,
    "NOT NULL": columns.too_strict,
    "NULL": columns.too_lax,
    "unknown columns": columns.unknown,
    "defaults": columns.defaults,
    "identity": columns.identity,
    "sequences": columns.sequences,
    "limits of sequences": columns.limits,
    "ends of sequences": access.ceilings,
    "generated columns": columns.generated,
    "collations": columns.collations,
    "keys": constraints.keys,
    "checks": constraints.checks,
    "foreign keys": constraints.foreign_keys,
    "indexes": indexes.indexes,
}
# A view in a table's place has neither keys nor constraints nor defaults to compare.
_ON_ANY_RELATION = ("hidden rows", "missing columns", "rights")


def differences(expected: Snapshot, actual: Snapshot, database: str) -> list[Finding]:
    """Every difference between two snapshots of one engine, as findings for the database alias `database`."""
    found = [finding for comparator in WHOLE.values() for finding in comparator(expected, actual, database)]
    for name, table in expected.tables.items():
        live = actual.tables.get(name)
        if live is not None:
            found.extend(table_differences(Pair(table, reworded(live, expected), database, expected.engine)))
    return found


def table_differences(pair: Pair) -> Iterator[Finding]:
    """Every difference between the two sides of one table."""
    yield from renames.followed(pair, _compared(pair))


def _compared(pair: Pair) -> Iterator[Finding]:
    stand_in = tables.is_stand_in(pair.actual)
    for name, comparator in BY_TABLE.items():
        if not stand_in or name in _ON_ANY_RELATION:
            yield from comparator(pair)


def reworded(table: Table, expected: Snapshot) -> Table:
    """The table with the words of a dump and restore put back into those of the expectation."""
    if not any((table.name, words) in expected.restored for words in table.expressions()):
        return table

    def original(words: Any) -> Any:
        return expected.restored.get((table.name, words), words)

    def reworded_index(index: Index) -> Index:
        keys = tuple(replace(key, expression=original(key.expression)) for key in index.keys)
        return replace(index, condition=original(index.condition), keys=keys)

    return replace(
        table,
        columns=tuple(replace(c, default=original(c.default), generated=original(c.generated)) for c in table.columns),
        checks=tuple(replace(check, expression=original(check.expression)) for check in table.checks),
        indexes=tuple(map(reworded_index, table.indexes)),
    )
