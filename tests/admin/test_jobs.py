"""The pages of jobs: progress, results, retry and cancel."""

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import User
from django.contrib.messages import get_messages
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from pipeline.choices import JobItemStatus, JobStatus, JobType
from pipeline.jobs import ItemHandler, handlers
from pipeline.models import Job, JobItem
from tests.admin.conftest import scraped


@pytest.fixture
def job(db: None) -> Job:
    """Ten items, of which three are done and one failed."""
    job = Job.objects.create(
        job_type=JobType.SCRAPE, status=JobStatus.FAILED, total_targets=10, done_items=3, failed_items=1
    )
    for position, status in enumerate((*[JobItemStatus.DONE] * 3, JobItemStatus.FAILED)):
        prospect = scraped(position)
        prospect.save()
        JobItem.objects.create(job=job, position=position, prospect=prospect, status=status, detail=f"item {position}")
    return job


def page(client: Client, job: Job, **query: str) -> str:
    return client.get(reverse("admin:pipeline_job_change", args=[job.pk]), query).content.decode()


def control(client: Client, job: Job, name: str) -> HttpResponse:
    return client.post(reverse("admin:pipeline_job_control", args=[job.pk, name]))


def told(response: HttpResponse) -> str:
    return " ".join(str(message) for message in get_messages(response.wsgi_request))


def test_progress_is_drawn_and_said(site: Client, job: Job) -> None:
    for html in (page(site, job), site.get(reverse("admin:pipeline_job_changelist")).content.decode()):
        assert 'aria-label="40 %"' in html
        assert "4 of 10, 1 failed" in html


def test_results_name_their_prospect_and_can_be_narrowed_to_the_failed(site: Client, job: Job) -> None:
    assert "site0.example.com" in page(site, job)
    failed = page(site, job, items="failed")
    assert "site3.example.com" in failed
    assert "site0.example.com" not in failed


def test_a_result_outlives_its_prospect(site: Client, job: Job) -> None:
    item = job.items.get(position=0)
    item.prospect.delete()
    assert "<td>deleted</td>" in page(site, job)


def test_a_running_job_is_cancelled_once(client: Client, bob: User, job: Job) -> None:
    client.force_login(bob)
    Job.objects.update(status=JobStatus.RUNNING)
    assert "Cancelled" in told(control(client, job, "cancel"))
    assert Job.objects.get().status == JobStatus.CANCELLED
    assert "cancelled already" in told(control(client, job, "cancel"))


def test_who_cancelled_a_job_and_who_started_it_again_is_in_its_history(
    client: Client, alice: User, bob: User, job: Job, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(handlers._handlers, JobType.SCRAPE, ItemHandler())
    Job.objects.update(status=JobStatus.PENDING, started_by=bob)
    client.force_login(alice)
    control(client, job, "cancel")
    control(client, job, "cancel")  # is refused, and did nothing
    client.force_login(bob)
    control(client, job, "retry")
    done = LogEntry.objects.filter(object_id=job.pk).order_by("pk")
    assert [(entry.user, entry.change_message) for entry in done] == [(alice, "Cancelled."), (bob, "Started again.")]
    history = client.get(reverse("admin:pipeline_job_history", args=[job.pk])).content.decode()
    assert "alice" in history
    assert "Cancelled." in history


def test_failed_items_are_done_again(client: Client, bob: User, job: Job, monkeypatch: pytest.MonkeyPatch) -> None:
    client.force_login(bob)
    monkeypatch.setitem(handlers._handlers, JobType.SCRAPE, ItemHandler())
    Job.objects.update(job_type=JobType.SCRAPE)
    control(client, job, "retry")
    assert not job.items.filter(status=JobItemStatus.FAILED, detail="item 3").exists()


def test_a_job_that_nothing_here_can_do_is_not_started_again(client: Client, bob: User, job: Job) -> None:
    client.force_login(bob)
    Job.objects.update(job_type=JobType.ENRICH)
    assert "nothing that does jobs of type 'enrich'" in told(control(client, job, "retry"))
    assert Job.objects.get().status == JobStatus.FAILED


def test_a_moving_job_reloads_its_page_and_an_ended_one_does_not(site: Client, job: Job) -> None:
    assert 'http-equiv="refresh"' not in page(site, job)
    Job.objects.update(status=JobStatus.RUNNING)
    assert 'http-equiv="refresh"' in page(site, job)


def test_a_viewer_looks_but_neither_cancels_nor_retries(client: Client, charlie: User, job: Job) -> None:
    client.force_login(charlie)
    assert "Do the failed items again" not in page(client, job)
    for name in ("cancel", "retry"):
        assert control(client, job, name).status_code == 403
    assert Job.objects.get().status == JobStatus.FAILED


def test_a_job_is_headed_by_its_name_and_state_in_words(site: Client) -> None:
    job = Job.objects.create(job_type="social_discover", status="completed")
    html = site.get(reverse("admin:pipeline_job_change", args=[job.pk])).content.decode()
    assert "<h2>social: discover (completed)</h2>" in html


def test_a_job_that_nothing_here_does_is_not_offered_again(
    site: Client, job: Job, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = reverse("admin:pipeline_job_change", args=[job.pk])
    retry = f'formaction="{reverse("admin:pipeline_job_control", args=[job.pk, "retry"])}"'
    shown = site.get(page).content.decode()
    assert f"{retry} disabled" in shown
    assert "nothing that does jobs of type" in shown
    monkeypatch.setitem(handlers._handlers, JobType.SCRAPE, ItemHandler())
    assert f"{retry}>" in site.get(page).content.decode()
