"""The overview that the admin opens with: numbers, and the geometry of the pictures drawn from them.

Every number is counted by the function that the API's status uses and leads to the list it counts.
"""

import datetime
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from django.contrib.auth.models import AnonymousUser, User
from django.db.models import Count
from django.db.models.functions import TruncDate
from django.urls import reverse
from django.utils import timezone

from pipeline.choices import JobStatus
from pipeline.counts import STATUS_FIELDS, pipeline_status
from pipeline.models import Job
from prospects.models import Prospect

DAYS = 30
# The picture of days, in its own units: what the bars take up, and the room around them for the scale and the dates.
HEIGHT = 120
DAY_WIDTH = 20
BAR_WIDTH = DAY_WIDTH - 4
MARGIN = 34
ABOVE, BELOW = 24, 20
# A date each week, counted back from today.
LABELLED_DAYS = 7

# Field of the pipeline's status, and what it is called here. The list behind it is STATUS_FIELDS[field].
STEPS = (
    ("discovered", "Websites to decide on"),
    ("scrape_ready_count", "Ready to scrape"),
    ("email_found", "Scraped e-mails"),
    ("leads", "Leads"),
    ("drafting_ready", "Ready to draft"),
    ("drafted", "Drafts"),
    ("send_ready", "Ready to send"),
    ("sent", "Sent"),
)


@dataclass(frozen=True)
class Step:
    """A step of the funnel; `percent` is its share of the largest."""

    label: str
    count: int
    percent: int
    url: str


@dataclass(frozen=True)
class Day:
    """A day's bar; x, middle, y and height are in the picture's units."""

    date: datetime.date
    count: int
    x: int
    middle: int
    is_labelled: bool
    y: int
    height: int
    url: str


@dataclass(frozen=True)
class JobCount:
    status: str
    label: str
    count: int
    url: str


def funnel() -> list[Step]:
    """The steps of the pipeline with the numbers of the API's status."""
    counts = pipeline_status()
    largest = max((counts[field] for field, _ in STEPS), default=0) or 1
    return [
        Step(label, counts[field], round(100 * counts[field] / largest), prospects_url(list=STATUS_FIELDS[field]))
        for field, label in STEPS
    ]


def days(today: datetime.date | None = None) -> list[Day]:
    """The prospects found on each of the last DAYS days, today included."""
    today = today or timezone.localdate()
    first = today - datetime.timedelta(days=DAYS - 1)
    start = timezone.make_aware(datetime.datetime.combine(first, datetime.time.min))
    rows = Prospect.objects.filter(created_at__gte=start).order_by().annotate(day=TruncDate("created_at"))
    counts = dict(rows.values_list("day").annotate(Count("pk")))
    return _bars({day: counts.get(day, 0) for day in (first + datetime.timedelta(days=n) for n in range(DAYS))})


def _bars(counts: Mapping[datetime.date, int]) -> list[Day]:
    largest = max(counts.values(), default=0) or 1
    bars = []
    for position, (day, count) in enumerate(counts.items()):
        # A day with anything at all is seen.
        height = max(round(HEIGHT * count / largest), 2 if count else 0)
        x = MARGIN + position * DAY_WIDTH
        labelled = (len(counts) - 1 - position) % LABELLED_DAYS == 0
        url = prospects_url(created_from=day, created_to=day)
        bars.append(Day(day, count, x, x + BAR_WIDTH // 2, labelled, ABOVE + HEIGHT - height, height, url))
    return bars


def picture(bars: Sequence[Day]) -> dict[str, object]:
    """What the template draws the days with: sizes in the picture's units, and the scale."""
    return {
        "days": bars,
        "most": max((day.count for day in bars), default=0),
        "chart_width": MARGIN + DAYS * DAY_WIDTH + MARGIN,
        "chart_height": ABOVE + HEIGHT + BELOW,
        "chart_left": MARGIN,
        "chart_right": MARGIN + DAYS * DAY_WIDTH,
        "chart_top": ABOVE,
        "chart_bottom": ABOVE + HEIGHT,
        "bar_width": BAR_WIDTH,
        "bar_room": HEIGHT,
    }


def job_counts() -> list[JobCount]:
    """How many jobs have which status."""
    counts = dict(Job.objects.order_by().values_list("status").annotate(Count("pk")))
    url = reverse("admin:pipeline_job_changelist")
    return [
        JobCount(status.value, str(status.label), counts.get(status.value, 0), f"{url}?status__exact={status.value}")
        for status in JobStatus
    ]


def prospects_url(**query: object) -> str:
    """The address of the list of prospects with these filters."""
    return f"{reverse('admin:prospects_prospect_changelist')}?{urlencode(query)}"


def overview(user: User | AnonymousUser) -> dict[str, object]:
    """What the overview shows this person, by its template's names; nothing that they may not view."""
    shown: dict[str, object] = {}
    if user.has_perm("prospects.view_prospect"):
        bars = days()
        shown |= {"funnel": funnel(), "found": sum(day.count for day in bars)} | picture(bars)
    if user.has_perm("pipeline.view_job"):
        running = Job.objects.filter(status=JobStatus.RUNNING).defer("params", "result", "legacy_values")
        shown |= {"job_counts": job_counts(), "running": running[:10]}
    return shown
