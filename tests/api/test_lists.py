"""A list cannot lie: what COUNT promised is what arrives, and an empty list is proven."""

from datetime import UTC, datetime
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core import signing
from django.db import connection
from knox.models import AuthToken
from pytest_django.plugin import DjangoDbBlocker
from rest_framework.test import APIClient

from config.api import integrity
from config.schema.findings import Finding, Report
from pipeline.models import DiscoveryQuery, Job
from prospects.models import Prospect
from prospects.querysets import ProspectQuerySet
from tests.api.rows import one_of_each, save
from tests.api.test_walk import LIST_ENDPOINTS

LISTS = ("/api/prospects", "/api/prospects/leads", "/api/prospects/scraped-emails", "/api/pipeline/websites")


def flat(body: dict[str, Any]) -> dict[str, Any]:
    """The list part of an answer; GET /api/prospects nests it."""
    return body["data"] if isinstance(body["data"], dict) else body


def pages(client: APIClient, path: str, query: dict[str, Any]) -> list[dict[str, Any]]:
    """The rows of every page, from the first by `next_cursor` to the last."""
    seen: list[dict[str, Any]] = []
    page = flat(client.get(path, query).json())
    while True:
        assert page["skip"] == len(seen)
        seen += page["data"]
        assert len(seen) <= page["total"]
        if page["next_cursor"] is None:
            return seen
        page = flat(client.get(path, {**query, "cursor": page["next_cursor"]}).json())


@pytest.mark.parametrize("path", LISTS)
def test_a_page_is_the_rows_that_the_window_asks_for(charlie: APIClient, path: str) -> None:
    one_of_each(7)
    whole = flat(charlie.get(path).json())
    page = flat(charlie.get(path, {"skip": 2, "limit": 3}).json())
    assert whole["total"] == len(whole["data"])
    assert (page["total"], page["skip"], page["limit"]) == (whole["total"], 2, 3)
    assert page["data"] == whole["data"][2:5]


@pytest.mark.parametrize("path", LISTS)
def test_a_page_past_the_end_is_empty_and_honest(charlie: APIClient, path: str) -> None:
    one_of_each(2)
    response = charlie.get(path, {"skip": 10**12})
    assert response.status_code == 200
    assert flat(response.json())["data"] == []
    assert flat(response.json())["total"] > 0


@pytest.mark.parametrize("path", LISTS)
def test_cursors_lead_through_the_whole_list_and_end(charlie: APIClient, path: str) -> None:
    one_of_each(4)
    whole = flat(charlie.get(path).json())["data"]
    assert pages(charlie, path, {"limit": 3}) == whole


@pytest.mark.parametrize("ordering", ["score", "-last_sent,domain", "created_at", "-updated_at"])
def test_cursors_follow_any_ordering(charlie: APIClient, ordering: str) -> None:
    one_of_each(3)
    Prospect.objects.filter(domain__startswith="lead").update(score=None)
    query = {"ordering": ordering, "limit": 4}
    whole = flat(charlie.get("/api/prospects", {"ordering": ordering}).json())["data"]
    first = flat(charlie.get("/api/prospects", query).json())
    second = flat(charlie.get("/api/prospects", {**query, "cursor": first["next_cursor"]}).json())
    assert first["data"] + second["data"] == whole[:8]


@pytest.mark.parametrize("ordering", ["updated_at", "-updated_at", "last_sent", "-last_sent"])
def test_cursors_pass_rows_of_one_time_however_it_is_written(charlie: APIClient, ordering: str) -> None:
    """The database's clock and Python's write one instant differently on SQLite, and a person's tool in a third way."""
    one_of_each(1)
    Prospect.objects.update(last_sent=datetime(2026, 1, 2, tzinfo=UTC))
    third = "2026-01-02 00:00:00.000000" if connection.vendor == "sqlite" else "2026-01-02 00:00:00+00"
    with connection.cursor() as cursor:
        cursor.execute("UPDATE prospects SET last_sent = %s WHERE domain LIKE %s", [third, "l%"])
    whole = flat(charlie.get("/api/prospects", {"ordering": ordering}).json())["data"]
    assert pages(charlie, "/api/prospects", {"ordering": ordering, "limit": 2}) == whole


def test_a_cursor_of_another_ordering_or_a_forged_one_is_refused(charlie: APIClient) -> None:
    one_of_each(3)
    cursor = flat(charlie.get("/api/prospects", {"limit": 2}).json())["next_cursor"]
    for query in ({"cursor": cursor, "ordering": "score"}, {"cursor": cursor[:-3]}, {"cursor": cursor, "skip": 1}):
        response = charlie.get("/api/prospects", query)
        assert response.status_code == 400
        assert response.json()["errors"][0]["field"] == "cursor"


