"""The tasks on the queue."""

import uuid

from django_tasks import task

from pipeline.jobs.engine import run


@task()
def run_job(job_id: str) -> None:
    """Run the job if it is due and nobody else does."""
    run(uuid.UUID(job_id))
