"""Drift while the server runs: a request that meets it fails and says so, and never answers with fewer rows."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from django.db import connection, transaction
from rest_framework.test import APIClient

from pipeline.models import DiscoveryQuery
from prospects.models import Prospect
from tests.api.rows import one_of_each
from tests.api.test_lists import LISTS, flat

COLUMNS = [field.column for field in Prospect._meta.concrete_fields]


@contextmanager
def dropped(table: str, column: str) -> Iterator[None]:
    """The database without a column. SQLite cannot drop one that an index or a CHECK names, but can rename it."""
    connection.check_constraints()  # PostgreSQL alters no table with deferred checks outstanding
    point = transaction.savepoint()
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(f'ALTER TABLE {table} DROP COLUMN "{column}" CASCADE')
        else:
            cursor.execute(f'ALTER TABLE {table} RENAME COLUMN "{column}" TO gone')
    try:
        yield
    finally:
        transaction.savepoint_rollback(point)


def mismatches(client: APIClient, path: str, column: str) -> bool:
    """Whether the answer is the schema_mismatch problem that names the column and what to run."""
    response = client.get(path)
    problem = response.json()
    return (
        response.status_code == 500
        and problem["code"] == "schema_mismatch"
        and column in problem["object"]
        and column in problem["detail"]
        and "manage.py" in problem["detail"]
    )


@pytest.mark.parametrize("path", LISTS)
@pytest.mark.parametrize("rows", [0, 1])
def test_every_list_names_any_missing_column_with_rows_and_without(charlie: APIClient, path: str, rows: int) -> None:
    one_of_each(rows)
    silent = []
    for column in COLUMNS:
        with dropped("prospects", column):
            silent += [column] * (not mismatches(charlie, path, column))
    assert silent == []


def test_the_status_is_right_or_an_error_when_a_column_is_missing(charlie: APIClient) -> None:
    one_of_each()
    before = charlie.get("/api/pipeline/status").json()
    wrong = []
    for column in COLUMNS:
        with dropped("prospects", column):
            response = charlie.get("/api/pipeline/status")
            wrong += [column] * (response.status_code != 500 and response.json() != before)
    assert wrong == []


@pytest.mark.parametrize("column", ["bio_text", "stage"])
def test_a_status_of_zeros_is_not_given_when_a_column_is_missing(charlie: APIClient, column: str) -> None:
    with dropped("prospects", column):
        response = charlie.get("/api/pipeline/status")
        assert response.status_code == 500
        assert response.json()["code"] == "schema_mismatch"


@pytest.mark.parametrize("column", [field.column for field in DiscoveryQuery._meta.concrete_fields])
def test_a_missing_column_of_a_joined_table_is_named(charlie: APIClient, column: str) -> None:
    one_of_each()
    with dropped("discovery_queries", column):
        response = charlie.get("/api/pipeline/websites")
        assert response.status_code == 500
        assert column in response.json()["detail"]


def test_a_missing_table_is_named(charlie: APIClient) -> None:
    one_of_each()
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE prospects RENAME TO elsewhere")
    for path in LISTS:
        response = charlie.get(path)
        assert response.status_code == 500
        assert response.json()["object"] == "prospects"


def test_a_prospect_is_not_shown_without_one_of_its_columns(charlie: APIClient) -> None:
    one_of_each()
    path = f"/api/prospects/{Prospect.objects.values_list('pk', flat=True)[0]}"
    assert charlie.get(path).status_code == 200
    with dropped("prospects", "bio_text"):
        assert charlie.get(path).json()["code"] == "schema_mismatch"


def test_flat_reads_both_shapes() -> None:
    assert flat({"data": [1]})["data"] == flat({"data": {"data": [1]}})["data"] == [1]
