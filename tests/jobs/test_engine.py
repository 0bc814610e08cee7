"""A job does each item once, tells how far it is, and ends in words a person understands."""

import uuid
from datetime import timedelta

import pytest
from django.db import OperationalError
from django.db.models.functions import Now

from pipeline import jobs
from pipeline.choices import JobStatus, JobType
from pipeline.jobs import engine
from pipeline.jobs.reaper import reap
from pipeline.models import Job
from prospects.changes import Cause
from prospects.models import Prospect, ProspectEvent
from tests.jobs.conftest import ByDomain, prospects

pytestmark = pytest.mark.django_db


def started(*domains: str, **values) -> Job:
    return jobs.start(JobType.SCRAPE, {}, Cause(), [row.pk for row in prospects(*domains)], **values)


def made_due(job: Job) -> None:
    Job.objects.filter(pk=job.pk).update(run_after=None)
    job.items.update(run_after=None)


def until_ended(job: Job) -> None:
    """Worker after worker, without the waits between them."""
    for _ in range(30):
        made_due(job)
        jobs.run(job.pk)
        reap()
        job.refresh_from_db()
        if job.finished_at:
            return
    raise AssertionError(f"The job does not end: {job.status} {job.error_message}")


def test_a_started_job_is_a_row_with_its_items_before_anything_runs(handler: ByDomain, django_user_model) -> None:
    alice = django_user_model.objects.create(username="alice")
    rows = prospects("a.example", "b.example")
    job = jobs.start("scrape", {"category": "x"}, Cause(user=alice), [row.pk for row in rows])
    job.refresh_from_db()
    assert (job.status, job.params, job.total_targets, job.started_by) == ("pending", {"category": "x"}, 2, alice)
    assert [item.prospect_id for item in job.items.order_by("position")] == [row.pk for row in rows]
    assert handler.prepared == []


def test_the_items_of_a_job_are_the_rows_of_the_queryset_it_was_started_with(handler: ByDomain) -> None:
    prospects("a.example", "b.example")
    Prospect.objects.create(domain="social.example", source_type="social")
    listed = Prospect.objects.website_source()
    job = jobs.start(JobType.SCRAPE, {}, Cause(), listed)
    assert {item.prospect_id for item in job.items.all()} == set(listed.values_list("pk", flat=True))


def test_a_job_type_that_nobody_handles_is_refused_and_leaves_no_row() -> None:
    with pytest.raises(jobs.NoHandler, match="'send'"):
        jobs.start(JobType.SEND)
    assert not Job.objects.exists()


def test_a_run_does_every_item_and_says_so(handler: ByDomain) -> None:
    job = started("a.example", "b.example")
    assert jobs.run(job.pk)
    job.refresh_from_db()
    assert (job.status, job.result, job.error_message) == ("completed", {"done": 2}, None)
    assert jobs.progress(job) == jobs.Progress(total=2, done=2, failed=0, activity="")
    assert job.started_at is not None
    assert job.finished_at is not None
    assert job.lease_token is None
    assert handler.prepared == ["a.example", "b.example"]


def test_what_a_job_changes_is_recorded_with_the_job_and_the_person(handler: ByDomain, django_user_model) -> None:
    alice = django_user_model.objects.create(username="alice")
    (row,) = prospects("a.example")
    job = jobs.start(JobType.SCRAPE, {}, Cause(user=alice), [row.pk])
    jobs.run(job.pk)
    event = ProspectEvent.objects.get(field="discovery_category")
    assert (event.job, event.user, event.new) == (job, alice, "a.example")


def test_a_failed_item_does_not_stop_the_others(handler: ByDomain) -> None:
    job = started("bad.example", "a.example")
    jobs.run(job.pk)
    job.refresh_from_db()
    assert (job.status, job.done_items, job.failed_items) == ("completed", 1, 1)
    assert list(job.items.order_by("position").values_list("status", "detail")) == [
        ("failed", "no such host"),
        ("done", "category of a.example"),
    ]


def test_a_job_whose_every_item_failed_has_failed(handler: ByDomain) -> None:
    job = started("bad.example")
    jobs.run(job.pk)
    job.refresh_from_db()
    assert (job.status, job.error_message) == ("failed", "Every item failed.")


def test_an_item_with_passing_trouble_is_tried_again_later(handler: ByDomain) -> None:
    job = started("flaky.example", "a.example")
    jobs.run(job.pk)
    job.refresh_from_db()
    assert (job.status, job.done_items) == ("pending", 1)
    assert job.run_after is not None
    assert not jobs.run(job.pk), "it ran before its time"
    made_due(job)
    jobs.run(job.pk)
    job.refresh_from_db()
    assert (job.status, job.done_items, job.failed_items) == ("completed", 2, 0)


