"""Indexes that carry no constraint: missing or invalid ones make queries slow, never wrong."""

from __future__ import annotations

from collections.abc import Hashable, Iterator
from dataclasses import replace
from operator import attrgetter

from config.schema.catalog import Index
from config.schema.compare.constraints import attach, describe_index, of_name, other_name
from config.schema.compare.pair import Pair, folded, match
from config.schema.compare.wording import meaning
from config.schema.findings import Finding


def indexes(pair: Pair) -> Iterator[Finding]:
    expected = [index for index in pair.expected.indexes if index.kind == "index"]
    actual = [index for index in pair.actual.indexes if index.kind == "index"]
    pairs, missing, extra = match(expected, actual, lambda index: _structure(index, pair), attrgetter("name"))
    for wanted, found in pairs:
        if not found.valid:
            yield _invalid(pair, wanted, found)
        if wanted.declared and wanted.name != found.name:
            yield other_name(pair, wanted.name, found.name, constraint=False)
    for wanted in missing:
        yield _missing(pair, wanted, instead := of_name(pair, wanted))
        extra = [index for index in extra if index is not instead]
    for found in extra:
        yield pair.finding(
            "schema.W002",
            name=found.name,
            expected="no such index",
            actual=describe_index(found),
            breaks="nothing; every write keeps it up to date",
            command=pair.drop(found),
        )


def _structure(index: Index, pair: Pair) -> Hashable:
    keys = tuple((folded(meaning(key.expression) or "", pair.engine), key.options) for key in index.keys)
    return index.method, keys, meaning(index.condition), frozenset(index.include)


def _invalid(pair: Pair, wanted: Index, found: Index) -> Finding:
    carcass = replace(wanted, name=found.name, valid=False)
    actual = "invalid: an interrupted build; never used"
    return _finding(pair, carcass, actual, attach(pair, found), repaired=not pair.is_partitioned)


def _missing(pair: Pair, wanted: Index, instead: Index | None) -> Finding:
    if instead is None:
        return _finding(pair, wanted, "no such index")
    return _finding(pair, wanted, describe_index(instead), pair.then_repair(pair.drop(instead)), repaired=False)


def _finding(pair: Pair, index: Index, actual: str, command: str = "", *, repaired: bool = True) -> Finding:
    return pair.finding(
        "schema.W003",
        name=index.name,
        expected=describe_index(index),
        actual=actual,
        breaks="nothing; queries that need it are slow",
        command=command,
        subject=index if repaired else None,
    )
