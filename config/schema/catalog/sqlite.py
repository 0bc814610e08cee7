"""Reads an SQLite schema into a snapshot: three queries, whatever the number of tables."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from typing import Any

from django.db.backends.base.base import BaseDatabaseWrapper

from config.schema.catalog.ddl import Statement, parse_index, parse_table
from config.schema.catalog.objects import (
    Check,
    Column,
    ForeignKey,
    Identity,
    Index,
    IndexKind,
    Key,
    Other,
    Snapshot,
    Table,
    Trigger,
)

_MASTER = """
SELECT 'main', type, name, tbl_name, sql FROM main.sqlite_master WHERE name NOT LIKE 'sqlite\\_%' ESCAPE '\\'
UNION ALL
SELECT 'temp', type, name, tbl_name, sql FROM temp.sqlite_master WHERE name NOT LIKE 'sqlite\\_%' ESCAPE '\\'
ORDER BY 1, 2, 3
"""
_COLUMNS = """
SELECT m.name, x.name, x.type, x."notnull", x.dflt_value, x.pk, x.hidden
FROM main.sqlite_master m JOIN pragma_table_xinfo(m.name, 'main') x
WHERE m.type IN ('table', 'view') ORDER BY m.name, x.cid
"""
# A key of -2 is an expression, -1 the rowid; `key` is 0 for columns carried along.
_INDEXES = """
SELECT m.name, l.name, l."unique", l.origin, x.name, x."desc", x.coll, i.sql
FROM main.sqlite_master m
JOIN pragma_index_list(m.name, 'main') l
JOIN pragma_index_xinfo(l.name, 'main') x
LEFT JOIN main.sqlite_master i ON i.type = 'index' AND i.name = l.name
WHERE m.type = 'table' AND x.key = 1 ORDER BY m.name, l.name, x.seqno
"""
_STORED_OR_VIRTUAL = (2, 3)

Row = tuple[Any, ...]


def snapshot(connection: BaseDatabaseWrapper, tables: Collection[str] | None) -> Snapshot:
    """See `config.schema.catalog.snapshot`."""
    with connection.cursor() as cursor:
        master = cursor.execute(_MASTER).fetchall()
        columns = _group(cursor.execute(_COLUMNS).fetchall())
        indexes = _group(cursor.execute(_INDEXES).fetchall())
    relations = {row[2]: row for row in master if row[0] == "main" and row[1] in ("table", "view")}
    by_lower_name = {name.lower(): name for name in relations}
    wanted = [name for name, row in relations.items() if row[1] == "table"] if tables is None else tables
    found = {name: by_lower_name[name.lower()] for name in wanted if name.lower() in by_lower_name}
    return Snapshot(
        engine="sqlite",
        version=connection.Database.sqlite_version.partition(".")[0],  # type: ignore[attr-defined]
        tables={
            name: _table(name, relations[actual], columns[actual], indexes[actual], master)
            for name, actual in found.items()
        },
        others=tuple(_others(master, set(found.values()))),
    )


def _group(rows: Iterable[Row]) -> dict[str, list[Row]]:
    grouped: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        grouped[row[0]].append(row[1:])
    return grouped


def _others(master: list[Row], taken: set[str]) -> Iterable[Other]:
    for schema, kind, name, _, _ in master:
        if kind in ("table", "view") and name not in taken:
            yield Other(kind if schema == "main" else f"temporary {kind}", name, schema)


def _table(name: str, relation: Row, columns: list[Row], indexes: list[Row], master: list[Row]) -> Table:
    _, kind, actual, _, sql = relation
    statement = parse_table(sql)
    return Table(
        name=name,
        schema="main",
        columns=tuple(_column(row, columns, statement) for row in columns),
        indexes=(*_primary_key(columns), *_indexes(indexes, statement)),
        checks=tuple(Check(label, words, _mentioned(words, columns)) for label, words in statement.checks),
        foreign_keys=tuple(_foreign_keys(statement)),
        triggers=tuple(
            Trigger(row[2], row[4]) for row in master if row[1] == "trigger" and row[3].lower() == actual.lower()
        ),
        kind="view" if kind == "view" else "table",
        hides=tuple("main" for row in master if row[0] == "temp" and row[2].lower() == actual.lower()),
        conflicts=tuple(statement.conflicts),
        sql=sql,
    )


def _mentioned(words: str, columns: list[Row]) -> tuple[str, ...]:
    return tuple(row[0] for row in columns if f'"{row[0].lower()}"' in words)


def _column(row: Row, columns: list[Row], statement: Statement) -> Column:
    name, type_, not_null, default, key, hidden = row
    lower = name.lower()
    only_key = bool(key) and sum(1 for other in columns if other[4]) == 1
    collation = statement.collations.get(lower)
    return Column(
        name=name,
        type=" ".join(type_.lower().removesuffix(" generated always").split()),
        nullable=not (not_null or (only_key and type_.lower() == "integer")),
        default=default,
        identity=_identity(only_key and type_.lower() == "integer", statement),
        generated=statement.generated.get(lower) if hidden in _STORED_OR_VIRTUAL else None,
        collation=None if collation == "binary" else collation,
    )


def _identity(rowid_alias: bool, statement: Statement) -> Identity:
    if not rowid_alias:
        return ""
    return "by default" if statement.autoincrement else "rowid"


def _primary_key(columns: list[Row]) -> tuple[Index, ...]:
    keys = sorted((row[4], row[0]) for row in columns if row[4])
    if not keys:
        return ()
    return (Index("", "primary key", tuple(Key(name) for _, name in keys), constraint=True),)


def _indexes(rows: list[Row], statement: Statement) -> Iterable[Index]:
    for name, members in _group(rows).items():
        unique, origin, sql = members[0][0], members[0][1], members[0][5]
        if origin == "pk":
            continue
        expressions, condition = parse_index(sql) if sql else ([row[2] for row in members], None)
        columns = tuple(row[2] or expression for row, expression in zip(members, expressions, strict=True))
        kind: IndexKind = "unique" if unique else "index"
        yield Index(
            name=name if sql else statement.uniques.get(tuple(column.lower() for column in columns), name),
            kind=kind,
            keys=tuple(Key(c, _options(row, statement)) for c, row in zip(columns, members, strict=True)),
            condition=condition,
            constraint=origin == "u",
        )


def _options(row: Row, statement: Statement) -> str:
    usual = statement.collations.get((row[2] or "").lower(), "binary")
    collation = "" if row[4].lower() == usual else f"COLLATE {row[4].lower()}"
    return " ".join(filter(None, (collation, "DESC" if row[3] else "")))


def _foreign_keys(statement: Statement) -> Iterable[ForeignKey]:
    for name, reference in statement.references:
        yield ForeignKey(
            name=name,
            columns=reference.columns,
            target=reference.target,
            target_columns=reference.target_columns,
            on_delete=reference.on_delete,
            on_update=reference.on_update,
            deferrable=reference.deferrable,
        )
