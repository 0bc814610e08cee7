"""Two requests at once: the second comes while the first one's transaction is open, and is held up by it."""

import threading
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection, transaction
from rest_framework.test import APIClient

from pipeline import switches
from prospects import decisions, duplicates
from prospects.changes import Cause
from prospects.models import Prospect
from tests.api.rows import save
from tests.schema.starts import eventually

pytestmark = pytest.mark.usefixtures("shared_database")
# Seconds that are enough for a request that nothing holds up. SQLite shows nobody who waits.
UNHINDERED = 0.5


def meanwhile(first: Callable[[], object], second: Callable[[], Any]) -> Any:
    """What the second answers, begun before the first is committed."""
    answers = []

    def run() -> None:
        try:
            answers.append(second())
        finally:
            connection.close()

    thread = threading.Thread(target=run)
    with transaction.atomic():
        first()
        thread.start()
        wait_until_held_up(thread)
    thread.join(30)
    (answer,) = answers
    return answer


def wait_until_held_up(thread: threading.Thread) -> None:
    if connection.vendor == "sqlite":
        thread.join(UNHINDERED)
    else:
        eventually(lambda: not thread.is_alive() or somebody_waits())


def somebody_waits() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT EXISTS (SELECT 1 FROM pg_locks WHERE NOT granted)")
        return bool(cursor.fetchone()[0])


DECISIONS = [
    ("/api/pipeline/approve", {"action": "approve"}),
    ("/api/pipeline/approve", {"action": "delete"}),
    ("/api/pipeline/update_category", {"category": "New"}),
    ("/api/prospects/bulk-update", {"values": {"discovery_category": "New"}}),
]


@pytest.mark.parametrize(("path", "body"), DECISIONS, ids=[f"{path} {body}" for path, body in DECISIONS])
def test_a_decision_about_two_is_made_for_neither_when_one_is_deleted_meanwhile(
    bob: APIClient, path: str, body: dict[str, Any]
) -> None:
    kept, gone = save("website", 2)
    ids = [str(kept.pk), str(gone.pk)]
    before = Prospect.objects.values().get(pk=kept.pk)
    answer = meanwhile(
        lambda: decisions.delete([gone.pk], Cause()),
        lambda: bob.post(path, {"prospect_ids": ids, **body}, format="json"),
    )
    assert (answer.status_code, answer.json()["reasons"]) == (404, [{"id": ids[1], "reason": "not found"}])
    assert Prospect.objects.values().get() == before


def test_a_decision_judges_what_was_changed_meanwhile(bob: APIClient) -> None:
    (row,) = save("website")
    answer = meanwhile(
        lambda: Prospect.objects.filter(pk=row.pk).update(discovery_status="NEW"),
        lambda: bob.post("/api/pipeline/approve", {"prospect_ids": [str(row.pk)], "action": "approve"}, format="json"),
    )
    assert answer.status_code == 409
    assert Prospect.objects.get().approval_status == "pending"


TWINS = [
    ({"domain": "www.Example.com"}, {"domain": "example.com"}),
    (
        {"domain": "x.com", "source_type": "social", "source_platform": "tiktok", "profile_url": "https://x.com/ann"},
        {
            "domain": "x.com",
            "source_type": "social",
            "source_platform": "tiktok",
            "profile_url": "http://www.x.com/Ann/",
        },
    ),
]


@pytest.mark.parametrize(("first", "second"), TWINS, ids=["web site", "profile"])
def test_of_two_equal_prospects_added_at_once_one_is_refused(
    bob: APIClient, first: dict[str, Any], second: dict[str, Any]
) -> None:
    answer = meanwhile(lambda: decisions.add(first, Cause()), lambda: bob.post("/api/prospects", second, format="json"))
    assert answer.status_code == 409, answer.content
    assert Prospect.objects.count() == 1


def test_a_prospect_does_not_become_one_that_is_added_meanwhile(bob: APIClient) -> None:
    (row,) = save("website")
    answer = meanwhile(
        lambda: decisions.add({"domain": "example.com"}, Cause()),
        lambda: bob.patch(f"/api/prospects/{row.pk}", {"domain": "www.example.com"}, format="json", HTTP_IF_MATCH="*"),
    )
    assert answer.status_code == 409
    assert Prospect.objects.filter(domain_key="example.com").count() == 1


def test_a_prospect_is_not_added_while_a_merge_brings_it_back(bob: APIClient) -> None:
    kept, other = save("website", 2)
    merged = duplicates.merge(kept.pk, other.pk, Cause())
    answer = meanwhile(
        lambda: duplicates.undo(merged, Cause()),
        lambda: bob.post("/api/prospects", {"domain": other.domain}, format="json"),
    )
    assert answer.status_code == 409
    assert Prospect.objects.filter(domain=other.domain).count() == 1


@pytest.mark.parametrize("stored", [True, False], ids=["saved before", "never saved"])
def test_two_who_save_different_settings_at_once_both_succeed(bob: APIClient, stored: bool) -> None:
    if stored:
        switches.set_automation({"locations": ["Oslo"]})
    answer = meanwhile(
        lambda: switches.set_automation({"max_results": 7}),
        lambda: bob.post("/api/settings/automation", {"keywords": "tea"}, format="json"),
    )
    assert answer.status_code == 200
    assert (answer.json()["max_results"], answer.json()["keywords"]) == (7, "tea")
    assert switches.automation() == answer.json()


def test_a_category_that_was_given_meanwhile_is_not_replaced_by_the_one_a_domain_names(bob: APIClient) -> None:
    (row,) = save("website", domain="museum.example", discovery_category=None)
    answer = meanwhile(
        lambda: Prospect.objects.filter(pk=row.pk).update(discovery_category="Home Decor"),
        lambda: bob.post("/api/pipeline/auto_categorize", {}, format="json"),
    )
    assert answer.json()["categorized_count"] == 0
    row.refresh_from_db()
    assert row.discovery_category == "Home Decor"
