"""Whether a live column's type can hold and return what the expected one does."""

from __future__ import annotations

import re
from typing import Literal

Fit = Literal["same", "wider", "narrower", "other"]

_TYPE = re.compile(
    r"^(?P<base>[^(\[]+?)\s*(\((?P<sizes>[\d,\s-]+)\))?(?P<zone> with(out)? time zone)?(?P<array>\[\])?$"
)
_INTEGERS = ("smallint", "integer", "bigint")
_FLOATS = ("real", "double precision")
_SQLITE_TEXT = re.compile(r"^(varchar|char|text)\b")
_SQLITE_INTEGER = re.compile(r"^(integer|bigint|smallint|int)\b")
# What PostgreSQL keeps when no precision is given.
_MICROSECONDS = 6


def fit(expected: str, actual: str, engine: str) -> Fit:
    """How `actual` holds the values of `expected`, both in the server's words."""
    if expected == actual:
        return "same"
    return _fit_sqlite(expected, actual) if engine == "sqlite" else _fit_postgresql(expected, actual)


def _fit_sqlite(expected: str, actual: str) -> Fit:
    """SQLite enforces neither lengths nor ranges: within one affinity every value survives."""
    for family in (_SQLITE_TEXT, _SQLITE_INTEGER):
        if family.match(expected) and family.match(actual):
            return "wider"
    return "other"


def _fit_postgresql(expected: str, actual: str) -> Fit:
    wanted, found = _TYPE.match(expected), _TYPE.match(actual)
    if not wanted or not found or wanted["array"] != found["array"] or wanted["zone"] != found["zone"]:
        return "other"
    base, other = wanted["base"], found["base"]
    sizes, other_sizes = _sizes(wanted["sizes"]), _sizes(found["sizes"])
    if {base, other} <= {"character varying", "text"}:
        return _ordered(sizes[0] if sizes else None, other_sizes[0] if other_sizes else None)
    for family in (_INTEGERS, _FLOATS):
        if base in family and other in family:
            return "wider" if family.index(other) > family.index(base) else "narrower"
    if base != other:
        return "other"
    return _fit_sizes(base, sizes, other_sizes)


def _fit_sizes(base: str, wanted: list[int], found: list[int]) -> Fit:
    if base == "numeric":
        return _fit_numeric(wanted, found)
    if base in ("timestamp", "time", "interval"):
        return _ordered(wanted[0] if wanted else _MICROSECONDS, found[0] if found else _MICROSECONDS)
    return "other"


def _fit_numeric(wanted: list[int], found: list[int]) -> Fit:
    if not found:
        return "wider"
    if not wanted:
        return "narrower"
    (precision, scale), (other_precision, other_scale) = _pair(wanted), _pair(found)
    fits = other_scale >= scale and other_precision - other_scale >= precision - scale
    return "wider" if fits else "narrower"


def _pair(sizes: list[int]) -> tuple[int, int]:
    return sizes[0], sizes[1] if len(sizes) > 1 else 0


def _sizes(text: str | None) -> list[int]:
    return [int(part) for part in text.split(",")] if text else []


def _ordered(wanted: int | None, found: int | None) -> Fit:
    """By length, None being without limit."""
    if wanted == found:
        return "same"
    if found is None:
        return "wider"
    return "wider" if wanted is not None and found > wanted else "narrower"
