"""The structure of the managed tables without names and order, and what one database has beyond another."""

from collections import Counter
from collections.abc import Iterator
from typing import Any

from django.db import connection

from config.schema.catalog import Snapshot, Table, snapshot
from config.schema.fingerprint import managed_tables


def managed() -> Snapshot:
    """The schema of the connected database: the tables of the models in detail, the others by name."""
    return snapshot(connection, managed_tables(connection))


def parts(table: Table) -> Counter[Any]:
    """Everything the table consists of. Names count only where a model declares them; order never does."""
    return Counter(_parts(table))


def _parts(table: Table) -> Iterator[Any]:
    yield "table", table.kind, table.logged, table.row_security
    for column in table.columns:
        shape = column.type, column.nullable, column.default, column.identity, column.generated, column.collation
        yield "column", column.name, *shape, column.unproven
    for index in table.indexes:
        keys = tuple((key.expression, key.options) for key in index.keys)
        yield "index", index.kind, keys, index.condition, index.include, index.valid, index.deferrable
    for check in table.checks:
        yield "check", check.expression, check.validated, check.enforced
    for key in table.foreign_keys:
        target = key.columns, key.target, key.target_columns, key.on_delete, key.on_update
        yield "foreign key", *target, key.deferrable, key.validated, key.fires
    for trigger in table.triggers:
        yield "trigger", trigger.name


def beyond(wanted: Snapshot, actual: Snapshot) -> tuple[list[Any], list[Any]]:
    """What `actual` lacks of `wanted`, and what it has beyond it: (table, part) each."""
    missing, extra = [], []
    for name, table in wanted.tables.items():
        live = actual.tables.get(name)
        if live is None:
            missing.append((name, "table"))
            continue
        missing += [(name, part) for part in (parts(table) - parts(live)).elements()]
        extra += [(name, part) for part in (parts(live) - parts(table)).elements()]
    return missing, extra