def test_an_item_is_given_up_after_five_attempts(handler: ByDomain) -> None:
    handler.flaky = 99
    job = started("flaky.example", "a.example")
    for _ in range(engine.MAX_ATTEMPTS):
        made_due(job)
        jobs.run(job.pk)
    job.refresh_from_db()
    assert (job.status, job.done_items, job.failed_items) == ("completed", 1, 1)
    assert handler.prepared.count("flaky.example") == engine.MAX_ATTEMPTS


def test_an_item_with_an_unexpected_error_does_not_stop_the_others(handler: ByDomain, caplog) -> None:
    job = started("a.example", "bug.example", "b.example")
    jobs.run(job.pk)
    job.refresh_from_db()
    assert (job.status, job.done_items, job.failed_items) == ("pending", 2, 0)
    assert "ZeroDivisionError: a mistake in the code" in caplog.text
    assert "Traceback" in caplog.text
    until_ended(job)
    assert (job.status, job.done_items, job.failed_items) == ("completed", 2, 1)
    item = job.items.get(position=1)
    assert (item.status, item.attempts, item.detail) == ("failed", 5, "ZeroDivisionError: a mistake in the code")
    handler.prepared.clear()
    jobs.run(jobs.retry(job).pk)
    assert handler.prepared == ["bug.example"]


def test_an_unexpected_error_of_the_whole_job_is_kept_with_it(handler: ByDomain, monkeypatch) -> None:
    monkeypatch.setattr(handler, "result", lambda run: {"a": 1 / 0})
    job = started("a.example")
    for attempt in range(engine.MAX_ATTEMPTS):
        made_due(job)
        with pytest.raises(ZeroDivisionError):
            jobs.run(job.pk)
        job.refresh_from_db()
        assert job.status == ("failed" if attempt == engine.MAX_ATTEMPTS - 1 else "pending")
    assert job.error_message == "ZeroDivisionError: division by zero (attempt 5 of 5)"
    assert (job.done_items, handler.prepared.count("a.example")) == (1, 1)


@pytest.mark.parametrize("position", [0, 1, 2])
def test_an_item_that_kills_its_workers_is_given_up_and_does_not_stop_the_others(
    handler: ByDomain, position: int
) -> None:
    job = started("a.example", "b.example", "c.example")
    begun = []

    def prepare(item):
        begun.append(item.position)
        if item.position == position:
            # As a killed process leaves it: nothing more is written, and the lease runs out.
            Job.objects.update(lease_until=Now() - timedelta(seconds=1))
            raise engine.LeaseLost
        return "x"

    handler.prepare = prepare
    jobs.run(job.pk)
    reap()
    Job.objects.update(run_after=None)
    jobs.run(job.pk)
    job.refresh_from_db()
    assert job.done_items == 2, "the others waited for it"
    until_ended(job)
    assert (job.status, job.done_items, job.failed_items) == ("completed", 2, 1)
    assert begun.count(position) == engine.MAX_ATTEMPTS
    assert job.items.get(position=position).detail.startswith("Begun 5 times without an end. The worker")


def test_a_job_whose_every_item_kills_its_worker_fails(handler: ByDomain) -> None:
    job = started(*(f"s{n}.example" for n in range(9)))
    killed = []

    def prepare(item):
        killed.append(item.position)
        Job.objects.update(lease_until=Now() - timedelta(seconds=1))
        raise engine.LeaseLost

    handler.prepare = prepare
    while job.status != "failed":
        Job.objects.update(run_after=None)
        jobs.run(job.pk)
        reap()
        job.refresh_from_db()
    assert killed == [0, 1, 2, 3, 4]
    assert "was lost (attempt 5 of 5)" in job.error_message


def test_a_lost_database_is_trouble_of_the_job_and_not_of_an_item(handler: ByDomain) -> None:
    job = started("a.example")

    def prepare(item):
        raise OperationalError("the server closed the connection")

    handler.prepare = prepare
    with pytest.raises(OperationalError):
        jobs.run(job.pk)
    job.refresh_from_db()
    assert (job.status, job.error_message) == (
        "pending",
        "OperationalError: the server closed the connection (attempt 1 of 5)",
    )


def test_a_worker_that_is_to_end_at_once_does_not_count_against_its_item(handler: ByDomain) -> None:
    job = started("a.example")

    def prepare(item):
        raise SystemExit

    handler.prepare = prepare
    with pytest.raises(SystemExit):
        jobs.run(job.pk)
    job.refresh_from_db()
    item = job.items.get()
    assert (job.status, job.attempts, item.attempts, item.run_after) == ("pending", 0, 0, None)


