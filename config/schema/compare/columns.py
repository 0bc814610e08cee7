"""Columns: missing, unknown, of another type, nullability, default, identity, generation, collation."""

from __future__ import annotations

import re
from collections.abc import Iterator

from config.schema.catalog import Column
from config.schema.compare import renames
from config.schema.compare.pair import Pair, has_default, quoted
from config.schema.compare.types import fit
from config.schema.compare.wording import meaning
from config.schema.findings import Finding

_LITERAL_CAST = re.compile(r"^('(?:[^']|'')*')::[a-z ]+(\(\d+\))?(\[\])?$")

_LITERAL = re.compile(r"'(?:[^']|'')*'|\|\|")
# Words, and the operators that fail for some values: division, remainder, power, roots. Joining texts is none of them.
_WORDS = re.compile(r"[^\W\d]\w*|[/%^|]")
_SAFE_WORDS = frozenset(
    {"and", "or", "not", "is", "null", "true", "false", "case", "when", "then", "else", "end"}
    | {"coalesce", "nullif", "lower", "upper", "btrim", "length", "char_length", "concat", "abs", "greatest", "least"}
    | {"text", "character", "varying", "regconfig", "to_tsvector", "setweight"}
)


def missing(pair: Pair) -> Iterator[Finding]:
    for column in pair.missing:
        found = renames.candidates(pair, column)
        yield pair.finding(
            "schema.E011",
            column=column.name,
            expected=describe(column),
            actual="no such column",
            breaks=f"every query that reads or writes {column.field or column.name}",
            command=renames.rename(pair, found[0], column) if found else "",
            detail=renames.advice(pair, found),
            # A new column would be empty, and what the old one holds would be out of sight.
            subject=None if found else column,
        )


def types(pair: Pair) -> Iterator[Finding]:
    for expected, actual in pair.shared:
        result = fit(expected.type, actual.type, pair.engine)
        if result == "same":
            continue
        column, type_ = quoted(actual.name), expected.type
        harmless = "nothing this code writes; the database accepts more than the model"
        harm = "values are refused, cut, rounded or come back as something else"
        yield pair.finding(
            "schema.E012",
            column=actual.name,
            expected=expected.type,
            actual=actual.type,
            breaks=harmless if result == "wider" else harm,
            level="warning" if result == "wider" else "error",
            command=pair.alter(f"ALTER COLUMN {column} TYPE {type_} USING {column}::{type_}"),
        )


def too_strict(pair: Pair) -> Iterator[Finding]:
    for expected, actual in pair.shared:
        if expected.nullable and not actual.nullable:
            yield pair.finding(
                "schema.E013",
                column=actual.name,
                expected="may be NULL",
                actual="NOT NULL",
                breaks="every insert or update that leaves the field empty",
                command=pair.alter(f"ALTER COLUMN {quoted(actual.name)} DROP NOT NULL"),
            )


def too_lax(pair: Pair) -> Iterator[Finding]:
    for expected, actual in pair.shared:
        if not expected.nullable and (actual.nullable or actual.unproven):
            yield pair.finding(
                "schema.E014",
                column=actual.name,
                expected="NOT NULL",
                actual="NOT NULL, not validated" if actual.unproven else "may be NULL",
                breaks="code that reads the field as never empty: rows fall out of filters, serialisers fail",
                subject=expected,
            )


def unknown(pair: Pair) -> Iterator[Finding]:
    for column in pair.unknown:
        breaks, was = _refuses_rows(pair, column), renames.origin(pair, column)
        command = _loosen(pair, column) if breaks else _own_or_drop(pair, column)
        yield pair.finding(
            "schema.E015" if breaks else "schema.W002",
            column=column.name,
            expected="no such column",
            actual=describe(column),
            breaks=breaks or "nothing: the code does not see it",
            command=renames.rename(pair, column, was) if was else command,
            detail=f"perhaps {was.name}, renamed by hand" if was else "",
        )


def _own_or_drop(pair: Pair, column: Column) -> str:
    drop = pair.alter(f"DROP COLUMN {quoted(column.name)}")
    return f"name {pair.expected.name}.{column.name} in SCHEMA['OBJECTS'] with a reason, or {drop}"


def _loosen(pair: Pair, column: Column) -> str:
    """What keeps the column and lets rows in: a domain's NOT NULL is not the column's to drop."""
    strict = not column.nullable
    actions = ["DROP EXPRESSION"] if column.generated else []
    actions += ["SET DEFAULT …" if column.domain else "DROP NOT NULL"] if strict else []
    return pair.alter(", ".join(f"ALTER COLUMN {quoted(column.name)} {action}" for action in actions))


def _refuses_rows(pair: Pair, column: Column) -> str:
    """What an unknown column breaks; "" if it accepts every row of the model."""
    if column.generated:
        return "" if _computable(pair, column) else "writes of rows that its expression fails for"
    given = column.nullable or has_default(column) or column.identity
    return "" if given else "every insert: nobody supplies a value"


def _computable(pair: Pair, column: Column) -> bool:
    """Whether the expression has a value for every row; judged by its words, and refused where they do not tell."""
    words = set(_WORDS.findall(_LITERAL.sub("", column.generated or "")))
    functions = {word.lower() for word in words - {other.name for other in pair.actual.columns}}
    may_be_null = {other.name for other in pair.actual.columns if other.nullable} | {"NULLIF"}
    if not column.nullable and words & may_be_null:
        return False
    # SQLite answers NULL where PostgreSQL fails.
    return pair.engine == "sqlite" or (functions <= _SAFE_WORDS and "(" not in column.type)


