"""The tasks on the queue."""

import uuid

from django_tasks import task

from pipeline.jobs.engine import run


@task()
def run_job(job_id: str) -> None:
    """Run the job if it is due and nobody else does."""
    run(uuid.UUID(job_id))


@task()
def deliver_webhooks() -> None:
    """Send the events that are due, as far as no other worker does."""
    # Here, so that only a worker that delivers loads an HTTP client, and not every process that starts.
    from pipeline.webhooks.delivery import deliver_due

    deliver_due()
