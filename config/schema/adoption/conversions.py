"""How a value of one PostgreSQL type becomes one of another without losing anything silently."""

import re
from dataclasses import dataclass

from config.schema.adoption.columns import ColumnShape

_TRUE = "('true', 't', '1', 'yes', 'y', 'on')"
_FALSE = "('false', 'f', '0', 'no', 'n', 'off', '')"
_TEXT = ("character varying", "text")
_TIME = "timestamp with time zone"
_NAIVE = ("timestamp without time zone", "date")

# What the server holds and Python does not: infinite times and those outside the years 1 to 9999, with a day to spare
# for every zone they may be shown in; a number that is none; a document nested more deeply than its reader goes.
_READABLE_TIME = "{0} >= '0001-01-02' AND {0} < '9999-12-31'"
_DEEPER = "jsonb_path_exists({0}, 'strict $.**{{200}}')"

# A date in another order is read one way here and another there, and `today` is another day tomorrow.
_ISO_8601 = r"^\s*\d{4}-\d\d-\d\d([T ]+\d\d:\d\d(:\d\d([.,]\d+)?)?\s*([Zz]|UTC|[+-]\d\d(:?\d\d){0,2})?)?\s*$"


class NoConversion(Exception):
    """Values of this type are no values of that type: the table is not the one it seems to be."""


@dataclass(frozen=True)
class Conversion:
    """SQL over a column: `value` is the converted value, or NULL; where `lost` holds, the original is kept."""

    value: str
    lost: str = "false"


def conversion(column: str, actual: ColumnShape, expected: ColumnShape) -> Conversion:
    """The conversion of the (quoted) column from its actual type to the expected one. Raises NoConversion."""
    base = _base(expected.type)
    if actual.type == expected.type:
        return _readable(column, base)
    if base in _TEXT and "(" not in expected.type:
        return _to_text(column, actual, expected)
    if base == _TIME and _base(actual.type) == _TIME:
        return _readable(column, base)
    if base == _TIME and _base(actual.type) in _NAIVE:
        # The old system ran in UTC and wrote naive times in it.
        return _where(_READABLE_TIME.format(column), column, f"{column}::timestamp AT TIME ZONE 'UTC'")
    if base == "jsonb" and actual.category == "A":
        return Conversion(f"to_jsonb({column})")
    if base == "boolean":
        return _to_boolean(column, actual, expected)
    if (base == "jsonb" and actual.type == "json") or actual.category in _ACCEPTED.get(base, ""):
        return _tried(column, expected.type)
    raise NoConversion(f"{actual.type} cannot become {expected.type}")


# Which categories of types (pg_type.typcategory) may hold values of a type: S text, N number, D date and time.
_ACCEPTED = {
    "jsonb": "S",
    "numeric": "SN",
    "integer": "SN",
    "bigint": "SN",
    "uuid": "S",
    _TIME: "SD",
    "double precision": "SN",
}


# A key that an object has twice: jsonb keeps the last. The colons tell, of which jsonb then has fewer, unless the text
# has an escaped one: then each object has to be looked at, which takes fifty times as long.
_REPEATS = "pg_temp.json_repeats_a_key"
_REPEATS_FUNCTIONS = f"""
CREATE OR REPLACE FUNCTION {_REPEATS}(value json) RETURNS boolean LANGUAGE plpgsql IMMUTABLE AS $$
BEGIN RETURN CASE json_typeof(value)
    WHEN 'object' THEN (
        SELECT count(*) > count(DISTINCT pair.key) OR bool_or({_REPEATS}(pair.value)) FROM json_each(value) pair)
    WHEN 'array' THEN (SELECT bool_or({_REPEATS}(item.value)) FROM json_array_elements(value) item)
    END; END $$;
CREATE OR REPLACE FUNCTION {_REPEATS}(value text) RETURNS boolean LANGUAGE plpgsql IMMUTABLE AS $$
DECLARE kept text;
BEGIN
    IF strpos(lower(value), 'u003a') > 0 THEN RETURN coalesce({_REPEATS}(value::json), false); END IF;
    kept = value::jsonb::text;
    RETURN length(value) - length(replace(value, ':', '')) > length(kept) - length(replace(kept, ':', ''));
END $$"""


