"""The queue is a doorbell: it says that there is work, the job row says what. A lost or doubled ring does no harm."""

import uuid
from datetime import timedelta
from functools import partial

from django.db import transaction
from django.db.models import Q
from django.db.models.functions import Now
from django_tasks import TaskResultStatus
from django_tasks_db.models import DBTaskResult

from pipeline.choices import DeliveryStatus
from pipeline.models import Job, WebhookDelivery

#: The ring of an event that was not delivered for so long counts as lost.
LATE = timedelta(seconds=30)


def ring(job_id: uuid.UUID) -> None:
    """Tell the workers about a job once the caller's transaction is committed."""
    Job.objects.filter(pk=job_id).update(rung_at=Now())
    transaction.on_commit(partial(_enqueue, job_id))


def _enqueue(job_id: uuid.UUID) -> None:
    from pipeline.tasks import run_job  # the task runs the engine, which rings

    run_job.enqueue(str(job_id))


def ring_for_webhooks() -> None:
    """Tell the workers that events wait, unless they know; to be called when the events are committed.

    One ring is enough for any number of events, and more would stand before other work.
    """
    from pipeline.tasks import deliver_webhooks  # the task rings when it has not done everything

    known = DBTaskResult.objects.filter(task_path=deliver_webhooks.module_path, status=TaskResultStatus.READY)
    if not known.exists():
        deliver_webhooks.enqueue()


def ring_for_late_webhooks() -> None:
    """Tell the workers about events that are due and that no ring was heard for."""
    waiting = WebhookDelivery.objects.filter(status=DeliveryStatus.PENDING, webhook__active=True)
    late = waiting.filter(Q(run_after=None, created_at__lt=Now() - LATE) | Q(run_after__lte=Now()))
    if late.exists():
        ring_for_webhooks()
