"""Running one job: the lease, the transactions that only its holder may write in, and how an attempt ends.

A worker claims a job by one conditional UPDATE that writes a new token. Every later write locks the job's row and
compares the token, so a worker that was thought dead and wakes up again cannot write: each item takes effect once.
"""

import logging
import os
import random
import socket
import threading
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from types import TracebackType
from typing import Any, Self

from django.conf import settings
from django.db import InterfaceError, OperationalError, reset_queries, transaction
from django.db.models import F, Min, Q, QuerySet
from django.db.models.functions import Coalesce, Now
from django.dispatch import Signal

from pipeline.choices import JobItemStatus, JobStatus
from pipeline.jobs.handlers import Handler, ItemFailed, JobFailed, Outcome, handler_for
from pipeline.models import Job, JobItem
from prospects.changes import Cause

logger = logging.getLogger(__name__)

#: Attempts without any progress before a job fails, and attempts of one item before it does.
MAX_ATTEMPTS = 5
LONGEST_BACKOFF = timedelta(hours=1)
#: The time of the last ring of a job that the next reaper is to ring for.
LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)

#: Sent with the job's row as sender after each transaction that has advanced it.
progressed = Signal()

#: Sent with the job's row as sender in the transaction in which it completes, fails or is cancelled.
ended = Signal()

#: Set when the worker process was asked to end: its job is handed back at the next item.
stopping = threading.Event()


class LeaseLost(Exception):
    """The job was cancelled, or another worker has taken it over."""


class Stopped(Exception):
    """The worker process ends; the job goes on elsewhere."""


class Waiting(Exception):
    """Only items that are to be retried later are left."""


def backoff(attempts: int) -> timedelta:
    """How long to wait after so many attempts: doubled each time up to an hour, with jitter of one half."""
    seconds = settings.JOB_BACKOFF_SECONDS * 2 ** (min(attempts, 20) - 1)
    return min(LONGEST_BACKOFF, timedelta(seconds=seconds)) * random.uniform(0.5, 1.5)  # noqa: S311 - no secret


def due() -> Q:
    """The condition that a job or item need not wait any longer, by the database's clock."""
    return Q(run_after=None) | Q(run_after__lte=Now())


def waiting() -> QuerySet[Job]:
    """The jobs that a worker may run now. Those of the old system, which never rang, are left to people."""
    return Job.objects.filter(due(), status=JobStatus.PENDING, rung_at__isnull=False).order_by("created_at", "pk")


def run(job_id: uuid.UUID) -> bool:
    """Run the job unless it is not due, has ended or is held by another worker; returns whether it was run.

    An error that the handler did not expect is recorded at the job, which is tried again later, and raised.
    """
    token = uuid.uuid4()
    claimed = (
        waiting()
        .order_by()
        .filter(pk=job_id)
        .update(
            status=JobStatus.RUNNING,
            lease_token=token,
            lease_until=Now() + _lease(),
            heartbeat_at=Now(),
            attempts=F("attempts") + 1,
            worker=f"{socket.gethostname()}:{os.getpid()}",
            started_at=Coalesce("started_at", Now()),
            run_after=None,
            updated_at=Now(),
        )
    )
    if not claimed:
        return False
    job = Job.objects.select_related("started_by").get(pk=job_id)
    with Run(job, token) as attempt:
        handler = handler_for(job.job_type)
        attempt.finish(handler.work(attempt), handler)
    return True


def work_off() -> int:
    """Run every due job in this process, one after the other; returns how many runs there were."""
    runs = 0
    while not stopping.is_set() and (job_id := waiting().values_list("pk", flat=True).first()):
        runs += run(job_id)
    return runs


