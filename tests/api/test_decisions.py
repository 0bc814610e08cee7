"""What a decision may not do: make twins, halve a profile, forget who was written to, or take a site for a profile."""

from datetime import UTC, datetime
from typing import Any

import pytest
from rest_framework.test import APIClient

from pipeline.models import EmailLog
from prospects.models import Prospect, ProspectEvent
from tests.api.rows import save

PROFILE = {"profile_url": "https://instagram.com/ann", "domain": "instagram.com"}


def patched(client: APIClient, row: Prospect, values: dict[str, Any]) -> Any:
    return client.patch(f"/api/prospects/{row.pk}", values, format="json", HTTP_IF_MATCH="*")


def test_a_prospect_is_not_changed_into_a_web_site_that_is_there_already(bob: APIClient) -> None:
    row, twin = save("website", 2)
    response = patched(bob, row, {"domain": "WWW.website1.example.com."})
    assert response.status_code == 400  # a dot at the end is no domain
    response = patched(bob, row, {"domain": "WWW.website1.example.com"})
    assert response.status_code == 409
    assert response.json()["reasons"] == [{"id": str(twin.pk), "reason": "is the same web site or profile."}]
    assert Prospect.objects.get(pk=row.pk).domain == row.domain


def test_a_prospect_is_not_changed_into_a_profile_that_is_there_already(bob: APIClient) -> None:
    save("social", **PROFILE)
    (site,) = save("website")
    (other,) = save("social", profile_url="https://instagram.com/bea")
    social = {"source_type": "social", "source_platform": "instagram", "profile_url": PROFILE["profile_url"]}
    assert patched(bob, site, social).status_code == 409
    assert patched(bob, other, {"profile_url": PROFILE["profile_url"]}).status_code == 409


def test_of_adopted_rows_of_one_web_site_each_can_be_edited_and_renamed(bob: APIClient) -> None:
    row, twin = save("website", 2, domain="example.com")
    assert patched(bob, row, {"score": 5, "domain": "www.example.com"}).status_code == 200
    assert patched(bob, row, {"domain": "example.org"}).status_code == 200
    assert patched(bob, twin, {"domain": "example.org"}).status_code == 409


@pytest.mark.parametrize(
    "values",
    [
        {"domain": "example.com"},
        {"source_type": "social"},
        {"source_platform": None},
        {"profile_url": "https://instagram.com/ann"},
    ],
)
def test_what_a_prospect_is_known_by_is_not_changed_of_several_at_once(bob: APIClient, values: dict[str, Any]) -> None:
    rows = save("website", 2)
    body = {"prospect_ids": [str(row.pk) for row in rows], "values": values}
    response = bob.post("/api/prospects/bulk-update", body, format="json")
    assert response.status_code == 400
    (error,) = response.json()["errors"]
    assert (error["field"], "one prospect at a time" in error["message"]) == (f"values.{next(iter(values))}", True)
    assert not ProspectEvent.objects.exists()


def test_a_web_site_does_not_become_a_profile_without_what_adding_one_needs(bob: APIClient) -> None:
    (row,) = save("website")
    response = patched(bob, row, {"source_type": "social"})
    assert response.status_code == 400
    assert [error["field"] for error in response.json()["errors"]] == ["profile_url", "source_platform"]
    whole = {"source_type": "social", "source_platform": "instagram", "profile_url": PROFILE["profile_url"]}
    assert patched(bob, row, whole).status_code == 200
    assert patched(bob, row, {"profile_url": None}).status_code == 400


def test_an_adopted_profile_without_its_url_can_be_mended_field_by_field(bob: APIClient) -> None:
    (row,) = save("social", source_platform=None)
    assert patched(bob, row, {"score": 5}).status_code == 200
    assert patched(bob, row, {"source_platform": "instagram"}).status_code == 200
    assert patched(bob, row, {"profile_url": PROFILE["profile_url"]}).status_code == 200


WRITTEN_TO = [
    {"send_status": "sent"},
    {"outreach_status": "sent"},
    {"outreach_status": "replied"},
    {"last_sent": datetime(2026, 1, 1, tzinfo=UTC)},
    {"followups_sent": 1},
]


@pytest.mark.parametrize("sign", WRITTEN_TO, ids=[next(iter(sign)) for sign in WRITTEN_TO])
def test_who_was_written_to_is_not_deleted_though_no_mail_was_logged(bob: APIClient, sign: dict[str, Any]) -> None:
    (row,) = save("website", **sign)
    assert not EmailLog.objects.exists()
    assert bob.delete(f"/api/prospects/{row.pk}").status_code == 409
    body = {"prospect_ids": [str(row.pk)], "action": "delete"}
    assert bob.post("/api/pipeline/approve", body, format="json").status_code == 409
    assert Prospect.objects.filter(pk=row.pk).exists()


@pytest.mark.parametrize("action", ["qualify", "reject"])
def test_a_review_of_profiles_does_not_touch_web_sites(bob: APIClient, action: str) -> None:
    (site,), (profile,) = save("website"), save("social", **PROFILE)
    body = {"profile_ids": [str(profile.pk), str(site.pk)], "action": action}
    response = bob.post("/api/social/pipeline/review", body, format="json")
    assert response.status_code == 409
    assert response.json()["reasons"] == [{"id": str(site.pk), "reason": "is no social profile."}]
    assert set(Prospect.objects.values_list("approval_status", flat=True)) == {"pending"}


def test_a_web_site_has_no_draft_as_a_profile(bob: APIClient) -> None:
    (site,) = save("website")
    response = bob.put(f"/api/social/profiles/{site.pk}/draft", {"subject": "Hello"}, format="json")
    assert response.status_code == 404
    assert Prospect.objects.get().draft_subject is None


REASONED = [
    ("/api/pipeline/approve", {"prospect_ids": "{ids}", "action": "reject"}),
    ("/api/pipeline/approve", {"prospect_ids": "{ids}", "action": "delete"}),
    ("/api/pipeline/update_category", {"prospect_ids": "{ids}", "category": "New"}),
    ("/api/prospects/bulk-update", {"prospect_ids": "{ids}", "values": {"score": 9}}),
    ("/api/social/pipeline/review", {"profile_ids": "{ids}", "action": "reject"}),
]


@pytest.mark.parametrize(("path", "body"), REASONED, ids=[f"{path} {body.get('action')}" for path, body in REASONED])
def test_the_history_keeps_the_reason_that_a_decision_was_given(
    bob: APIClient, path: str, body: dict[str, Any]
) -> None:
    (row,) = save("social", **PROFILE)
    body = {name: [str(row.pk)] if value == "{ids}" else value for name, value in body.items()}
    assert bob.post(path, {**body, "reason": "asked by phone"}, format="json").status_code == 200
    events = bob.get(f"/api/prospects/{row.pk}/events").json()["data"]
    assert {event["reason"] for event in events} == {"asked by phone"}
    assert bob.post(path, {**body, "reason": "x" * 1001}, format="json").status_code == 400
