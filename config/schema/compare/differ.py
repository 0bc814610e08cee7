"""All comparators over all tables."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

from config.schema.catalog import Check, Column, Index, Snapshot, Table
from config.schema.compare import columns, constraints, indexes, tables
from config.schema.compare.pair import Pair
from config.schema.findings import Finding

WholeComparator = Callable[[Snapshot, Snapshot, str], Iterator[Finding]]
TableComparator = Callable[[Pair], Iterator[Finding]]

#: What is compared, by name: `schema selftest` proves that each of them sees what it is for.
WHOLE: dict[str, WholeComparator] = {
    "missing tables": tables.missing,
    "unowned objects": tables.unowned,
}
BY_TABLE: dict[str, TableComparator] = {
    "hidden rows": tables.hidden,
    "missing columns": columns.missing,
    "row security": tables.row_security,
    "storage": tables.storage,
    "inheritance": tables.inheritance,
    "triggers": tables.triggers,
    "types": columns.types,
    "NOT NULL": columns.too_strict,
    "NULL": columns.too_lax,
    "unknown columns": columns.unknown,
    "defaults": columns.defaults,
    "identity": columns.identity,
    "sequences": columns.sequences,
    "limits of sequences": columns.limits,
    "generated columns": columns.generated,
    "collations": columns.collations,
    "keys": constraints.keys,
    "checks": constraints.checks,
    "foreign keys": constraints.foreign_keys,
    "indexes": indexes.indexes,
}
# A view in a table's place has neither keys nor constraints nor defaults to compare.
_ON_ANY_RELATION = ("hidden rows", "missing columns")


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
    stand_in = tables.is_stand_in(pair.actual)
    for name, comparator in BY_TABLE.items():
        if not stand_in or name in _ON_ANY_RELATION:
            yield from comparator(pair)


def reworded(table: Table, expected: Snapshot) -> Table:
    """The table with the words of a dump and restore put back into those of the expectation."""
    if not expected.restored:
        return table

    def original(words: str) -> str:
        return expected.restored.get((table.name, words), words)

    return replace(
        table,
        columns=tuple(_reworded_column(column, original) for column in table.columns),
        checks=tuple(_reworded_check(check, original) for check in table.checks),
        indexes=tuple(_reworded_index(index, original) for index in table.indexes),
    )


def _reworded_column(column: Column, original: Callable[[str], str]) -> Column:
    # Hardly any object has other words, and to copy them all takes longer than to compare them.
    default = original(column.default) if column.default else column.default
    generated = original(column.generated) if column.generated else column.generated
    same = (default, generated) == (column.default, column.generated)
    return column if same else replace(column, default=default, generated=generated)


def _reworded_check(check: Check, original: Callable[[str], str]) -> Check:
    expression = original(check.expression)
    return check if expression == check.expression else replace(check, expression=expression)


def _reworded_index(index: Index, original: Callable[[str], str]) -> Index:
    condition = original(index.condition) if index.condition else None
    expressions = [original(key.expression) for key in index.keys]
    if (condition, expressions) == (index.condition, list(index.columns)):
        return index
    keys = tuple(replace(key, expression=expression) for key, expression in zip(index.keys, expressions, strict=True))
    return replace(index, condition=condition, keys=keys)
