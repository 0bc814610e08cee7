"""Starting a step: what it would work on, and the job that does it.

What is counted is what the job gets: one queryset method selects both.
"""

import uuid
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from django.db import transaction

from pipeline import jobs, services, switches
from pipeline.choices import JobType
from pipeline.models import Job
from prospects.changes import Cause
from prospects.decisions import Refused, find
from prospects.models import Prospect
from prospects.querysets import ProspectQuerySet


@dataclass(frozen=True)
class Step:
    """A step of the pipeline by its job type, and the list it works on."""

    job_type: JobType
    doing: str
    #: Name of the queryset method that selects what the step works on.
    selection: str

    def ready(self, prospects: ProspectQuerySet) -> ProspectQuerySet:
        selected: ProspectQuerySet = getattr(prospects, self.selection)()
        return selected


SCRAPE = Step(JobType.SCRAPE, "Scraping", "to_scrape")
VERIFY = Step(JobType.VERIFY, "Verifying", "to_verify")
DRAFT = Step(JobType.DRAFT, "Drafting", "to_draft")
SEND = Step(JobType.SEND, "Sending", "to_send")
SOCIAL_SCRAPE = Step(JobType.SOCIAL_SCRAPE, "Scraping profiles", "social_to_scrape")
SOCIAL_DRAFT = Step(JobType.SOCIAL_DRAFT, "Drafting for profiles", "social_to_draft")
SOCIAL_SEND = Step(JobType.SOCIAL_SEND, "Sending to profiles", "social_to_send")
SOCIAL_FOLLOW_UP = Step(JobType.SOCIAL_DRAFT, "Drafting follow-ups", "social_to_follow_up")


class NothingToDo(Exception):
    """No prospect is ready for the step."""


def start(
    step: Step,
    cause: Cause,
    ids: Collection[uuid.UUID] | None = None,
    category: str = "",
    params: Mapping[str, Any] | None = None,
) -> tuple[Job, int]:
    """Start the step for the prospects with these ids, or for all that are ready; returns the job and their number.

    Raises SwitchedOff, NotFound, Refused for ids that are not ready, NothingToDo, NotAvailable.
    """
    switches.require_master()
    with transaction.atomic():
        targets = _selected(step, ids).in_category(category)
        count = targets.count()
        if not count:
            raise NothingToDo(f"{step.doing}: no prospect is ready for it.")
        return make_job(step.job_type, step.doing, cause, params or {}, targets), count


def make_job(
    job_type: JobType, doing: str, cause: Cause, params: Mapping[str, Any], targets: ProspectQuerySet | None = None
) -> Job:
    """Make the job. Raises NotAvailable when nothing does jobs of this type here."""
    with _explained(job_type, doing):
        return jobs.start(job_type, params, cause, targets=() if targets is None else targets)


def require_available(step: Step) -> None:
    """Raise NotAvailable when nothing does jobs of the step here. Reads no row."""
    with _explained(step.job_type, step.doing):
        jobs.handler_for(step.job_type).check({})


@contextmanager
def _explained(job_type: JobType, doing: str) -> Iterator[None]:
    """Tells which service is missing where a job cannot be made."""
    try:
        yield
    except jobs.NotConfigured as error:
        raise services.NotAvailable(str(error), [error.variable]) from error
    except jobs.NoHandler as error:
        raise services.unavailable(doing, services.NEEDED_BY.get(job_type)) from error


def _selected(step: Step, ids: Collection[uuid.UUID] | None) -> ProspectQuerySet:
    if ids is None:
        return step.ready(Prospect.objects.all())
    chosen = find(ids)
    ready = step.ready(chosen)
    refused = set(chosen.values_list("pk", flat=True)) - set(ready.values_list("pk", flat=True))
    if refused:
        reason = f"is not ready {step.selection.removeprefix('social_').replace('_', ' ')}."
        raise Refused(
            f"{step.doing}: {len(refused)} of {len(set(ids))} prospects cannot be taken: each {reason}",
            dict.fromkeys(refused, reason),
        )
    return ready
