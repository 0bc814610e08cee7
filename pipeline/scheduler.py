"""Automatic runs: each due one is started once, whichever machine asks.

The settings are those of the frontend and the older system: `automation` (enabled, automatic_scraper, locations,
categories, keywords, max_results), the master switch, and `scraper_interval` / `scraper_next_run_at`.
"""

import logging
import re
import uuid
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from pipeline import jobs, switches
from pipeline.choices import JobStatus, JobType, ScraperRunStatus
from pipeline.jobs.engine import ended
from pipeline.models import Job, ScraperHistory, Setting
from prospects.changes import Cause

logger = logging.getLogger(__name__)

INTERVAL = "scraper_interval"
NEXT_RUN = "scraper_next_run_at"
DEFAULT_INTERVAL = timedelta(hours=24)
_KEY = "automatic:"
_UNITS = {"m": "minutes", "h": "hours", "d": "days"}


class WrongSetting(ValueError):
    """A setting cannot be read; the message names its key."""


def start_due(now: datetime | None = None) -> Job | None:
    """Start the automatic discovery if it is switched on and due; returns its job if this call started it.

    A run that cannot start (its provider is not configured) is recorded in the scraper's history with the reason, and
    tried again at the next time. Raises WrongSetting.
    """
    now = now or timezone.now()
    with transaction.atomic():
        # Two schedulers wait here for each other; the second finds the later time that the first has written.
        next_run, _ = Setting.objects.select_for_update().get_or_create(key=NEXT_RUN, defaults={"value": None})
        planned = moment(next_run.value)
        wanted = switches.automation()
        if not switches.master_is_on() or not (wanted["enabled"] and wanted["automatic_scraper"]):
            return None
        if planned is not None and planned > now:
            return None
        next_run.value = {"value": (now + interval()).isoformat()}
        next_run.save()
        return _start(wanted)


def interval() -> timedelta:
    """The time between two automatic runs, a day where none is set. Raises WrongSetting."""
    stored = _plain(Setting.objects.filter(key=INTERVAL).values_list("value", flat=True).first())
    return DEFAULT_INTERVAL if stored is None else parse_interval(stored)


def parse_interval(stored: Any) -> timedelta:
    """The time that `30m`, `24h` or `7d` stands for. Raises WrongSetting."""
    match = re.fullmatch(r"([1-9]\d{0,4})([mhd])", str(stored))
    if match is None:
        raise WrongSetting(f"Setting {INTERVAL!r} is {stored!r}; write a number and a unit such as 30m, 24h or 7d.")
    return timedelta(**{_UNITS[match[2]]: int(match[1])})


def record_run(sender: Job, **_: object) -> None:
    """Receiver of pipeline.jobs.engine.ended: an automatic run becomes a row of the scraper's history."""
    job = sender
    if not (job.once_key or "").startswith(_KEY):
        return
    begun = job.started_at or job.created_at
    finished = job.finished_at or timezone.now()
    ScraperHistory.objects.create(
        triggered_at=begun,
        completed_at=finished,
        success_count=job.done_items,
        failed_count=job.failed_items,
        duration_seconds=round((finished - begun).total_seconds(), 2),
        status=ScraperRunStatus.COMPLETED if job.status == JobStatus.COMPLETED else ScraperRunStatus.FAILED,
        error_message="It was cancelled." if job.status == JobStatus.CANCELLED else job.error_message,
    )


def connect() -> None:
    ended.connect(record_run, dispatch_uid="scheduler")


def _start(wanted: dict[str, Any]) -> Job | None:
    params = {name: wanted[name] for name in ("locations", "categories", "keywords", "max_results")}
    try:
        # A key of its own: a time that was planned before may be planned again.
        return jobs.start(JobType.DISCOVER, params, Cause(reason="automatic run"), once_key=f"{_KEY}{uuid.uuid4()}")
    except jobs.CannotStart as error:
        logger.warning("automatic run: %s", error)
        now = timezone.now()
        ScraperHistory.objects.create(
            triggered_at=now, completed_at=now, status=ScraperRunStatus.FAILED, error_message=str(error)
        )
        return None


def moment(value: Any) -> datetime | None:
    """The time that the setting NEXT_RUN holds, None where it holds none. Raises WrongSetting."""
    stored = _plain(value)
    if stored is None:
        return None
    try:
        parsed = parse_datetime(stored) if isinstance(stored, str) else None
    except ValueError:  # a date that no calendar has
        parsed = None
    if parsed is None:
        raise WrongSetting(f"Setting {NEXT_RUN!r} is {stored!r}, not a date and time. Set it anew in the admin.")
    return parsed if timezone.is_aware(parsed) else timezone.make_aware(parsed)


def _plain(stored: Any) -> Any:
    return stored.get("value") if isinstance(stored, dict) else stored
