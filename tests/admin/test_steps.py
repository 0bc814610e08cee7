"""Steps started from the list: one job for the selection, with a link, or a reason why not."""

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from pipeline import switches
from pipeline.choices import JobType
from pipeline.jobs import ItemHandler, handlers
from pipeline.models import Job
from prospects.models import Prospect
from tests.admin.conftest import scraped
from tests.admin.test_actions import decide, run, told
from tests.admin.test_pages import page_url


@pytest.fixture
def desk(client: Client, bob: User) -> Client:
    client.force_login(bob)
    return client


@pytest.fixture
def switched_on(db: None) -> None:
    switches.set_master(True)


def found(number: int) -> Prospect:
    prospect = scraped(number, scrape_status="DISCOVERED", contact_email=None)
    prospect.save()
    return prospect


def test_a_step_becomes_one_job_for_the_selection_with_a_link(
    desk: Client, bob: User, switched_on: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(handlers._handlers, JobType.SCRAPE, ItemHandler())
    chosen, other = found(1), found(2)
    message = told(run(desk, "queue_scrape", chosen))
    job = Job.objects.get()
    assert (job.job_type, job.started_by, job.total_targets) == ("scrape", bob, 1)
    assert job.items.get().prospect_id == chosen.pk != other.pk
    assert f'Queued 1: <a href="{reverse("admin:pipeline_job_change", args=[job.pk])}">' in message


def test_prospects_that_are_not_ready_are_named_and_no_job_is_made(
    desk: Client, switched_on: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(handlers._handlers, JobType.SCRAPE, ItemHandler())
    done = scraped(1)
    done.save()
    message = told(run(desk, "queue_scrape", done, found(2)))
    assert message == (
        "Nothing was changed. Scraping: 1 of 2 prospects cannot be taken: each is not ready to scrape. "
        "This is about site1.example.com."
    )
    assert not Job.objects.exists()


def test_a_step_says_what_is_missing(desk: Client) -> None:
    prospect = found(1)
    assert "master switch is off" in told(run(desk, "queue_scrape", prospect))
    switches.set_master(True)
    assert "Nothing was changed" in told(run(desk, "queue_scrape", prospect))
    assert not Job.objects.exists()


def test_sending_asks_first(desk: Client, switched_on: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(handlers._handlers, JobType.SEND, ItemHandler())
    prospect = scraped(1, verification_status="verified", draft_subject="Hello", draft_body="Dear museum")
    prospect.save()
    assert "cannot be called back" in run(desk, "queue_send", prospect).content.decode()
    assert not Job.objects.exists()


def test_nobody_confirms_what_cannot_be_done_anyway(desk: Client, switched_on: None) -> None:
    for response in (run(desk, "queue_send", found(1)), decide(desk, "queue_send", found(2))):
        assert response.status_code == 302
        assert "Sending needs Gmail API, which this release cannot use yet" in told(response)


def test_a_step_that_this_release_lacks_is_shown_disabled_with_the_reason(
    desk: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    prospect, scrape = found(1), reverse("admin:prospects_prospect_decide", args=["queue_scrape"])
    page, menu = page_url(prospect), reverse("admin:prospects_prospect_changelist")
    assert f'formaction="{scrape}" disabled aria-describedby="why-not-queue_scrape"' in desk.get(page).content.decode()
    assert "Scraping is not part of this release yet" in desk.get(page).content.decode()
    assert ">Queue: scrape (not available)</option>" in desk.get(menu).content.decode()
    monkeypatch.setitem(handlers._handlers, JobType.SCRAPE, ItemHandler())
    assert f'formaction="{scrape}">' in desk.get(page).content.decode()
    assert ">Queue: scrape</option>" in desk.get(menu).content.decode()


@pytest.mark.parametrize("name", ["queue_scrape", "queue_verify", "queue_draft", "queue_send"])
def test_a_viewer_starts_no_step(client: Client, charlie: User, switched_on: None, name: str) -> None:
    client.force_login(charlie)
    prospect = found(1)
    assert run(client, name, prospect).status_code == 403
    assert decide(client, name, prospect, confirm="yes").status_code == 403