class Run:
    """One attempt at a job by one worker."""

    def __init__(self, job: Job, token: uuid.UUID) -> None:
        self.job = job
        self.token = token
        self.cause = Cause(user=job.started_by, job_id=job.pk, reason=f"{job.get_job_type_display()} job")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> bool:
        if isinstance(error, LeaseLost):
            logger.info("job %s: cancelled or taken over, nothing more is written", self.job.pk)
            return True
        if isinstance(error, Waiting):
            # Nothing was tried.
            self._release(run_after=self._next_retry(), attempts=F("attempts") - 1)
            return True
        if error is None:
            return False
        if not isinstance(error, Exception) or isinstance(error, Stopped):
            self._release(attempts=0)
            return isinstance(error, Stopped)
        self._attempt_failed(error)
        return isinstance(error, JobFailed)

    @contextmanager
    def transaction(self) -> Iterator[Job]:
        """A transaction that holds the job's row: it commits only while the lease is ours, and renews it.

        Yields the row; what is changed on it is saved. Raises LeaseLost, and then nothing was written.
        """
        with transaction.atomic():
            held = Job.objects.select_for_update().filter(pk=self.job.pk, lease_token=self.token)
            job = held.filter(status=JobStatus.RUNNING).first()
            if job is None:
                raise LeaseLost
            self.job = job
            yield job
            job.save()
            held.update(lease_until=Now() + _lease(), heartbeat_at=Now())
        progressed.send(self.job)
        reset_queries()  # with DEBUG Django keeps the text of every query: a long job would fill the memory

    def advance(self, *, done: int = 0, failed: int = 0, activity: str = "") -> None:
        """Count what was done; only inside `transaction()`. Progress makes the count of attempts start again."""
        self.job.done_items += done
        self.job.failed_items += failed
        self.job.activity = activity
        self.job.attempts = 1

    def breathe(self) -> None:
        """Between two pieces of work: raises Stopped when this worker process is to end."""
        if stopping.is_set():
            raise Stopped

    def items(self) -> QuerySet[JobItem]:
        return JobItem.objects.filter(job_id=self.job.pk)

    def next_item(self) -> JobItem | None:
        """The next item to do, or None when all have ended. Raises Waiting when the others are to be retried later.

        Its attempt is counted, and the next one put off, before it begins: whatever an item does to its worker, the
        others have their turn, and in the end it is given up.
        """
        while True:
            self.breathe()
            pending = self.items().filter(status=JobItemStatus.PENDING).order_by("position")
            item = pending.filter(due()).first()
            if item is None and pending.exists():
                raise Waiting
            if item is None:
                return None
            if item.attempts < MAX_ATTEMPTS:
                self._begin(item)
                return item
            with self.transaction():
                last = item.detail or self.job.error_message or ""
                self.item_ended(
                    item, Outcome(JobItemStatus.FAILED, f"Begun {item.attempts} times without an end. {last}".strip())
                )

    def attempt(self, item: JobItem) -> "Attempt":
        """The context in which the item is worked on."""
        return Attempt(self, item)

    def item_ended(self, item: JobItem, outcome: Outcome) -> None:
        """Record an item's end; only inside `transaction()`."""
        failed = outcome.status == JobItemStatus.FAILED
        ended = self.items().filter(pk=item.pk, status=JobItemStatus.PENDING)
        changed = ended.update(status=outcome.status, detail=outcome.detail, run_after=None, finished_at=Now())
        if changed != 1:
            raise LeaseLost
        self.advance(done=not failed, failed=failed, activity=outcome.detail)

    def item_failed(self, item: JobItem, reason: str, *, retry: bool) -> None:
        """Record that an item failed, or that it is to be tried again later; only inside `transaction()`."""
        if not retry or item.attempts >= MAX_ATTEMPTS:
            self.item_ended(item, Outcome(JobItemStatus.FAILED, reason))
            return
        self.items().filter(pk=item.pk).update(run_after=_later(item.attempts), detail=reason)
        self.advance(activity=reason)

    def _begin(self, item: JobItem) -> None:
        item.attempts += 1
        held = self.items().filter(pk=item.pk, status=JobItemStatus.PENDING, job__lease_token=self.token)
        if not held.update(attempts=item.attempts, run_after=_later(item.attempts)):
            raise LeaseLost

    def finish(self, result: dict[str, Any], handler: Handler) -> None:
        """End the job: failed when every item failed, completed otherwise."""
        with self.transaction() as job:
            job.status = JobStatus.FAILED if job.failed_items and not job.done_items else JobStatus.COMPLETED
            job.result = result
            job.activity = ""
            job.error_message = "Every item failed." if job.status == JobStatus.FAILED else None
            _ended(job)

    def _attempt_failed(self, error: Exception) -> None:
        with transaction.atomic():
            job = Job.objects.select_for_update().filter(pk=self.job.pk, lease_token=self.token).first()
            if job is not None and isinstance(error, JobFailed):
                failed(job, str(error))
            elif job is not None:
                attempt_failed(job, f"{type(error).__name__}: {error}")

    def _next_retry(self) -> Any:
        return self.items().filter(status=JobItemStatus.PENDING).aggregate(first=Min("run_after"))["first"]

    def _release(self, **values: Any) -> None:
        """Give the job back, for any worker to go on with."""
        Job.objects.filter(pk=self.job.pk, lease_token=self.token, status=JobStatus.RUNNING).update(
            status=JobStatus.PENDING, lease_token=None, lease_until=None, rung_at=LONG_AGO, updated_at=Now(), **values
        )


