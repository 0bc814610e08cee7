"""The engine that runs jobs, and the functions the REST API, the admin and the commands call.

    job = start(JobType.SCRAPE, params, cause, targets=Prospect.objects.to_scrape())
    cancel(job); retry(job); progress(job).fraction

A job type plugs in with a `Handler` (see handlers.py). docs/jobs.md tells how a job lives.
"""

from pipeline.jobs.control import Progress, Refused, cancel, progress, retry, retryable, start
from pipeline.jobs.engine import LeaseLost, Run, run, work_off
from pipeline.jobs.handlers import (
    CannotStart,
    Handler,
    ItemFailed,
    ItemHandler,
    JobFailed,
    NoHandler,
    NotConfigured,
    Outcome,
    handler_for,
    register,
)

__all__ = [
    "CannotStart",
    "Handler",
    "ItemFailed",
    "ItemHandler",
    "JobFailed",
    "LeaseLost",
    "NoHandler",
    "NotConfigured",
    "Outcome",
    "Progress",
    "Refused",
    "Run",
    "cancel",
    "handler_for",
    "progress",
    "register",
    "retry",
    "retryable",
    "run",
    "start",
    "work_off",
]
