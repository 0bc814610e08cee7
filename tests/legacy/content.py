"""What the tables of a database hold, as texts, and what a value means whatever its column's type."""

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from django.db import connection

Row = dict[str, str | None]

_TABLES = """
SELECT c.relname, array_agg(a.attname::text ORDER BY a.attnum),
       array_agg(format_type(a.atttypid, a.atttypmod) ORDER BY a.attnum)
FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p') AND a.attnum > 0 AND NOT a.attisdropped
GROUP BY 1
"""


@dataclass(frozen=True)
class Table:
    """The types of a table's columns, and its rows by id (by the row itself where there is none)."""

    types: dict[str, str]
    rows: dict[str, Row]


def read(only: set[str] | None = None) -> dict[str, Table]:
    """Every table of the schema `public`, or those named."""
    with connection.cursor() as cursor:
        cursor.execute(_TABLES)
        tables = {name: dict(zip(columns, types, strict=True)) for name, columns, types in cursor.fetchall()}
        found = {}
        for name, types in tables.items():
            if only is None or name in only:
                cursor.execute(f'SELECT {", ".join(f"{_quoted(column)}::text" for column in types)} FROM "{name}"')
                rows = [dict(zip(types, row, strict=True)) for row in cursor.fetchall()]
                found[name] = Table(types, {str(row.get("id") or sorted(row.items())): row for row in rows})
        return found


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def meaning(type_: str, text: str | None) -> Any:
    """The value that a text of this type stands for: equal values compare equal, however they are written."""
    if text is None:
        return None
    if type_ in ("json", "jsonb"):
        return _json(text)
    if type_.startswith(("numeric", "integer", "bigint", "double")):
        return number(text)
    if type_.startswith("timestamp") or type_ == "date":
        moment = datetime.fromisoformat(text)
        return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return text


def number(text: str) -> Decimal | None:
    """The finite number that the text stands for, or None."""
    try:
        value = Decimal(text)
    except InvalidOperation:
        return None
    return value if value.is_finite() else None


def _json(text: str) -> Any:
    def numbers(value: Any) -> Any:
        # True == 1 in Python, and not in JSON.
        return ("bool", value) if isinstance(value, bool) else value

    def hook(pairs: list[tuple[str, Any]]) -> Any:
        return {key: numbers(value) for key, value in pairs}

    return numbers(json.loads(text, parse_float=Decimal, parse_int=Decimal, object_pairs_hook=hook))
