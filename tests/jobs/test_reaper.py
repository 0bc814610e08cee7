"""What a killed worker left is taken over, and a job whose ring was lost is rung for again."""

from datetime import timedelta

import pytest
from django.db.models.functions import Now

from pipeline import jobs
from pipeline.choices import JobStatus, JobType
from pipeline.jobs import engine
from pipeline.jobs.reaper import reap
from pipeline.models import Job
from tests.jobs.conftest import ByDomain, prospects


def lost(job: Job, **values) -> None:
    """As if the worker had been killed in the middle of it."""
    Job.objects.filter(pk=job.pk).update(
        status=JobStatus.RUNNING, lease_token=job.pk, lease_until=Now() - timedelta(seconds=1), worker="w:1", **values
    )


@pytest.mark.django_db
def test_a_job_whose_lease_is_over_waits_for_another_worker(handler: ByDomain) -> None:
    job = jobs.start(JobType.SCRAPE, {}, None, [row.pk for row in prospects("a.example")])
    lost(job, attempts=1)
    assert reap() == 1
    job.refresh_from_db()
    assert (job.status, job.lease_token) == ("pending", None)
    assert job.error_message == "The worker w:1 was lost (attempt 1 of 5)"
    assert job.run_after is not None


@pytest.mark.django_db
def test_a_job_that_kills_every_worker_fails_in_the_end(handler: ByDomain) -> None:
    job = jobs.start(JobType.SCRAPE)
    lost(job, attempts=engine.MAX_ATTEMPTS)
    reap()
    job.refresh_from_db()
    assert job.status == "failed"
    assert job.finished_at is not None


@pytest.mark.django_db
def test_a_job_at_work_is_left_alone(handler: ByDomain) -> None:
    job = jobs.start(JobType.SCRAPE)
    lost(job)
    Job.objects.update(lease_until=Now() + timedelta(seconds=30))
    assert reap() == 0


@pytest.mark.django_db
def test_a_running_job_of_the_old_system_is_left_to_people() -> None:
    Job.objects.create(job_type="scrape", status="running")
    assert reap() == 0


@pytest.mark.django_db(transaction=True)
def test_a_job_whose_ring_was_lost_is_rung_for_and_runs(handler: ByDomain) -> None:
    row = prospects("a.example")[0]
    job = Job.objects.create(job_type="scrape", rung_at=Now() - timedelta(minutes=5), total_targets=1)
    job.items.create(position=0, prospect_id=row.pk)
    assert reap() == 1
    job.refresh_from_db()
    assert job.status == "completed"
    assert reap() == 0
