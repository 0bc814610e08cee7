"""The tasks on the queue."""

import uuid

from django_tasks import task

from pipeline.jobs.engine import run
from pipeline.jobs.queue import ring_for_webhooks


@task()
def run_job(job_id: str) -> None:
    """Run the job if it is due and nobody else does."""
    run(uuid.UUID(job_id))


@task()
def deliver_webhooks() -> None:
    """Send the events that are due, as far as no other worker does; what is left goes to the end of the queue."""
    # Here, so that only a worker that delivers loads an HTTP client, and not every process that starts.
    from pipeline.webhooks.delivery import BUDGET, Limit, deliver_due

    limit = Limit(BUDGET)
    deliver_due(limit)
    if limit.is_over():
        ring_for_webhooks()
