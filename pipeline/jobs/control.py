"""Starting, cancelling and retrying jobs, and how far they are."""

import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import islice
from typing import Any

from django.db import transaction
from django.db.models.functions import Now

from pipeline.choices import JobStatus, JobType
from pipeline.jobs.engine import ended
from pipeline.jobs.handlers import NoHandler, handler_for
from pipeline.jobs.queue import ring
from pipeline.models import Job, JobItem
from pipeline.records import record
from prospects.changes import Cause
from prospects.querysets import ProspectQuerySet

BATCH = 1000
_ENDED = (JobStatus.COMPLETED, JobStatus.FAILED, JobStatus.CANCELLED)


class Refused(Exception):
    """The job's state does not allow it; the message says why."""


@dataclass(frozen=True)
class Progress:
    """How far a job is. `total` is None until it is known."""

    total: int | None
    done: int
    failed: int
    activity: str

    @property
    def fraction(self) -> float | None:
        """From 0 to 1, or None while the total is unknown."""
        if self.total is None:
            return None
        return 1.0 if self.total == 0 else min(1.0, (self.done + self.failed) / self.total)


def start(
    job_type: JobType | str,
    params: Mapping[str, Any] | None = None,
    cause: Cause | None = None,
    targets: ProspectQuerySet | Iterable[uuid.UUID] = (),
    *,
    once_key: str | None = None,
) -> Job:
    """Make a job and tell the queue. The row exists when this returns; its items are exactly the targets (prospects).

    Of several calls with one `once_key` the first makes the job, the others return it. Raises CannotStart when nobody
    handles the job type or its provider is not configured: then nothing was written.
    """
    params = dict(params or {})
    handler_for(job_type).check(params)
    user_id = cause.user.pk if cause and cause.user else None
    values = {"job_type": job_type, "params": params, "started_by_id": user_id}
    with transaction.atomic():
        if once_key is None:
            job = Job.objects.create(**values)
        else:
            job, created = Job.objects.get_or_create(once_key=once_key, defaults=values)
            if not created:
                return job
        _add_items(job, targets)
        ring(job.pk)
    return job


def cancel(job: Job, cause: Cause | None = None) -> Job:
    """End a pending or running job; its worker stops at its next write. Raises Refused when it has ended already."""
    waiting = Job.objects.filter(pk=job.pk).exclude(status__in=_ENDED)
    now = Now()
    with transaction.atomic():
        cancelled = waiting.update(
            status=JobStatus.CANCELLED, lease_token=None, lease_until=None, activity="", finished_at=now, updated_at=now
        )
        job.refresh_from_db()
        if not cancelled:
            raise Refused(f"The job is {job.status} already.")
        record(job, cause, "Cancelled.")
        ended.send(job)
    return job


def retryable(job: Job) -> bool:
    """Whether the job has ended and there is anything left of it to do."""
    if job.status not in _ENDED:
        return False
    try:
        return handler_for(job.job_type).retryable(job)
    except NoHandler:  # retry() says so
        return bool(job.status != JobStatus.COMPLETED or job.failed_items)


def retry(job: Job, cause: Cause | None = None) -> Job:
    """Do the failed items of a job again, or go on with a failed or cancelled one. Raises Refused.

    What was done stays done.
    """
    with transaction.atomic():
        locked = Job.objects.select_for_update().get(pk=job.pk)
        if locked.status not in _ENDED:
            raise Refused(f"The job is {locked.status}; it can be retried when it has ended.")
        handler = handler_for(locked.job_type)
        handler.check(locked.params or {})
        failed = handler.reset(locked)
        if not failed and locked.status == JobStatus.COMPLETED:
            raise Refused("Nothing failed in this job.")
        _make_pending(locked, failed)
        record(locked, cause, "Started again.")
        ring(locked.pk)
    job.refresh_from_db()
    return job


def progress(job: Job) -> Progress:
    """How far the job was when its row was read. Runs no query."""
    return Progress(job.total_targets, job.done_items, job.failed_items, job.activity)


def _make_pending(job: Job, failed: int) -> None:
    job.status = JobStatus.PENDING
    job.failed_items = max(0, job.failed_items - failed)
    job.attempts = 0
    job.error_message = job.run_after = job.finished_at = None
    job.lease_token = job.lease_until = None
    job.save()


def _add_items(job: Job, targets: ProspectQuerySet | Iterable[uuid.UUID]) -> None:
    if isinstance(targets, ProspectQuerySet):
        targets = targets.order_by("-created_at", "pk").values_list("pk", flat=True).iterator(chunk_size=BATCH)
    items = (JobItem(job=job, position=position, prospect_id=pk) for position, pk in enumerate(targets))
    total = 0
    while batch := list(islice(items, BATCH)):
        JobItem.objects.bulk_create(batch)
        total += len(batch)
    if total:
        job.total_targets = total
        job.save(update_fields=["total_targets", "updated_at"])
