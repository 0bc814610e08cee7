"""The page of one prospect: what may be edited, by whom, and how it is recorded."""

import re

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from prospects.admin.forms import EDITABLE, version
from prospects.models import Prospect, ProspectEvent
from tests.admin.conftest import scraped


@pytest.fixture
def prospect(db: None) -> Prospect:
    prospect = scraped(1)
    prospect.save()
    return prospect


def url(prospect: Prospect, page: str = "change") -> str:
    return reverse(f"admin:prospects_prospect_{page}", args=[prospect.pk])


def form(prospect: Prospect, **changed: str) -> dict[str, str]:
    shown = {name: getattr(prospect, name) or "" for name in EDITABLE}
    return {**shown, "version": version(prospect), **changed}


def test_an_operator_edits_what_a_person_may_decide(client: Client, bob: User, prospect: Prospect) -> None:
    client.force_login(bob)
    response = client.post(url(prospect), form(prospect, discovery_category="NFTs", contact_email="new@example.org"))
    assert response.status_code == 302
    events = ProspectEvent.objects.order_by("field").values_list("field", "new", "user__username")
    assert list(events) == [
        ("contact_email", "new@example.org", "bob"),
        ("discovery_category", "NFTs", "bob"),
        ("email_key", "new@example.org", "bob"),
    ]


def test_an_address_written_by_hand_is_not_verified_yet(client: Client, bob: User, prospect: Prospect) -> None:
    Prospect.objects.update(verification_status="verified")
    prospect.refresh_from_db()
    client.force_login(bob)
    client.post(url(prospect), form(prospect, contact_email="new@example.org"))
    prospect.refresh_from_db()
    assert (prospect.contact_email, prospect.verification_status) == ("new@example.org", "UNVERIFIED")


def test_other_fields_are_not_editable(client: Client, bob: User, prospect: Prospect) -> None:
    client.force_login(bob)
    client.post(url(prospect), form(prospect, send_status="sent", stage="SENT", domain="other.example.org"))
    prospect.refresh_from_db()
    assert (prospect.send_status, prospect.domain) == ("pending", "site1.example.com")
    assert not ProspectEvent.objects.exists()


def test_writing_a_draft_moves_the_prospect_to_its_stage(client: Client, bob: User, prospect: Prospect) -> None:
    client.force_login(bob)
    client.post(url(prospect), form(prospect, draft_subject="Hello", draft_body="Dear museum"))
    prospect.refresh_from_db()
    assert (prospect.stage, prospect.draft_status) == ("DRAFTED", "drafted")


def test_a_change_by_somebody_else_meanwhile_is_not_overwritten_unseen(
    client: Client, bob: User, prospect: Prospect
) -> None:
    client.force_login(bob)
    stale = form(prospect, discovery_category="NFTs")
    Prospect.objects.update(discovery_category="Museum of others")
    response = client.post(url(prospect), stale)
    assert "Somebody changed this prospect" in response.content.decode()
    assert Prospect.objects.get().discovery_category == "Museum of others"


def test_an_address_that_is_none_is_refused(client: Client, bob: User, prospect: Prospect) -> None:
    client.force_login(bob)
    response = client.post(url(prospect), form(prospect, contact_email="office at example"))
    assert "Enter a valid email address" in response.content.decode()


def test_a_viewer_sees_the_page_without_fields_and_cannot_write(
    client: Client, charlie: User, prospect: Prospect
) -> None:
    client.force_login(charlie)
    html = client.get(url(prospect)).content.decode()
    assert 'name="contact_email"' not in html
    assert "Approve" not in html
    assert client.post(url(prospect), form(prospect, discovery_category="NFTs")).status_code == 403


def test_history_tells_who_changed_what_from_to_and_when(client: Client, bob: User, prospect: Prospect) -> None:
    client.force_login(bob)
    client.post(url(prospect), form(prospect, discovery_category="NFTs"))
    for page in (url(prospect), url(prospect, "history")):
        html = client.get(page).content.decode()
        assert "Discovery category" in html
        assert "<td>Museum</td>" in html
        assert "<td>NFTs</td>" in html
        assert "bob" in html


def test_nobody_deletes_past_the_action(client: Client, alice: User, prospect: Prospect) -> None:
    client.force_login(alice)
    assert client.post(url(prospect, "delete"), {"post": "yes"}).status_code == 403
    assert Prospect.objects.exists()


def test_history_is_told_in_the_words_of_the_pages(client: Client, bob: User, prospect: Prospect) -> None:
    client.force_login(bob)
    for field, old, new in (
        ("scrape_status", "DISCOVERED", "NO_EMAIL_FOUND"),
        ("drafted_at", None, "2026-10-10T20:58:43.860Z"),
        ("gone_since", "CODE", 3),
    ):
        ProspectEvent.objects.create(prospect=prospect, kind="changed", field=field, old=old, new=new)
    page = client.get(url(prospect, "history")).content.decode()
    shown = re.findall(r'<td class="what">(.*?)</td>\s*<td>(.*?)</td>\s*<td>(.*?)</td>', page)
    assert shown[:3] == [
        ("gone_since", "CODE", "3"),
        ("Drafted at", "-", "Oct. 10, 2026, 8:58 p.m."),
        ("Scrape status", "not scraped yet", "no e-mail found"),
    ]
