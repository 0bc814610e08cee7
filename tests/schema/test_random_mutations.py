"""Drift drawn at random from this project's own models: a new field is covered without anyone writing a case."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
from django.db import connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from config.schema import guard
from config.schema.catalog import Column, Snapshot, Table, snapshot
from config.schema.compare import Pair, differences, table_differences

pytestmark = pytest.mark.django_db
Mutation = tuple[str, str]

checked = settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
thoroughly = settings(checked, max_examples=250)


@pytest.fixture
def expected() -> Snapshot:
    return guard.expected()


def mutations(table: Table) -> Iterator[Mutation]:
    """Statements that break one thing of the table, with the id of what they break."""
    yield f'ALTER TABLE "{table.name}" RENAME TO "{table.name}_away"', "schema.E010"
    yield f'ALTER TABLE "{table.name}" ADD COLUMN alien integer', "schema.W002"
    for column in table.columns:
        yield f'ALTER TABLE "{table.name}" RENAME COLUMN "{column.name}" TO alien', "schema.E011"
    for index in table.indexes:
        if index.kind == "index":
            yield f'DROP INDEX "{index.name}"', "schema.W003"
    if connection.vendor == "postgresql":
        yield from on_postgresql(table)


def on_postgresql(table: Table) -> Iterator[Mutation]:
    alter = f'ALTER TABLE "{table.name}"'
    yield f'DROP TABLE "{table.name}" CASCADE', "schema.E010"
    keys = {name for index in table.indexes if index.kind == "primary key" for name in index.columns}
    for column in table.columns:
        yield f'{alter} DROP COLUMN "{column.name}" CASCADE', "schema.E011"
        for action, wanted in of_column(column, is_key=column.name in keys):
            # No row may stand in the way of a narrower column: migrate itself has filled some tables.
            yield f'TRUNCATE "{table.name}" CASCADE; {alter} ALTER COLUMN "{column.name}" {action}', wanted
    for constraint in (*table.checks, *table.foreign_keys, *(index for index in table.indexes if index.constraint)):
        yield f'{alter} DROP CONSTRAINT "{constraint.name}" CASCADE', "schema.E016"
    for index in table.indexes:
        if index.kind == "unique" and not index.constraint:
            yield f'DROP INDEX "{index.name}"', "schema.E016"


def of_column(column: Column, *, is_key: bool) -> Iterator[Mutation]:
    if column.nullable:
        yield "SET NOT NULL", "schema.E013"
    elif not is_key:
        yield "DROP NOT NULL", "schema.E014"
    if column.default is not None:
        yield "DROP DEFAULT", "schema.E017"
    if column.identity:
        yield "DROP IDENTITY", "schema.E017"
    others = {"jsonb": "json", "timestamp with time zone": "timestamp", "bigint": "integer", "text": "varchar(9)"}
    if column.type in others and not column.generated and not is_key:
        yield f"TYPE {others[column.type]}", "schema.E012"


def assert_found(expected: Snapshot, mutation: Mutation) -> None:
    statement, wanted = mutation
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute(statement)
        found = differences(expected, snapshot(connection, expected.tables.keys()), "default")
        transaction.set_rollback(True)
    reported = {finding.id for finding in found}
    assert wanted in reported, f"{statement}: {wanted} is not among {sorted(reported)}"


def all_mutations(expected: Snapshot) -> list[Mutation]:
    """Names come from the live tables: those the shadow makes differ where Django adds a digest."""
    live = snapshot(connection, expected.tables.keys())
    return [mutation for table in live.tables.values() for mutation in mutations(table)]


def test_drift_drawn_from_the_models_is_found(expected):
    @checked
    @given(st.sampled_from(all_mutations(expected)))
    def is_found(mutation: Mutation) -> None:
        assert_found(expected, mutation)

    is_found()


@pytest.mark.slow
def test_a_lot_of_drift_drawn_from_the_models_is_found(expected):
    @thoroughly
    @given(st.sampled_from(all_mutations(expected)))
    def is_found(mutation: Mutation) -> None:
        assert_found(expected, mutation)

    is_found()


@pytest.mark.exhaustive
def test_every_drift_that_could_be_drawn_is_found(expected):
    every = all_mutations(expected)
    assert len(every) > 10 * len(expected.tables)
    for mutation in every:
        assert_found(expected, mutation)


def test_every_column_of_every_table_is_missed_when_it_is_gone(expected):
    """Not by samples: each column in turn, taken out of the live snapshot."""
    live = snapshot(connection, expected.tables.keys())
    for name, table in live.tables.items():
        for column in table.columns:
            kept = tuple(other for other in table.columns if other != column)
            pair = Pair(expected.tables[name], replace(table, columns=kept), "default", expected.engine)
            found = [f for f in table_differences(pair) if f.id == "schema.E011"]
            assert [(f.table, f.column) for f in found] == [(name, column.name)]
