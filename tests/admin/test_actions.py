"""What people decide in the admin: the same functions as in the API, counted, recorded, all or nothing."""

import pytest
from django.contrib.auth.models import User
from django.contrib.messages import get_messages
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from pipeline.models import EmailLog
from prospects.choices import DiscoveryStatus
from prospects.models import Prospect, ProspectEvent
from tests.admin.conftest import scraped

LIST = reverse("admin:prospects_prospect_changelist")
ACTIONS = ("approve", "reject", "reconsider", "promote", "set_category", "delete")


@pytest.fixture
def desk(client: Client, bob: User) -> Client:
    client.force_login(bob)
    return client


def run(desk: Client, action: str, *prospects: Prospect) -> HttpResponse:
    data = {"action": action, "index": 0, "_selected_action": [str(row.pk) for row in prospects]}
    return desk.post(f"{LIST}?list=websites", data)


def told(response: HttpResponse) -> str:
    return " ".join(str(message) for message in get_messages(response.wsgi_request))


def decide(desk: Client, action: str, *prospects: Prospect, **answers: object) -> HttpResponse:
    data = {"ids": ",".join(str(row.pk) for row in prospects), "next": LIST, **answers}
    return desk.post(reverse("admin:prospects_prospect_decide", args=[action]), data)


def saved(*prospects: Prospect) -> list[Prospect]:
    return Prospect.objects.bulk_create(prospects)


def test_approving_says_the_counts_before_and_after_and_returns_to_the_filtered_list(desk: Client) -> None:
    response = run(desk, "approve", *saved(scraped(1), scraped(2), scraped(3, approval_status="rejected")))
    assert told(response) == "Approved 3. Before: 2 pending, 1 rejected. After: 3 approved."
    assert response.headers["Location"] == f"{LIST}?list=websites"
    assert Prospect.objects.approved().count() == 3


def test_what_was_decided_is_taken_back_to_be_decided_on_again(desk: Client, bob: User) -> None:
    rows = saved(scraped(1, approval_status="approved"), scraped(2, approval_status="rejected"), scraped(3))
    response = run(desk, "reconsider", *rows)
    assert told(response) == (
        "Put 2 back to be decided on. Before: 1 approved, 1 pending, 1 rejected. After: 3 pending."
    )
    events = ProspectEvent.objects.filter(field="approval_status", user=bob)
    assert set(events.values_list("old", "new")) == {("approved", "pending"), ("rejected", "pending")}


def test_what_was_rejected_at_one_stroke_is_back_on_its_list_at_another(desk: Client) -> None:
    rows = saved(*(scraped(number) for number in range(5)))
    run(desk, "reject", *rows)
    assert not Prospect.objects.awaiting_approval().exists()
    run(desk, "reconsider", *rows)
    assert Prospect.objects.awaiting_approval().count() == 5


def test_what_is_decided_so_already_is_neither_counted_nor_touched(desk: Client) -> None:
    (old, new) = saved(scraped(1, approval_status="approved", send_status="sent"), scraped(2))
    before = Prospect.objects.get(pk=old.pk).updated_at
    assert told(run(desk, "approve", old, new)).startswith("Approved 1. Before: 1 approved, 1 pending.")
    assert told(run(desk, "approve", old, new)).endswith("Approved 0. Before: 2 approved. After: 2 approved.")
    assert Prospect.objects.get(pk=old.pk).updated_at == before
    assert not ProspectEvent.objects.filter(prospect_id=old.pk).exists()


def test_who_decided_is_recorded(desk: Client, bob: User) -> None:
    run(desk, "reject", *saved(scraped(1)))
    event = ProspectEvent.objects.get(field="approval_status")
    assert (event.user, event.old, event.new) == (bob, "pending", "rejected")


def test_a_refused_action_changes_nothing_and_names_the_reason(desk: Client) -> None:
    good, bad = saved(scraped(1), scraped(2, discovery_status=DiscoveryStatus.NEW))
    response = run(desk, "approve", good, bad)
    assert told(response) == (
        "Nothing was changed. 1 of 2 prospects cannot be changed: each is not discovered. "
        "This is about site2.example.com."
    )
    assert not Prospect.objects.approved().exists()
    assert not ProspectEvent.objects.exists()


def test_promoting_makes_leads_and_says_so_in_the_words_of_the_page(desk: Client) -> None:
    (prospect,) = saved(scraped(1))
    assert told(run(desk, "promote", prospect)) == "Promoted 1 to leads. Before: 1 e-mail found. After: 1 lead."
    assert Prospect.objects.leads().get() == prospect