class Attempt:
    """One attempt at an item, as a context. What it raises is kept with the item, and the job goes on with the others.

    An error that the handler did not expect is logged and tried again as a time-out is. Trouble with the lease or the
    database is no item's, and the job's to deal with.
    """

    def __init__(self, run: Run, item: JobItem) -> None:
        self.run = run
        self.item = item

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> bool:
        left = self.run.items().filter(pk=self.item.pk, status=JobItemStatus.PENDING)
        if error is not None and not isinstance(error, Exception):
            # The worker was told to end at once, which is not the item's doing.
            left.update(attempts=F("attempts") - 1, run_after=None)
        if not isinstance(error, Exception) or isinstance(error, _OF_THE_JOB) or not left.exists():
            return False
        with self.run.transaction():
            self._failed(error)
        return True

    def _failed(self, error: Exception) -> None:
        if isinstance(error, ItemFailed):
            self.run.item_failed(self.item, str(error), retry=error.retry)
            return
        logger.error("job %s, item %s", self.run.job.pk, self.item.position, exc_info=error)
        self.run.item_failed(self.item, f"{type(error).__name__}: {error}", retry=True)


_OF_THE_JOB = (LeaseLost, Stopped, Waiting, JobFailed, OperationalError, InterfaceError)


def attempt_failed(job: Job, message: str) -> None:
    """Let a job whose row is locked wait for its next attempt, or fail when there were enough."""
    message = f"{message} (attempt {job.attempts} of {MAX_ATTEMPTS})"
    # An item that has used up its own attempts is to blame: the next run gives it up and goes on.
    to_blame = job.items.filter(status=JobItemStatus.PENDING, attempts__gte=MAX_ATTEMPTS)
    if job.attempts >= MAX_ATTEMPTS and not to_blame.exists():
        failed(job, message)
        return
    job.error_message = message
    job.status = JobStatus.PENDING
    job.lease_token = job.lease_until = None
    job.rung_at = LONG_AGO
    job.save()
    Job.objects.filter(pk=job.pk).update(run_after=_later(job.attempts))


def failed(job: Job, message: str) -> None:
    """End a job whose row is locked."""
    job.status = JobStatus.FAILED
    job.error_message = message
    _ended(job)
    job.save()


def _ended(job: Job) -> None:
    """Called in the transaction in which the job ends, before its row is saved."""
    job.lease_token = job.lease_until = None
    Job.objects.filter(pk=job.pk).update(finished_at=Now())
    job.refresh_from_db(fields=["finished_at"])
    ended.send(job)


def _later(attempts: int) -> Any:
    return Now() + backoff(attempts)


def _lease() -> timedelta:
    return timedelta(seconds=settings.JOB_LEASE_SECONDS)