OF_NO_PROSPECTS = ("/api/auth/tokens", "/api/jobs", "/api/imports", "/api/webhooks")
PLAIN_LISTS = sorted(f"/{path}" for path, _ in LIST_ENDPOINTS if "<" not in path and path != "api/integrations")


@pytest.mark.parametrize("path", PLAIN_LISTS)
def test_a_cursor_of_another_list_is_refused(alice: APIClient, path: str) -> None:
    """Most are sorted by `-created_at`, and the keys behind it are of different types."""
    one_of_each(2)
    Job.objects.bulk_create(Job(job_type="draft") for _ in range(2))
    AuthToken.objects.create(User.objects.get(username="alice"))
    others = ["/api/auth/tokens", "/api/jobs", "/api/prospects/leads" if path in OF_NO_PROSPECTS else "/api/jobs"]
    for other in {*others} - {path}:
        cursor = alice.get(other, {"limit": 1}).json()["next_cursor"]
        assert cursor
        response = alice.get(path, {"cursor": cursor})
        assert response.status_code == 400, other
        assert [error["field"] for error in response.json()["errors"]] == ["cursor"]


@pytest.mark.parametrize(
    ("given", "taken"),
    [
        ("/api/prospects/leads?", "/api/pipeline/websites?"),
        ("/api/prospects/leads?category=Museum&", "/api/prospects/leads?category=Home%20Decor&"),
        ("/api/prospects/leads?", "/api/prospects/leads?category=Museum&"),
        ("/api/prospects?q=lead&", "/api/prospects?q=web&"),
    ],
)
def test_a_cursor_belongs_to_its_list_and_its_filters(charlie: APIClient, given: str, taken: str) -> None:
    one_of_each(3)
    cursor = flat(charlie.get(f"{given}limit=1").json())["next_cursor"]
    assert charlie.get(f"{given}limit=2&_t=1&cursor={cursor}").status_code == 200
    response = charlie.get(f"{taken}cursor={cursor}")
    assert response.status_code == 400
    assert response.json()["errors"][0]["field"] == "cursor"


def test_a_cursor_of_tokens_does_not_carry_a_digest(alice: APIClient) -> None:
    AuthToken.objects.create(User.objects.get(username="alice"))
    cursor = alice.get("/api/auth/tokens", {"limit": 1}).json()["next_cursor"]
    payload = signing.loads(cursor, salt="config.api.lists.cursor")
    assert not [token.digest for token in AuthToken.objects.all() if token.digest in str(payload)]
    assert [row["id"] for row in pages(alice, "/api/auth/tokens", {"limit": 1})] == [
        row["id"] for row in alice.get("/api/auth/tokens").json()["data"]
    ]