def functions(type_name: str) -> str:
    """Statements that make the temporary functions which a conversion to the type calls."""
    _, definition = try_function(type_name)
    return f"{definition};{_REPEATS_FUNCTIONS}" if type_name == "jsonb" else definition


def try_function(type_name: str) -> tuple[str, str]:
    """Name and definition of a temporary function that casts text to the type, or answers NULL.

    Only what Python can read is cast: NaN and infinity fit no column of ours. A number stays the same number.
    """
    name = "pg_temp.try_" + re.sub(r"\W+", "_", type_name).strip("_")
    base = _base(type_name)
    keep = "true"
    if base in ("numeric", "integer", "bigint"):
        keep = "value::numeric BETWEEN -1e30 AND 1e30"
    elif base == _TIME:
        keep = f"value ~ '{_ISO_8601}' AND {_READABLE_TIME.format('value::timestamptz')}"
    elif base == "jsonb":
        keep = f"NOT {_DEEPER.format('value::jsonb')}"
    cast = f"value::numeric::{type_name}" if base in ("integer", "bigint") else f"value::{type_name}"
    definition = (
        f"CREATE OR REPLACE FUNCTION {name}(value text) RETURNS {type_name} LANGUAGE plpgsql IMMUTABLE AS $$ "
        f"BEGIN RETURN CASE WHEN {keep} THEN {cast} END; EXCEPTION WHEN OTHERS THEN RETURN NULL; END $$"
    )
    return name, definition


def _base(type_name: str) -> str:
    return re.sub(r"\(.*?\)", "", type_name)


def _readable(column: str, base: str) -> Conversion:
    """A column of the right type, without what Python could not read."""
    if base == _TIME:
        return _where(_READABLE_TIME.format(column), column)
    if base in ("numeric", "double precision"):
        return _where(f"{column} NOT IN ('NaN', 'Infinity', '-Infinity')", column)
    if base == "jsonb":
        return _where(f"NOT {_DEEPER.format(column)}", column)
    return Conversion(column)


def _where(condition: str, column: str, value: str = "") -> Conversion:
    """The value where the condition holds; the original is kept aside where it does not."""
    return Conversion(f"(CASE WHEN {condition} THEN {value or column} END)", f"NOT ({condition})")


def _to_text(column: str, actual: ColumnShape, expected: ColumnShape) -> Conversion:
    # An enum's label and a UUID are texts; a number or a date in a text column belongs to another application.
    if actual.category in "SE" or actual.type == "uuid":
        return Conversion(f"{column}::text::{expected.type}")
    raise NoConversion(f"{actual.type} cannot become {expected.type}")


def _to_boolean(column: str, actual: ColumnShape, expected: ColumnShape) -> Conversion:
    if actual.category not in "SN":
        raise NoConversion(f"{actual.type} cannot become {expected.type}")
    if actual.category == "N":
        number = f"{column}::numeric"
        return Conversion(f"(CASE {number} WHEN 1 THEN true WHEN 0 THEN false END)", f"{number} NOT IN (0, 1)")
    text = f"lower(btrim({column}::text))"
    value = f"CASE WHEN {text} IN {_TRUE} THEN true WHEN {text} IN {_FALSE} THEN false END"
    return Conversion(f"({value})", f"{text} NOT IN {_TRUE} AND {text} NOT IN {_FALSE}")


def _tried(column: str, type_name: str) -> Conversion:
    name, _ = try_function(type_name)
    value = f"{name}({column}::text)"
    lost = f"{value} IS NULL"
    if type_name == "jsonb":
        lost = f"CASE WHEN {value} IS NULL THEN true ELSE {_REPEATS}({column}::text) END"
    elif _base(type_name) in ("numeric", "integer", "bigint"):
        # Rounded is not the same number: the original is kept beside it.
        lost = f"CASE WHEN {value} IS NULL THEN true ELSE {value}::numeric <> ({column}::text)::numeric END"
    return Conversion(value, f"{column} IS NOT NULL AND ({lost})")
