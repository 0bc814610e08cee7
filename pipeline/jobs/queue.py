"""The queue is a doorbell: it says that there is work, the job row says what. A lost or doubled ring does no harm."""

import uuid
from functools import partial

from django.db import transaction
from django.db.models.functions import Now

from pipeline.models import Job


def ring(job_id: uuid.UUID) -> None:
    """Tell the workers about a job once the caller's transaction is committed."""
    Job.objects.filter(pk=job_id).update(rung_at=Now())
    transaction.on_commit(partial(_enqueue, job_id))


def _enqueue(job_id: uuid.UUID) -> None:
    from pipeline.tasks import run_job  # the task runs the engine, which rings

    run_job.enqueue(str(job_id))
