"""Columns that somebody may have renamed by hand: a missing one, and an unknown one that holds its kind of values."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from difflib import SequenceMatcher

from config.schema.catalog import Column
from config.schema.compare.pair import Pair, quoted
from config.schema.compare.types import fit
from config.schema.findings import Finding

#: What a finding's command has that says so.
STATEMENT = " RENAME COLUMN "
# What a renamed column takes with it.
_OF_OBJECTS = frozenset({"schema.E015", "schema.E016", "schema.W002", "schema.W003"})


def candidates(pair: Pair, missing: Column) -> list[Column]:
    """The unknown columns that the missing one may be under another name, the likeliest first.

    Not those that were unknown already when it was still there, and not those that are registered.
    """
    found = [other for other in pair.unknown if not other.familiar and _may_be(missing, other, pair.engine)]
    return sorted(found, key=lambda other: _likeness(missing, other), reverse=True)


def origin(pair: Pair, unknown: Column) -> Column | None:
    """The missing column that the unknown one may be under another name."""
    found = [column for column in pair.missing if unknown in candidates(pair, column)]
    return max(found, key=lambda column: _likeness(column, unknown), default=None)


def rename(pair: Pair, unknown: Column, missing: Column) -> str:
    """The command that gives the column back its name. Both engines do that with every value kept."""
    names = f"{quoted(unknown.name)} TO {quoted(missing.name)}"
    return pair.shell(f"ALTER TABLE {quoted(pair.expected.name)}{STATEMENT}{names};")


def advice(pair: Pair, found: list[Column]) -> str:
    """How to get on where none of the candidates is the missing column; "" where there are none."""
    if not found:
        return ""
    names = ", ".join(f"{pair.expected.name}.{column.name}" for column in found)
    return (
        f"perhaps renamed by hand, unknown and of a fitting type: {names}. "
        f"What is something else is named in SCHEMA['OBJECTS'] with a reason, or dropped; then {pair.repair}"
    )


def followed(pair: Pair, found: Iterable[Finding]) -> Iterator[Finding]:
    """The findings; those about what stands on a renamed column with its command: nobody is told to drop it."""
    renamed = [(column, others[0]) for column in pair.missing if (others := candidates(pair, column))]
    for finding in found:
        columns = (two for two in renamed if finding.id in _OF_OBJECTS and finding.name and _is_about(finding, *two))
        first = next(columns, None)
        yield replace(finding, command=rename(pair, first[1], first[0])) if first else finding


def _is_about(finding: Finding, missing: Column, other: Column) -> bool:
    return _says(finding.expected, missing) or _says(finding.actual, other)


def _says(words: str, column: Column) -> bool:
    return re.search(rf"(?<!\w){re.escape(column.name)}(?!\w)", words) is not None


def _may_be(missing: Column, other: Column, engine: str) -> bool:
    computed = bool(missing.generated) == bool(other.generated)
    return computed and fit(missing.type, other.type, engine) != "other"


def _likeness(missing: Column, other: Column) -> tuple[bool, bool, bool, float]:
    same = missing.type == other.type, missing.default == other.default, missing.nullable == other.nullable
    return *same, SequenceMatcher(None, missing.name, other.name).ratio()
