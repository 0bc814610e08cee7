"""The steps of the pipeline as actions on selected prospects: a job each, started by the API's function."""

from collections.abc import Mapping
from functools import partial
from typing import Any

from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from pipeline import jobs, steps
from pipeline.services import NotAvailable
from pipeline.switches import SwitchedOff
from prospects.admin.actions import ACTIONS, Action, Ids
from prospects.changes import Cause
from prospects.decisions import Refused

START = "pipeline.add_job"
STEPS = (
    ("queue_scrape", "Queue: scrape", steps.SCRAPE, ""),
    ("queue_verify", "Queue: verify", steps.VERIFY, ""),
    ("queue_draft", "Queue: draft", steps.DRAFT, ""),
    ("queue_send", "Queue: send", steps.SEND, "Mails that have left cannot be called back."),
)


def start(step: steps.Step, ids: Ids, cause: Cause, answers: Mapping[str, Any]) -> SafeString:
    """Start the step's job; says which, with a link. Raises Refused."""
    try:
        job, count = steps.start(step, cause, ids)
    except (SwitchedOff, steps.NothingToDo, NotAvailable, jobs.CannotStart) as error:
        raise Refused(str(error), {}) from error
    url = reverse("admin:pipeline_job_change", args=[job.pk])
    return format_html('Queued {}: <a href="{}">see the {} job</a>.', count, url, job.get_job_type_display())


ACTIONS |= {
    name: Action(name, label, START, partial(start, step), warning=warning) for name, label, step, warning in STEPS
}
