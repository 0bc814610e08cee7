"""Columns that no model knows: whether checks on them accept what inserts leave there, and whether they are new."""

from __future__ import annotations

from dataclasses import replace

from django.db import DatabaseError, transaction
from django.db.backends.base.base import BaseDatabaseWrapper

from config.schema.catalog import Check, Column, Snapshot, Table
from config.schema.compare.pair import folded
from config.schema.conf import is_registered
from config.schema.models import VerifiedSchema

SECONDS = 2


def judged(connection: BaseDatabaseWrapper, expected: Snapshot, actual: Snapshot) -> Snapshot:
    """The live snapshot with `Check.accepts` where a check is about unknown columns: one short query each.

    And, where a table lacks columns as well, with `Column.familiar`: one more query.
    """
    tables = {
        name: _judged(connection, expected.tables[name], table) if name in expected.tables else table
        for name, table in actual.tables.items()
    }
    doubtful = [name for name, table in tables.items() if name in expected.tables and _lacks(expected, table, name)]
    if doubtful:
        before = _known_before(connection)
        tables |= {name: _with_familiar(tables[name], expected.tables[name], before) for name in doubtful}
    return replace(actual, tables=tables)


def _lacks(expected: Snapshot, table: Table, name: str) -> bool:
    """Whether one of its columns may be another one that was renamed."""
    wanted = {folded(column.name, expected.engine) for column in expected.tables[name].columns}
    found = {folded(column.name, expected.engine) for column in table.columns}
    return bool(wanted - found) and bool(found - wanted)


def _with_familiar(table: Table, wanted: Table, before: frozenset[tuple[str, str]]) -> Table:
    columns = (
        replace(column, familiar=(wanted.name, column.name) in before or is_registered(wanted.name, column.name))
        for column in table.columns
    )
    return replace(table, columns=tuple(columns))


def _known_before(connection: BaseDatabaseWrapper) -> frozenset[tuple[str, str]]:
    """Table and column of what earlier comparisons stored as unknown beside all the columns that a model knows."""
    try:
        with transaction.atomic(using=connection.alias):
            stored = list(VerifiedSchema.objects.using(connection.alias).values_list("warnings", flat=True))
    except DatabaseError:
        # Where the guard's own tables are missing or damaged nothing is known, and a person is asked.
        return frozenset()
    found: set[tuple[str, str]] = set()
    for warnings in stored:
        # What an ignore rule lets pass is stored as well.
        lacking = {item["table"] for item in warnings if item["id"] == "schema.E011"}
        found |= {(i["table"], i["column"]) for i in warnings if i["id"] == "schema.W002" and i["table"] not in lacking}
    return frozenset(found)


def _judged(connection: BaseDatabaseWrapper, wanted: Table, table: Table) -> Table:
    if {column.name for column in table.columns} <= {column.name for column in wanted.columns}:
        return table
    known = {folded(column.name, connection.vendor) for column in wanted.columns}
    unknown = {column.name: column for column in table.columns if folded(column.name, connection.vendor) not in known}
    if not any(check.columns and set(check.columns) <= unknown.keys() for check in table.checks):
        return table
    checks = (_judged_check(connection, table, check, unknown) for check in table.checks)
    return replace(table, checks=tuple(checks))


def _judged_check(connection: BaseDatabaseWrapper, table: Table, check: Check, unknown: dict[str, Column]) -> Check:
    if not check.columns or not set(check.columns) <= unknown.keys():
        return check
    if not check.enforced:
        return replace(check, accepts=True)
    columns = [unknown[name] for name in check.columns]
    # The value of a sequence or of an expression cannot be had without an insert.
    if any(column.identity or column.generated for column in columns):
        return check
    return replace(check, accepts=_accepts(connection, table, check, columns))


def _accepts(connection: BaseDatabaseWrapper, table: Table, check: Check, columns: list[Column]) -> bool | None:
    """Whether a row with nothing but defaults in these columns meets the check; None where the server does not say."""
    quote = connection.ops.quote_name
    # SQLite has columns without a type, and a cast there would make a value of another one.
    cast = "CAST({} AS {})" if connection.vendor == "postgresql" else "{}"
    row = ", ".join(f"{cast.format(c.default or 'NULL', c.type)} AS {quote(c.name)}" for c in columns)
    statement = f"SELECT ({check.expression}) IS NOT FALSE FROM (SELECT {row}) AS {quote(table.name)}"
    try:
        with transaction.atomic(using=connection.alias), connection.cursor() as cursor:
            if connection.vendor == "postgresql":
                cursor.execute(f"SET LOCAL statement_timeout = '{SECONDS}s'")
            cursor.execute(statement)
            answer = bool(cursor.fetchone()[0])
            transaction.set_rollback(True, using=connection.alias)
    except DatabaseError:
        # A function that this role may not call, or that fails on an empty value: an insert may fail as well.
        return None
    return answer