@pytest.mark.parametrize("path", LISTS)
def test_fewer_rows_than_counted_is_an_error_that_gives_both_numbers(
    charlie: APIClient, path: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    one_of_each(3)
    total = flat(charlie.get(path).json())["total"]
    fetch = ProspectQuerySet._fetch_all

    def lose_one(rows: Any) -> None:
        fetch(rows)
        if isinstance(rows[0] if rows._result_cache else None, Prospect):
            rows._result_cache = rows._result_cache[1:]

    monkeypatch.setattr(ProspectQuerySet, "_fetch_all", lose_one)
    response = charlie.get(path)
    assert response.status_code == 500
    assert response["Content-Type"] == "application/problem+json"
    assert response.json()["detail"] == (
        f"Data integrity violation: COUNT query returned {total} but SELECT query returned {total - 1} rows"
    )
    assert response.json()["code"] == "data_integrity_violation"


@pytest.mark.parametrize("path", LISTS)
def test_rows_lost_while_serialising_are_an_error(
    charlie: APIClient, path: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    one_of_each(3)
    monkeypatch.setattr(
        "rest_framework.serializers.ListSerializer.to_representation", lambda serializer, data: list(data)[1:]
    )
    response = charlie.get(path)
    assert response.status_code == 500
    assert response.json()["code"] == "data_integrity_violation"


@pytest.mark.django_db(transaction=True)
def test_a_row_that_refers_to_nothing_is_an_error_and_not_left_out(charlie: APIClient) -> None:
    query = DiscoveryQuery.objects.create(job=Job.objects.create(job_type="discover"), keyword="k", location="l")
    save("website", 2, discovery_query=query)
    break_foreign_keys(query)
    try:
        response = charlie.get("/api/pipeline/websites")
    finally:
        Prospect.objects.all().delete()
    assert response.status_code == 500
    assert response.json()["detail"] == (
        "Data integrity violation: COUNT query returned 2 but SELECT query returned 0 rows"
    )


def break_foreign_keys(query: DiscoveryQuery) -> None:
    """Delete the row behind the database's back."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SET session_replication_role = replica")
            cursor.execute("DELETE FROM discovery_queries WHERE id = %s", [query.pk])
            cursor.execute("SET session_replication_role = DEFAULT")
        else:
            cursor.execute("PRAGMA foreign_keys = OFF")
            cursor.execute("DELETE FROM discovery_queries WHERE id = %s", [query.pk.hex])
            cursor.execute("PRAGMA foreign_keys = ON")


@pytest.mark.parametrize("path", [*LISTS, "/api/pipeline/status"])
def test_an_empty_list_is_served_when_the_schema_is_verified(charlie: APIClient, path: str) -> None:
    assert charlie.get(path).status_code == 200


@pytest.mark.parametrize("path", [*LISTS, "/api/pipeline/status"])
def test_an_empty_list_on_a_schema_that_is_off_is_a_mismatch(
    charlie: APIClient, path: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    finding = Finding("schema.E019", "default", "prospects", breaks="rows are hidden", command="…")
    monkeypatch.setattr(integrity.guard, "verified", lambda using: False)
    monkeypatch.setattr(integrity.guard, "verify", lambda using: Report.of([finding]))
    response = charlie.get(path)
    assert response.status_code == 500
    assert response.json()["code"] == "schema_mismatch"
    assert "prospects" in response.json()["detail"]


@pytest.mark.skipif("connection.vendor != 'postgresql'", reason="only PostgreSQL can hide rows")
@pytest.mark.parametrize("path", [*LISTS, "/api/pipeline/status"])
def test_hidden_rows_are_never_an_empty_list(charlie: APIClient, path: str) -> None:
    one_of_each()
    with connection.cursor() as cursor:
        cursor.execute("CREATE SCHEMA decoy")
        cursor.execute("CREATE TABLE decoy.prospects (LIKE public.prospects INCLUDING ALL)")
        cursor.execute("SET LOCAL search_path = decoy, public")
    response = charlie.get(path)
    assert response.status_code == 500
    assert response.json()["code"] == "schema_mismatch"


@pytest.mark.parametrize("path", LISTS)
def test_the_frontends_cache_buster_is_allowed(charlie: APIClient, path: str) -> None:
    assert charlie.get(path, {"_t": "1700000000000"}).status_code == 200


def test_a_snapshot_inside_another_transaction_is_refused(
    django_db_blocker: DjangoDbBlocker, transactional_db: None
) -> None:
    from django.db import transaction

    with transaction.atomic(), pytest.raises(RuntimeError), integrity.snapshot("default"):
        pass


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("www.", []),
        ("www", []),
        ("WWW.One.example", ["one.example"]),
        ("one", ["one.example"]),
        ("A PAINTER", ["two.example"]),
        ("Ann@", ["two.example"]),
        (".", ["one.example", "two.example"]),
        (" ", ["one.example", "two.example"]),
    ],
)
def test_a_search_finds_the_rows_with_the_text_and_no_others(charlie: APIClient, text: str, found: list[str]) -> None:
    save("website", domain="one.example", contact_email=None)
    save("website", domain="two.example", contact_email="ann@two.example", page_title="A painter")
    rows = flat(charlie.get("/api/prospects", {"q": text, "ordering": "domain"}).json())["data"]
    assert [row["domain"] for row in rows] == found
    assert sorted(Prospect.objects.search(text).values_list("domain", flat=True)) == found


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({"category": "KÜNSTE"}, 1),
        ({"category": "Künste "}, 1),
        ({"category": "kunste"}, 0),
        ({"category": "k_nste"}, 0),
        ({"location": "zürich"}, 1),
        ({"location": "ZÜRICH"}, 1),
        ({"location": "rich"}, 0),
        ({"q": "ärzte"}, 1),
        ({"q": "ÄRZTE 100%"}, 1),
        ({"q": "rzte 1__"}, 0),
        ({"q": "страница"}, 1),
        ({"q": "\\"}, 0),
    ],
)
def test_in_any_case_means_any_letter_on_either_database(charlie: APIClient, query: Any, found: int) -> None:
    texts = {"discovery_category": "Künste", "discovery_location": "Zürich", "page_title": "Die Ärzte 100%\nСТРАНИЦА"}
    save("website", **texts)
    save("lead")
    assert flat(charlie.get("/api/prospects", query).json())["total"] == found
