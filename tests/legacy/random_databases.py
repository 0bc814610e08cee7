"""Databases drawn at random: any columns, types, values, defaults, indexes and constraints an old one may have."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from django.db import connection
from hypothesis import strategies as st
from hypothesis.strategies import DrawFn, SearchStrategy

from tests.legacy import seeds
from tests.legacy.oracle import NEVER_NEGATIVE, REFERENCES, RENAMES, VOCABULARIES

SIGNATURES = {
    "jobs": ("id", "job_type"),
    "settings": ("id", "key", "value"),
    "discovery_queries": ("id", "job_id", "keyword", "location"),
    "prospects": ("id", "domain"),
    "email_logs": ("id", "prospect_id"),
    "scraper_history": ("id", "triggered_at"),
    "email_attachments": ("id", "filename", "content_type", "size_bytes", "data"),
    "social_integrations": ("id", "user_id", "platform"),
}
TEXT, NUMBER = ("varchar", "text", "varchar(80)"), ("numeric", "double precision", "varchar", "bigint")
#: The types that a column of each type may have had: nothing but what another path of the old code once made.
ALTERNATIVES = {
    "varchar": TEXT,
    "text": TEXT,
    "json": ("json", "jsonb", "text"),
    "jsonb": ("jsonb", "json"),
    "numeric": ("numeric(5,2)", *NUMBER, "real"),
    "integer": ("integer", *NUMBER, "smallint"),
    "timestamptz": ("timestamptz", "timestamp", "timestamptz(3)"),
    "boolean": ("boolean", "varchar", "integer"),
    "uuid": ("uuid", "varchar"),
    "bytea": ("bytea",),
}
#: The type of each column that is no text.
TYPES = {
    **dict.fromkeys(("id", "user_id", "thread_id", "job_id", "prospect_id", "discovery_query_id"), "uuid"),
    **dict.fromkeys(("params", "result", "value", "query_metadata", "metadata", "response", "serp_signals"), "json"),
    **dict.fromkeys(
        (*("scrape", "verification", "dataforseo", "snov", "hunter"),), "json"
    ),  # prefixes of `…_payload`, see `type_of`
    **dict.fromkeys(("external_links",), "json"),
    **dict.fromkeys(("scopes_granted", "platform_metadata"), "jsonb"),
    **dict.fromkeys(("da_est", "score", "serp_confidence", "verification_confidence", "engagement_rate"), "numeric"),
    "duration_seconds": "numeric",
    "is_manual": "boolean",
    "data": "bytea",
    "location_code": "integer",
    **dict.fromkeys(("last_sent", "drafted_at", "scraped_at", "created_at", "updated_at", "sent_at"), "timestamptz"),
    **dict.fromkeys(("triggered_at", "completed_at", "token_expires_at", "last_verified_at"), "timestamptz"),
    **{column: "integer" for _, column in NEVER_NEGATIVE},
}
VALUES: dict[str, SearchStrategy[str]] = {
    "text": st.text(st.characters(blacklist_categories=("Cs",), blacklist_characters="\0"), max_size=12),
    "json": st.sampled_from([value for value in seeds.JSONS if value is not None]),
    "jsonb": st.sampled_from([value for value in seeds.SAFE_JSONS if value is not None]),
    "numeric": st.sampled_from(("0", "1.5", "99.99", "999.99", "-3.25", "1.005", "12.345", "1000", "100000", "-0.004")),
    "integer": st.sampled_from(("0", "7", "-1", "30000", "2147483647", "2147483648")),
    "timestamptz": st.sampled_from([day for day in seeds.DAYS if day]),
    "uuid": st.uuids().map(str),
    "bytea": st.binary(max_size=6).map(lambda data: "\\x" + data.hex()),
    "boolean": st.sampled_from(("true", "false")),
}
# What a column that is no number, truth or uuid by type can hold beside its values.
JUNK = {
    "numeric": ("NaN", "many", "1e2", " 4.50 ", ""),
    "integer": ("NaN", "twelve", "3.7", " 8 "),
    "boolean": ("TRUE", "t", "Yes", "on", "1", "0", "off", "", "perhaps", " true "),
    "uuid": ("not a uuid", ""),
    "json": ("{", "plain words", '{"a": 1}'),
}
DEFAULTS = {"varchar": "'x'", "text": "''", "integer": "7", "numeric": "1", "json": "'{}'", "boolean": "true"}


@dataclass(frozen=True)
class Database:
    """Statements that make and fill it, and the settings that lose their key to a newer one."""

    statements: tuple[str, ...]
    rows: tuple[tuple[str, dict[str, str | None]], ...]
    gone: dict[str, set[str]] = field(default_factory=dict)

    def build(self) -> None:
        with connection.cursor() as cursor:
            for statement in self.statements:
                cursor.execute(statement)
            for table, row in self.rows:
                names = ", ".join(f'"{name}"' for name in row)
                cursor.execute(
                    f"INSERT INTO {table} ({names}) VALUES ({', '.join(['%s'] * len(row))})", list(row.values())
                )


def type_of(table: str, column: str) -> str:
    if column.endswith("_payload"):
        return "json"
    if table == "social_integrations" and column in ("user_id", "metadata"):
        return "varchar" if column == "user_id" else "jsonb"
    return TYPES.get(column, "varchar")


@st.composite
def databases(draw: DrawFn) -> Database:
    """Any subset of the tables, each with any of its columns in any shape, and a few rows."""
    tables = [table for table in SIGNATURES if draw(st.integers(0, 9)) > 1] or ["prospects"]
    statements: list[str] = []
    rows: list[tuple[str, dict[str, str | None]]] = []
    ids: dict[str, list[str]] = {}
    for table in tables:
        ids[table] = [seeds.row_id(table, number) for number in range(1, draw(st.integers(0, 4)) + 1)]
        columns = draw(_columns(table))
        statements += _create(draw, table, columns)
        rows += [(table, draw(_row(table, columns, row_id, ids))) for row_id in ids[table]]
    return Database(tuple(statements), tuple(rows))


@dataclass(frozen=True)
class Column:
    name: str
    type: str
    not_null: bool
    default: str | None


@st.composite
def _columns(draw: DrawFn, table: str) -> list[Column]:
    optional = sorted(seeds.VALUES[table].keys() - set(SIGNATURES[table]) - set(RENAMES.get(table, ())))
    chosen = draw(st.lists(st.sampled_from(optional), unique=True)) if optional else []
    extra = draw(st.lists(st.sampled_from(("zz_note", "Zz Mixed", "zz_count", "select")), unique=True, max_size=2))
    names = draw(st.permutations([*SIGNATURES[table], *chosen]))
    return [draw(_column(table, name)) for name in names] + [
        Column(name, "text", draw(st.booleans()), None) for name in extra
    ]


@st.composite
def _column(draw: DrawFn, table: str, name: str) -> Column:
    kind = type_of(table, name)
    if name == "id":
        return Column(name, "uuid", True, None)
    alternatives = ALTERNATIVES[kind] if (table, name) not in REFERENCES else ("uuid",)
    type_ = draw(st.sampled_from(alternatives))
    default = draw(st.sampled_from((None, DEFAULTS.get(type_)))) if name in seeds.VALUES[table] else None
    return Column(name, type_, draw(st.booleans()) and name not in SIGNATURES[table], default)


def _create(draw: DrawFn, table: str, columns: list[Column]) -> Iterator[str]:
    definitions = ", ".join(
        f'"{column.name}" {column.type}{" NOT NULL" if column.not_null else ""}'
        f"{f' DEFAULT {column.default}' if column.default else ''}"
        for column in columns
    )
    yield f"CREATE TABLE {table} ({definitions})"
    if draw(st.booleans()):
        yield f"ALTER TABLE {table} ADD PRIMARY KEY (id)"
    indexed = st.sampled_from([column.name for column in columns if column.type not in ("json", "jsonb")])
    for number, name in enumerate(draw(st.lists(indexed, max_size=5))):
        direction = draw(st.sampled_from(("", " DESC")))
        yield f'CREATE INDEX zz_{table}_{number} ON {table} ("{name}"{direction})'
    for number, column in enumerate(columns):
        if column.type in ("integer", "numeric", "double precision") and draw(st.integers(0, 5)) == 0:
            yield f'ALTER TABLE {table} ADD CONSTRAINT zz_{table}_check{number} CHECK ("{column.name}" >= -5) NOT VALID'


@st.composite
def _row(
    draw: DrawFn, table: str, columns: list[Column], row_id: str, ids: dict[str, list[str]]
) -> dict[str, str | None]:
    return {"id": row_id} | {
        column.name: draw(_value(table, column, row_id, ids)) for column in columns if column.name != "id"
    }


def _value(table: str, column: Column, row_id: str, ids: dict[str, list[str]]) -> SearchStrategy[str | None]:
    key = (table, column.name)
    if key in REFERENCES:
        there = ids.get(REFERENCES[key], [])
        return st.sampled_from([*there, *there, "00000000-0000-4000-bbbb-000000000000"]) | _null(column)
    if key == ("settings", "key") or key == ("social_integrations", "user_id"):
        return st.just(f"key {row_id}")
    if key in VOCABULARIES:
        values, _, also = VOCABULARIES[key]
        spelled = st.sampled_from([*values, *map(str.upper, values), *map(str.title, values), *also, "?", " ", "junk"])
        return spelled.map(lambda value: f" {value} " if len(value) == 7 else value) | _null(column)
    kind = type_of(*key) if column.name in seeds.VALUES[table] else "varchar"
    values = _values(kind, column)
    return values if column.name in SIGNATURES[table] else values | _null(column)


def _null(column: Column) -> SearchStrategy[Any]:
    return st.nothing() if column.not_null else st.none()


def _values(kind: str, column: Column) -> SearchStrategy[Any]:
    if kind == "integer" and (column.name == "size_bytes" or column.type == "integer"):
        return st.sampled_from(("0", "7", "30000") + (() if column.name == "size_bytes" else ("-1",)))
    if column.type == "smallint":
        return st.sampled_from(("0", "7", "-1"))
    if column.type == "bigint":
        return VALUES["integer"]
    if column.type in ("numeric", "double precision", "real"):
        return VALUES["numeric"] | st.just("NaN")
    if column.type in ("varchar", "text", "varchar(80)"):
        return VALUES["text" if kind in ("varchar", "text") else kind] | st.sampled_from(JUNK.get(kind, ("junk",)))
    if column.type == "jsonb":
        return VALUES["jsonb"]
    if kind == "boolean" and column.type == "integer":
        return st.sampled_from(("0", "1"))
    if kind == "numeric":
        return st.sampled_from(("0", "1.5", "99.99", "-3.25"))
    return VALUES[kind]