def defaults(pair: Pair) -> Iterator[Finding]:
    for expected, actual in pair.shared:
        if expected.identity or actual.identity or expected.generated or actual.generated:
            continue
        if _literal(expected.default) == _literal(actual.default):
            continue
        relied_on = expected.default is not None
        yield pair.finding(
            "schema.E017" if relied_on else "schema.W002",
            column=actual.name,
            expected=f"DEFAULT {expected.default}" if relied_on else "no default",
            actual=f"DEFAULT {actual.default}" if actual.default is not None else "no default",
            breaks="inserts that leave the value to the database" if relied_on else "nothing: the code gives a value",
            command="" if relied_on else pair.alter(f"ALTER COLUMN {quoted(actual.name)} DROP DEFAULT"),
            subject=expected if relied_on else None,
        )


def _literal(default: str | None) -> str | None:
    """A default without the cast of a literal: a differing type is a finding of its own."""
    found = _LITERAL_CAST.match(default or "")
    return found[1] if found else meaning(default)


def identity(pair: Pair) -> Iterator[Finding]:
    for expected, actual in pair.shared:
        wanted, found = _kind(expected), _kind(actual)
        if wanted == found:
            continue
        harmless = not wanted and found != "always"
        yield pair.finding(
            "schema.W002" if harmless else "schema.E017",
            column=actual.name,
            expected=_words(expected),
            actual=_words(actual),
            breaks="nothing: the code gives a value" if harmless else _consequence(wanted, found),
            command="" if wanted else _undraw(pair, actual),
            subject=expected if wanted else None,
        )


def _undraw(pair: Pair, column: Column) -> str:
    """Only a serial key draws its value by a default."""
    what = "DEFAULT" if column.identity == "serial" else "IDENTITY"
    return pair.alter(f"ALTER COLUMN {quoted(column.name)} DROP {what}")


def _kind(column: Column) -> str:
    """Keys of Django before 4.1 are serial: for inserts the same as BY DEFAULT."""
    return "by default" if column.identity == "serial" else column.identity


def _words(column: Column) -> str:
    words = {
        "": "no identity" if column.default is None else f"DEFAULT {column.default}",
        "by default": "identity BY DEFAULT",
        "always": "identity ALWAYS",
        "serial": "serial",
        "rowid": "rowid without AUTOINCREMENT",
    }
    return words[column.identity]


def _consequence(wanted: str, found: str) -> str:
    if found == "always":
        return "inserts that give the key themselves (loaddata, bulk_create, restore)"
    if found == "rowid":
        return "keys of deleted rows are handed out again"
    return "every insert: nobody supplies the key" if wanted else "inserts"


def sequences(pair: Pair) -> Iterator[Finding]:
    for _, actual in pair.shared:
        if actual.highest is not None:
            yield pair.finding(
                "schema.E017",
                column=actual.name,
                name=actual.sequence,
                expected=f"the next key is above {actual.highest}, the highest in the table",
                actual="the next key is taken",
                breaks="inserts: duplicate key, until the sequence has caught up",
                subject=actual,
            )


def limits(pair: Pair) -> Iterator[Finding]:
    """A sequence that counts down, or that has no key left above those of the table."""
    for _, actual in pair.shared:
        if actual.limits:
            yield pair.finding(
                "schema.E017",
                column=actual.name,
                name=actual.sequence,
                expected="a next key above those of the table",
                actual=f"none within {actual.limits}",
                breaks="inserts: the sequence has reached its limit, or hands out keys that are taken",
                command=pair.sql(f"ALTER SEQUENCE {actual.sequence} INCREMENT BY 1 NO MAXVALUE NO CYCLE;"),
            )


def generated(pair: Pair) -> Iterator[Finding]:
    for expected, actual in pair.shared:
        if meaning(expected.generated) == meaning(actual.generated):
            continue
        writes = expected.generated is None
        yield pair.finding(
            "schema.E017",
            column=actual.name,
            expected="an ordinary column" if writes else f"GENERATED ALWAYS AS {expected.generated}",
            actual=f"GENERATED ALWAYS AS {actual.generated}" if actual.generated else "an ordinary column",
            breaks="every write of the field" if writes else "the value is not what the model computes",
            command=pair.alter(f"ALTER COLUMN {quoted(actual.name)} DROP EXPRESSION")
            if writes
            else pair.alter(f"DROP COLUMN {quoted(actual.name)}") + f" then {pair.repair}",
        )


def collations(pair: Pair) -> Iterator[Finding]:
    for expected, actual in pair.shared:
        if expected.collation != actual.collation:
            yield pair.finding(
                "schema.W003",
                column=actual.name,
                expected=f"collation {expected.collation or 'of the database'}",
                actual=f"collation {actual.collation or 'of the database'}",
                breaks="order and comparison of texts",
                command=pair.alter(
                    f"ALTER COLUMN {quoted(actual.name)} TYPE {expected.type} "
                    f"COLLATE {quoted(expected.collation or 'default')}"
                ),
            )


def describe(column: Column) -> str:
    """The column as it would be written in a CREATE TABLE."""
    parts = [column.type, "NULL" if column.nullable else "NOT NULL"]
    if column.default is not None:
        parts.append(f"DEFAULT {column.default}")
    if column.identity:
        parts.append(_words(column))
    if column.generated:
        parts.append(f"GENERATED ALWAYS AS {column.generated}")
    return " ".join(parts)
