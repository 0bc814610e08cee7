"""Takes over what killed workers left and rings for what waits. Any number of them may run; every worker does."""

import logging
import threading
import time
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import InterfaceError, OperationalError, close_old_connections, connections, transaction
from django.db.models.functions import Now
from django_tasks import TaskResultStatus
from django_tasks_db.models import DBTaskResult

from pipeline.choices import JobStatus
from pipeline.jobs.engine import attempt_failed, waiting
from pipeline.jobs.queue import ring, ring_for_late_webhooks
from pipeline.models import Job, Webhook
from pipeline.tasks import deliver_webhooks
from pipeline.webhooks.outbox import forget_received
from prospects import imports

logger = logging.getLogger(__name__)


class Hourly:
    """Is due once an hour in this process, and the first time that it is asked."""

    def __init__(self) -> None:
        self.last: float | None = None

    def is_due(self) -> bool:
        if self.last is not None and time.monotonic() - self.last < 3600:
            return False
        self.last = time.monotonic()
        return True


_files_forgotten = Hourly()
_events_forgotten = Hourly()

#: Seconds between two passes of a worker's reaper.
INTERVAL = 5.0
#: A ring that no worker has answered for so long is repeated.
RING_AGAIN = timedelta(minutes=1)
#: How long the queue remembers what it has done; the job's row stays.
KEEP_ENTRIES = timedelta(days=7)
BATCH = 100


def reap() -> int:
    """One pass: take over jobs whose lease is over, ring for those that wait; returns how many jobs were touched."""
    touched = _take_over() + _ring_for_waiting()
    ring_for_late_webhooks()
    _tidy_queue()
    imports.release_lost()
    _forget_import_files()
    _forget_received_events()
    return touched


def _take_over() -> int:
    lost = Job.objects.filter(status=JobStatus.RUNNING, lease_until__lt=Now())
    with transaction.atomic():
        jobs = list(lost.select_for_update(skip_locked=_can_skip())[:BATCH])
        for job in jobs:
            logger.warning("job %s: %s has not been heard of since %s", job.pk, job.worker, job.heartbeat_at)
            attempt_failed(job, f"The worker {job.worker} was lost")
    return len(jobs)


def _ring_for_waiting() -> int:
    with transaction.atomic():
        unheard = waiting().filter(rung_at__lt=Now() - RING_AGAIN).select_for_update(skip_locked=_can_skip())
        ids = [job.pk for job in unheard[:BATCH]]
        for job_id in ids:
            ring(job_id)
    return len(ids)


def _tidy_queue() -> None:
    """End the queue's entries of killed workers, which would stay RUNNING for ever, and forget old ones."""
    lease = timedelta(seconds=settings.JOB_LEASE_SECONDS)
    for entry in DBTaskResult.objects.running().filter(started_at__lt=Now() - lease):
        if not _is_at_work(entry):
            DBTaskResult.objects.running().filter(pk=entry.pk).update(
                status=TaskResultStatus.FAILED, finished_at=Now(), traceback="The worker was lost."
            )
    DBTaskResult.objects.finished().filter(finished_at__lt=Now() - KEEP_ENTRIES).delete()


def _is_at_work(entry: DBTaskResult[Any, Any]) -> bool:
    """Whether a worker holds what the entry rang for: a subscription, or the job that it names."""
    if entry.task_path == deliver_webhooks.module_path:
        return Webhook.objects.filter(lease_token__isnull=False, lease_until__gte=Now()).exists()
    named = Job.objects.filter(pk__in=entry.args_kwargs["args"][:1])
    return named.filter(status=JobStatus.RUNNING, lease_until__gte=Now()).exists()


def _forget_import_files() -> None:
    """Once an hour: nobody waits for it."""
    days = settings.IMPORT_FILE_DAYS
    if days and _files_forgotten.is_due() and (count := imports.forget_files(timedelta(days=days))):
        logger.info("removed %s imported files, %s days after they came", count, days)


def _forget_received_events() -> None:
    days = settings.WEBHOOK_DELIVERY_DAYS
    if days and _events_forgotten.is_due() and (count := forget_received(timedelta(days=days))):
        logger.info("removed %s webhook events, %s days after they were received", count, days)


def _can_skip() -> bool:
    return connections["default"].features.has_select_for_update_skip_locked


class Reaper(threading.Thread):
    """Reaps beside a worker, also while that is busy, until the process ends."""

    def __init__(self) -> None:
        super().__init__(name="reaper", daemon=True)
        self.ended = threading.Event()

    def run(self) -> None:
        while not self.ended.wait(min(INTERVAL, settings.JOB_LEASE_SECONDS)):
            close_old_connections()
            try:
                reap()
            except (OperationalError, InterfaceError) as error:
                logger.warning("the reaper could not reach the database, it tries again: %s", error)
        connections.close_all()

    def stop(self) -> None:
        self.ended.set()
        self.join(INTERVAL)
