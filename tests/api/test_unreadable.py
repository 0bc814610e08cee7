"""A stored value that nobody can be given is a fault of the data, told with its place, and not of the reader."""

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.urls import reverse
from rest_framework.test import APIClient

from prospects.models import Prospect
from tests.api.rows import save

READS = ("/api/prospects", "/api/prospects/leads", "/api/prospects/export/csv", "/api/prospects/{pk}")
UNREADABLE = "data_integrity_violation"


def stored(column: str, value: str) -> Prospect:
    """A prospect whose column holds what only others write, past any CHECK of ours."""
    rows = save("lead", 2)
    connection.check_constraints()
    with connection.cursor() as cursor:
        for check in checks_of(column):
            cursor.execute(f"ALTER TABLE prospects DROP CONSTRAINT {check}")
        if connection.vendor == "sqlite":
            cursor.execute("PRAGMA ignore_check_constraints = ON")
        cursor.execute(f"UPDATE prospects SET {column} = %s WHERE domain = %s", [value, rows[1].domain])
        if connection.vendor == "sqlite":
            cursor.execute("PRAGMA ignore_check_constraints = OFF")
    return rows[1]


def checks_of(column: str) -> list[str]:
    if connection.vendor == "sqlite":
        return []
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT conname FROM pg_constraint WHERE conrelid = 'prospects'::regclass AND contype = 'c' "
            "AND pg_get_constraintdef(oid) LIKE %s",
            [f"%{column}%"],
        )
        return [name for (name,) in cursor.fetchall()]


def requires(vendor: str) -> None:
    if connection.vendor != vendor:
        pytest.skip(f"only {vendor} stores it")


@pytest.mark.parametrize("value", ["infinity", "-infinity", "20000-01-01"])
@pytest.mark.parametrize("path", READS)
def test_a_time_that_python_does_not_have_is_told_with_its_row(charlie: APIClient, path: str, value: str) -> None:
    requires("postgresql")
    row = stored("last_sent", value)
    response = charlie.get(path.format(pk=row.pk))
    problem = response.json()
    assert (response.status_code, problem["code"]) == (500, UNREADABLE)
    assert problem["object"] == "prospects.last_sent"
    assert problem["row"] == str(row.pk)
    assert f"prospects.last_sent of row {row.pk}" in problem["detail"]


@pytest.mark.parametrize(("column", "value"), [("score", "high"), ("engagement_rate", "2,5")])
@pytest.mark.parametrize("path", READS[:3:2])
def test_a_text_that_is_no_number_is_told_with_its_row(charlie: APIClient, path: str, column: str, value: str) -> None:
    requires("sqlite")
    row = stored(column, value)
    response = charlie.get(path.format(pk=row.pk))
    problem = response.json()
    assert (response.status_code, problem["code"]) == (500, UNREADABLE)
    assert problem["object"] == f"prospects.{column}"
    assert str(row.pk) in problem["detail"]


def test_the_admin_tells_it_too(client: Client, db: None) -> None:
    requires("postgresql")
    row = stored("last_sent", "infinity")
    client.force_login(User.objects.create_superuser("root"))
    response = client.get(reverse("admin:prospects_prospect_changelist"))
    assert response.status_code == 500
    assert f"prospects.last_sent of row {row.pk}" in response.content.decode()


@pytest.mark.parametrize("path", [path for path in READS if "csv" not in path])
def test_a_number_that_json_does_not_have_is_told_with_its_row(charlie: APIClient, path: str) -> None:
    requires("postgresql")
    row = stored("score", "NaN")
    response = charlie.get(path.format(pk=row.pk))
    problem = response.json()
    assert (response.status_code, problem["code"]) == (500, UNREADABLE)
    assert f"score of row {row.pk}" in problem["detail"]


@pytest.mark.parametrize("path", [path for path in READS if "csv" not in path])
def test_a_number_within_a_stored_document_is_told_too(charlie: APIClient, path: str) -> None:
    requires("sqlite")
    row = stored("serp_signals", '{"rank": NaN}')
    response = charlie.get(path.format(pk=row.pk))
    assert (response.status_code, response.json()["code"]) == (500, UNREADABLE)
    assert f"serp_signals.rank of row {row.pk}" in response.json()["detail"]


def test_what_a_writer_sends_and_the_database_cannot_store_stays_the_writers_fault(bob: APIClient) -> None:
    row = save("lead")[0]
    response = bob.patch(f"/api/prospects/{row.pk}", {"score": 1e9}, format="json", HTTP_IF_MATCH="*")
    assert response.status_code == 400
