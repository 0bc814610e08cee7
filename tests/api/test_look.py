"""A running server looks at its schema at an interval: what it has seen holds for every request, probes or none."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection, transaction
from django.test import Client
from django.urls import reverse
from rest_framework.test import APIClient

from config.schema import guard
from config.schema.findings import Finding, Report
from config.schema.readiness import readiness
from prospects.models import Prospect
from tests.api.rows import one_of_each
from tests.api.test_walk import ENDPOINTS, concrete

#: Ways to make the same queries find fewer rows, without an error of any of them.
HIDES_A_PART = {
    "row security": """
        CREATE ROLE looker; GRANT ALL ON ALL TABLES IN SCHEMA public TO looker; GRANT USAGE ON SCHEMA public TO looker;
        ALTER TABLE prospects ENABLE ROW LEVEL SECURITY; ALTER TABLE prospects FORCE ROW LEVEL SECURITY;
        CREATE POLICY part ON prospects USING (domain LIKE 'lead%');
        SET LOCAL ROLE looker""",
    "NULLs where the constraints are gone": """
        ALTER TABLE prospects DROP CONSTRAINT prospects_stage_derived;
        ALTER TABLE prospects ALTER approval_status DROP NOT NULL;
        UPDATE prospects SET approval_status = NULL WHERE domain LIKE 'lead%'""",
    "a view in the table's place": """
        ALTER TABLE prospects RENAME TO prospects_real;
        CREATE VIEW prospects AS SELECT * FROM prospects_real WHERE domain LIKE 'lead%'""",
}
ON_SQLITE = ("a view in the table's place",)


@pytest.fixture
def look(monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    """Call it for the end of the interval: the next request looks."""
    return lambda: monkeypatch.setattr(readiness, "_last", None)


@pytest.fixture(params=HIDES_A_PART)
def hide(request: pytest.FixtureRequest, db: None) -> Iterator[Callable[[], None]]:
    """Call it to hide a part of the prospects, until the end of the test."""
    if connection.vendor == "sqlite" and request.param not in ON_SQLITE:
        pytest.skip("SQLite has no row security and cannot drop NOT NULL")
    point = transaction.savepoint()

    def run() -> None:
        connection.check_constraints()  # PostgreSQL alters no table with deferred checks outstanding
        with connection.cursor() as cursor:
            for statement in HIDES_A_PART[request.param].split(";"):
                cursor.execute(statement)

    yield run
    transaction.savepoint_rollback(point)
    guard.forget()


def answers(client: APIClient) -> Iterator[tuple[str, Any]]:
    """What every endpoint answers, each method of it."""
    for path, method, action, _ in ENDPOINTS:
        if action != "login":
            address = concrete(path) + ".example" * ("P<key>" in path)
            yield f"{method} {path}", getattr(client, method)(address, format="json")


def test_once_the_interval_is_over_nothing_is_answered_from_a_part_of_the_rows(
    alice: APIClient, look: Callable[[], None], hide: Callable[[], None]
) -> None:
    one_of_each(3)
    hide()
    look()
    wrong = {}
    for name, response in answers(alice):
        problem = response.json()
        if (response.status_code, problem["code"]) != (500, "schema_mismatch") or "prospects" not in problem["detail"]:
            wrong[name] = response.status_code
    assert wrong == {}


def test_the_problem_names_the_object_and_the_command(
    alice: APIClient, look: Callable[[], None], hide: Callable[[], None]
) -> None:
    one_of_each()
    hide()
    look()
    response = alice.get("/api/prospects")
    problem = response.json()
    assert response["Content-Type"] == "application/problem+json"
    assert problem["object"] == problem["findings"][0]["place"]
    of_prospects = next(finding for finding in problem["findings"] if finding["place"].startswith("prospects"))
    assert of_prospects["place"] in problem["detail"]
    assert of_prospects["command"].rstrip(";.") in problem["detail"]


def test_the_admin_shows_no_page_from_a_part_of_the_rows(
    client: Client, look: Callable[[], None], hide: Callable[[], None]
) -> None:
    one_of_each()
    client.force_login(User.objects.create_superuser("root"))
    row = Prospect.objects.values_list("pk", flat=True)[0]
    hide()
    look()
    pages = (
        reverse("admin:index"),
        reverse("admin:prospects_prospect_changelist"),
        reverse("admin:prospects_prospect_change", args=[row]),
        reverse("admin:pipeline_job_changelist"),
    )
    for page in pages:
        response = client.get(page)
        assert response.status_code == 500
        html = response.content.decode()
        assert "does not match this code" in html
        assert "prospects" in html
        assert "See the state of the schema" in html
        assert "<title>This page cannot be shown | Plumbline</title>" in html


@pytest.fixture
def off(monkeypatch: pytest.MonkeyPatch, db: None) -> Callable[..., None]:
    """Call it with the ids that the look finds."""

    def found(*ids: str) -> None:
        findings = [Finding(id, "default", "prospects", command="mend it") for id in ids]
        monkeypatch.setattr(readiness, "_last", None)
        monkeypatch.setattr(readiness, "_verify", lambda: [Report.of(findings)])

    return found


def test_what_tells_that_the_schema_is_off_and_how_still_answers(client: Client, off: Callable[..., None]) -> None:
    client.force_login(User.objects.create_superuser("root"))
    off("schema.E019")
    told = ("/livez", "/api/openapi.yaml", "/api/docs/", "/admin/login/", "/admin/schema/verifiedschema/")
    assert {path: client.get(path).status_code for path in told} == dict.fromkeys(told, 200) | {"/admin/login/": 302}
    assert client.get("/readyz").status_code == 503
    assert client.get("/admin/schema/verifiedschema/").status_code == 200


def test_people_can_log_in_to_see_it(anonymous: APIClient, off: Callable[..., None]) -> None:
    User.objects.create_superuser("root", password="correct horse")
    off("schema.E019")
    login = anonymous.post("/api/auth/login", {"username": "root", "password": "correct horse"}, format="json")
    assert login.status_code == 200
    anonymous.credentials(HTTP_AUTHORIZATION=f"Bearer {login.json()['access_token']}")
    assert anonymous.get("/api/health/schema").json()["schema_match"] is True  # as it is in truth
    assert anonymous.get("/api/auth/me").status_code == 500


def test_a_browser_on_another_origin_can_read_the_problem(
    charlie: APIClient, off: Callable[..., None], settings: Any
) -> None:
    settings.CORS_ALLOWED_ORIGINS = ["https://front.example.com"]
    off("schema.E019")
    response = charlie.get("/api/prospects", HTTP_ORIGIN="https://front.example.com")
    assert response.status_code == 500
    assert response["Access-Control-Allow-Origin"] == "https://front.example.com"


@pytest.mark.parametrize("ids", [(), ("schema.W003",), ("schema.E000",)])
def test_warnings_and_a_database_that_was_lost_for_a_moment_stop_nothing(
    charlie: APIClient, off: Callable[..., None], ids: tuple[str, ...]
) -> None:
    off(*ids)
    assert charlie.get("/api/prospects").status_code == 200


def test_a_request_asks_the_database_nothing_more_between_two_looks(
    charlie: APIClient, look: Callable[[], None], queries_of: Callable[[Callable[[], object]], int]
) -> None:
    one_of_each()

    def call() -> object:
        return charlie.get("/api/prospects")

    before = queries_of(call)
    look()
    looking = queries_of(call)
    assert looking > before
    assert queries_of(call) == before