def test_what_cannot_be_promoted_is_told_in_one_sentence_without_codes(desk: Client) -> None:
    rows = saved(*(scraped(number, scrape_status="DISCOVERED", contact_email=None) for number in range(7)))
    assert told(run(desk, "promote", *rows)) == (
        "Nothing was changed. 7 of 7 prospects cannot be changed: each is not in the stage “e-mail found”. "
        "This is about site0.example.com, site1.example.com, site2.example.com, site3.example.com, site4.example.com "
        "and 2 more."
    )


@pytest.mark.parametrize("action", ["approve", "reject", "reconsider", "promote"])
def test_an_action_on_many_asks_first_and_says_how_many_are_in_which_state(
    desk: Client, monkeypatch: pytest.MonkeyPatch, action: str
) -> None:
    monkeypatch.setattr("prospects.admin.actions.MANY", 3)
    rows = saved(scraped(1), scraped(2), scraped(3, approval_status="rejected"))
    page = run(desk, action, *rows)
    assert page.status_code == 200
    assert "<strong>3</strong> prospects (" in page.content.decode()
    assert not ProspectEvent.objects.exists()
    decide(desk, action, *rows)
    assert not ProspectEvent.objects.exists()
    decide(desk, action, *rows, confirm="yes")
    assert ProspectEvent.objects.exists()


def test_all_rows_of_a_long_list_are_not_rejected_at_one_click(desk: Client) -> None:
    saved(*(scraped(number) for number in range(51)))
    data = {"action": "reject", "index": 0, "select_across": "1", "_selected_action": ["0"]}
    page = desk.post(f"{LIST}?list=websites", data).content.decode()
    assert "Reject: <strong>51</strong> prospects (51 pending)" in page
    assert not Prospect.objects.filter(approval_status="rejected").exists()


def test_a_list_without_rows_offers_no_action(desk: Client) -> None:
    assert 'name="action"' not in desk.get(LIST).content.decode()
    saved(scraped(1))
    assert 'name="action"' in desk.get(LIST).content.decode()


def test_a_category_is_asked_for_and_then_set(desk: Client) -> None:
    rows = saved(scraped(1), scraped(2))
    page = run(desk, "set_category", *rows)
    assert page.status_code == 200
    assert "site1.example.com" in page.content.decode()
    refused = decide(desk, "set_category", *rows, confirm="yes", category=" ")
    assert "This field is required" in refused.content.decode()
    decide(desk, "set_category", *rows, confirm="yes", category="Home Decor")
    assert set(Prospect.objects.values_list("discovery_category", flat=True)) == {"Home Decor"}


def test_deleting_asks_first(desk: Client) -> None:
    (prospect,) = saved(scraped(1))
    assert "cannot be brought back" in run(desk, "delete", prospect).content.decode()
    assert Prospect.objects.exists()
    decide(desk, "delete", prospect, confirm="yes")
    assert not Prospect.objects.exists()
    assert ProspectEvent.objects.get().kind == "deleted"


def test_a_prospect_that_was_written_to_is_not_deleted(desk: Client) -> None:
    (prospect,) = saved(scraped(1))
    EmailLog.objects.create(prospect=prospect)
    response = decide(desk, "delete", prospect, confirm="yes")
    assert "its row must stay" in told(response)
    assert Prospect.objects.exists()


@pytest.mark.parametrize("action", ACTIONS)
def test_a_viewer_is_forbidden_every_action(client: Client, charlie: User, action: str) -> None:
    client.force_login(charlie)
    (prospect,) = saved(scraped(1))
    assert run(client, action, prospect).status_code == 403
    assert decide(client, action, prospect, confirm="yes", category="x").status_code == 403
    assert not ProspectEvent.objects.exists()


def test_an_action_never_leads_to_another_site(desk: Client) -> None:
    (prospect,) = saved(scraped(1))
    response = decide(desk, "approve", prospect, next="https://example.org/")
    assert response.headers["Location"] == LIST


def test_a_prospect_that_left_the_list_meanwhile_is_not_left_out_in_silence(desk: Client) -> None:
    kept, gone = saved(scraped(1), scraped(2))
    Prospect.objects.filter(pk=gone.pk).delete()
    assert "1 of 2 prospects do not exist" in told(run(desk, "approve", kept, gone))
    assert not Prospect.objects.approved().exists()


@pytest.mark.parametrize("ids", ["", "x", "1,2"])
def test_ids_that_are_none_are_refused(desk: Client, ids: str) -> None:
    response = desk.post(reverse("admin:prospects_prospect_decide", args=["approve"]), {"ids": ids})
    assert response.status_code == 400


def test_an_action_for_more_than_can_be_counted_is_refused(desk: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("prospects.admin.decide.MAX_COUNT", 1)
    response = run(desk, "approve", *saved(scraped(1), scraped(2)))
    assert "filter the list further" in told(response)
    assert not Prospect.objects.approved().exists()
