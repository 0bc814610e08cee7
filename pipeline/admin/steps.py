"""The steps of the pipeline as actions on selected prospects: a job each, started by the API's function."""

from collections.abc import Mapping
from functools import partial
from typing import Any

from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from pipeline import jobs, steps, switches
from pipeline.services import NotAvailable
from prospects.admin.actions import ACTIONS, STEP, Action, Ids
from prospects.changes import Cause
from prospects.decisions import Refused

START = "pipeline.add_job"
STEPS = (
    ("queue_scrape", "Queue: scrape", steps.SCRAPE, ""),
    ("queue_verify", "Queue: verify", steps.VERIFY, ""),
    ("queue_draft", "Queue: draft", steps.DRAFT, ""),
    ("queue_send", "Queue: send", steps.SEND, "Mails that have left cannot be called back."),
)


def require(step: steps.Step, ids: Ids) -> None:
    """Raises Refused while no job of the step can be started, whatever it is for."""
    try:
        switches.require_master()
        steps.require_available(step)
    except (switches.SwitchedOff, switches.UnreadableSetting, NotAvailable, jobs.CannotStart) as error:
        raise Refused(str(error), {}) from error


def unavailable(step: steps.Step) -> str:
    try:
        steps.require_available(step)
    except (NotAvailable, jobs.CannotStart) as error:
        return str(error)
    return ""


def start(step: steps.Step, ids: Ids, cause: Cause, answers: Mapping[str, Any]) -> SafeString:
    """Start the step's job; says which, with a link. Raises Refused."""
    try:
        job, count = steps.start(step, cause, ids)
    except (
        switches.SwitchedOff,
        switches.UnreadableSetting,
        steps.NothingToDo,
        NotAvailable,
        jobs.CannotStart,
    ) as error:
        raise Refused(str(error), {}) from error
    url = reverse("admin:pipeline_job_change", args=[job.pk])
    return format_html('Queued {}: <a href="{}">see the {} job</a>.', count, url, job.get_job_type_display())


ACTIONS |= {
    name: Action(
        name,
        label,
        START,
        partial(start, step),
        warning=warning,
        kind=STEP,
        require=partial(require, step),
        unavailable=partial(unavailable, step),
    )
    for name, label, step, warning in STEPS
}
