"""What a job type brings: a handler, and how its items end."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db import models, transaction

from pipeline.choices import JobItemStatus, JobStatus, JobType

if TYPE_CHECKING:
    from pipeline.jobs.engine import Run
    from pipeline.models import Job, JobItem
    from prospects.changes import Cause


class CannotStart(Exception):
    """A job that cannot run here; the message says what is missing. The API answers 409 with it."""


class NoHandler(CannotStart):
    """Nobody handles the job type."""


class NotConfigured(CannotStart):
    """The step's provider needs a setting. `variable` names it."""

    def __init__(self, message: str, variable: str) -> None:
        super().__init__(message)
        self.variable = variable


class JobFailed(Exception):
    """The whole job cannot be done and need not be tried again: expected trouble, told to people."""


class ItemFailed(Exception):
    """An item cannot be done: expected trouble, told to people. With `retry` it is tried again later."""

    def __init__(self, reason: str, *, retry: bool = False) -> None:
        super().__init__(reason)
        self.retry = retry


@dataclass(frozen=True)
class Outcome:
    """How an item ended, and what was done in words."""

    status: JobItemStatus = JobItemStatus.DONE
    detail: str = ""


class Handler:
    """Does the work of one job type. Everything is written inside `run.transaction()`."""

    def check(self, params: dict[str, Any]) -> None:
        """Called before a job is made. Raises CannotStart (NotConfigured, naming the variable)."""

    def work(self, run: Run) -> dict[str, Any]:
        """Do what is left of the job and return its result. Called again after a crash: go on where it stopped."""
        raise NotImplementedError

    def retryable(self, job: Job) -> bool:
        """Whether there is anything left to do of a job that has ended."""
        return bool(job.status != JobStatus.COMPLETED)

    def reset(self, job: Job) -> int:
        """Make what failed pending again, for a retry under the job's lock; returns how many. Raises Refused."""
        return 0


class ItemHandler(Handler):
    """A job that does one thing for each of its items."""

    def prepare(self, item: JobItem) -> Any:
        """Slow work with outside systems, before the item's transaction. May happen twice for one item; writes nothing.

        Must take less than JOB_LEASE_SECONDS. Raises ItemFailed.
        """
        return None

    def apply(self, item: JobItem, prepared: Any, cause: Cause) -> Outcome:
        """Write the item's result. Takes effect exactly once. Raises ItemFailed."""
        raise NotImplementedError

    def work(self, run: Run) -> dict[str, Any]:
        while (item := run.next_item()) is not None:
            with run.attempt(item):
                prepared = self.prepare(item)
                with run.transaction():
                    self._apply(run, item, prepared)
        return self.result(run)

    def result(self, run: Run) -> dict[str, Any]:
        """The job's result: how many items ended in which status."""
        counts = run.items().values("status").order_by("status").annotate(count=models.Count("pk"))
        return {row["status"]: row["count"] for row in counts}

    def retryable(self, job: Job) -> bool:
        return super().retryable(job) or bool(job.failed_items)

    def reset(self, job: Job) -> int:
        failed = job.items.filter(status=JobItemStatus.FAILED)
        return failed.update(status=JobItemStatus.PENDING, attempts=0, run_after=None, detail="", finished_at=None)

    def _apply(self, run: Run, item: JobItem, prepared: Any) -> None:
        with transaction.atomic():
            outcome = self.apply(item, prepared, run.cause)
        run.item_ended(item, outcome)


_handlers: dict[str, Handler] = {}


def register(job_type: JobType, handler: Handler) -> None:
    """Let the handler do the jobs of this type; called when the application starts."""
    _handlers[job_type] = handler


def handler_for(job_type: str) -> Handler:
    """The handler of a job type. Raises NoHandler."""
    try:
        return _handlers[job_type]
    except KeyError:
        raise NoHandler(f"This installation has nothing that does jobs of type {str(job_type)!r}.") from None
