"""Partitioned tables without any partition, and what one partition has that its table has not."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from config.schema.catalog import Table
from config.schema.compare import columns, constraints, tables
from config.schema.compare.pair import Pair, quoted
from config.schema.findings import Finding

# What a partition can have or lack by itself, so that its rows are kept by other rules than those of the table.
_OF_EACH = (
    columns.too_strict,
    constraints.keys,
    constraints.checks,
    constraints.foreign_keys,
    tables.triggers,
    tables.storage,
)


def partitions(pair: Pair) -> Iterator[Finding]:
    """Each partition is compared with the live table that it is part of: the table itself with what is expected."""
    table = pair.actual
    if table.kind == "partitioned table" and not table.partitions:
        yield pair.finding(
            "schema.E019",
            expected="partitions that hold its rows",
            actual="no partition",
            breaks="every insert; and the rows of a partition that was detached are in no list",
            command=pair.alter("ATTACH PARTITION …"),
        )
    for part in table.partitions:
        yield from _of_one(table, part, pair)


def _of_one(table: Table, part: Table, whole: Pair) -> Iterator[Finding]:
    if tables.is_stand_in(part):
        return
    pair = Pair(replace(table, name=part.name), part, whole.database, whole.engine)
    for comparator in _OF_EACH:
        for finding in comparator(pair):
            yield _by_hand(finding, pair)
    yield from partitions(pair)


def _by_hand(finding: Finding, pair: Pair) -> Finding:
    """A repair makes what the models say, and they know nothing of partitions."""
    if finding.command != pair.repair:
        return finding
    action = f"VALIDATE CONSTRAINT {quoted(finding.name or '')}"
    if "triggers are disabled" in finding.actual:
        action = "ENABLE TRIGGER ALL"
    return replace(finding, command=pair.alter(action), subject=None)