def test_a_retry_does_the_failed_items_only(handler: ByDomain) -> None:
    job = started("bad.example", "a.example")
    jobs.run(job.pk)
    Prospect.objects.filter(domain="bad.example").update(domain="good.example")
    handler.prepared.clear()
    jobs.run(jobs.retry(job).pk)
    job.refresh_from_db()
    assert handler.prepared == ["good.example"]
    assert (job.status, job.done_items, job.failed_items) == ("completed", 2, 0)


@pytest.mark.parametrize("status", [JobStatus.PENDING, JobStatus.RUNNING, JobStatus.COMPLETED])
def test_a_job_without_failures_or_still_at_work_cannot_be_retried(handler: ByDomain, status: JobStatus) -> None:
    job = started("a.example")
    Job.objects.update(status=status)
    with pytest.raises(jobs.Refused):
        jobs.retry(job)


def test_a_cancelled_job_writes_nothing_more(handler: ByDomain) -> None:
    job = started("a.example", "b.example")

    def cancel_then_prepare(item):
        if item.position == 1:
            jobs.cancel(job)
        return "x"

    handler.prepare = cancel_then_prepare
    assert jobs.run(job.pk)
    job.refresh_from_db()
    assert (job.status, job.done_items) == ("cancelled", 1)
    assert job.items.get(position=1).status == "pending"
    assert Prospect.objects.filter(discovery_category="x").count() == 1


def test_a_cancelled_job_can_be_gone_on_with(handler: ByDomain) -> None:
    job = jobs.cancel(started("a.example"))
    assert not jobs.run(job.pk)
    jobs.run(jobs.retry(job).pk)
    job.refresh_from_db()
    assert (job.status, job.done_items) == ("completed", 1)


def test_an_ended_job_cannot_be_cancelled(handler: ByDomain) -> None:
    job = started("a.example")
    jobs.run(job.pk)
    with pytest.raises(jobs.Refused, match="completed already"):
        jobs.cancel(job)


def test_a_worker_that_lost_its_lease_cannot_write(handler: ByDomain) -> None:
    job = started("a.example")

    def taken_over(item):
        Job.objects.update(lease_token=uuid.uuid4())
        return "x"

    handler.prepare = taken_over
    jobs.run(job.pk)
    assert job.items.get().status == "pending"
    assert not Prospect.objects.filter(discovery_category="x").exists()


def test_a_job_is_claimed_by_one_worker_only(handler: ByDomain) -> None:
    job = started("a.example")
    seen = []

    def claim_again(item):
        seen.append(jobs.run(job.pk))
        return "x"

    handler.prepare = claim_again
    jobs.run(job.pk)
    assert seen == [False]


def test_a_worker_that_is_to_end_hands_its_job_back(handler: ByDomain) -> None:
    job = started("a.example", "b.example")

    def stop_after_the_first(item):
        if item.position == 0:
            engine.stopping.set()
        return "x"

    handler.prepare = stop_after_the_first
    try:
        jobs.run(job.pk)
    finally:
        engine.stopping.clear()
    job.refresh_from_db()
    assert (job.status, job.done_items, job.attempts, job.lease_token) == ("pending", 1, 0, None)
    assert jobs.work_off() == 1


def test_one_key_starts_one_job(handler: ByDomain) -> None:
    first = jobs.start(JobType.SCRAPE, once_key="today")
    assert jobs.start(JobType.SCRAPE, once_key="today") == first
    assert Job.objects.count() == 1


def test_a_job_of_the_old_system_is_left_to_people(handler: ByDomain) -> None:
    job = Job.objects.create(job_type="scrape", status="pending", created_at=Now() - timedelta(days=300))
    assert not jobs.run(job.pk)
    assert jobs.work_off() == 0
    assert jobs.cancel(job).status == "cancelled"


def test_the_wait_doubles_and_stays_within_an_hour_and_a_half() -> None:
    for attempts, seconds in ((1, 10), (2, 20), (4, 80), (40, 3600)):
        waits = {engine.backoff(attempts).total_seconds() for _ in range(50)}
        assert seconds * 0.5 <= min(waits) < max(waits) <= seconds * 1.5


def test_work_of_no_items_is_complete_at_once(handler: ByDomain) -> None:
    job = jobs.start(JobType.SCRAPE)
    jobs.run(job.pk)
    job.refresh_from_db()
    assert (job.status, job.result) == ("completed", {})
