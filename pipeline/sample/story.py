"""The sixty days in their order: discovery, decisions, scraping, verification, drafts, letters, follow-ups, answers.

Everything is written by the functions that the application itself writes with, so that history and derived columns are
there. Those functions know no other time than now: the moments are set right after each step.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from functools import partial
from operator import itemgetter
from random import Random

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import OuterRef, Subquery
from django.utils import timezone

from pipeline.models import Job
from pipeline.sample import steps
from pipeline.sample.fates import SOCIAL, WEBSITES, Fate
from pipeline.sample.furniture import furnish
from pipeline.sample.moments import dated
from pipeline.sample.neighbours import surround
from prospects.choices import SourcePlatform
from prospects.models import Prospect, ProspectEvent

# The same seed gives the same names and fates on every machine; the moments count back from today.
SEED = 2205
DAYS = 60
WEBSITE_WAVES = 20
SOCIAL_WAVES = 3

Step = Callable[[datetime], None]


def is_unused() -> bool:
    """Whether the database has never held a prospect: history stays when prospects are deleted."""
    return not (Prospect.objects.exists() or ProspectEvent.objects.exists() or Job.objects.exists())


@transaction.atomic
def load(user: User, progress: Callable[[int, int], None]) -> int:
    """Write the sample, all or nothing; returns the number of prospects.

    `user` is the person who decided. `progress` is called with the number of steps done and their total.
    """
    now = timezone.now()
    random = Random(SEED)  # noqa: S311  # nothing secret is drawn
    plan = sorted(_plan(random, user, now), key=itemgetter(0))
    for done, (moment, step) in enumerate(plan, start=1):
        with dated(moment):
            step(moment)
        progress(done, len(plan))
    furnish(now, user)
    surround(now, user)
    _date_rows()
    return Prospect.objects.count()


def _plan(random: Random, user: User, now: datetime) -> Iterator[tuple[datetime, Step]]:
    namer = steps.Namer(random)
    for platform, counts, number in (
        (None, WEBSITES, WEBSITE_WAVES),
        *((platform, SOCIAL, SOCIAL_WAVES) for platform in SourcePlatform),
    ):
        for start, fates in _waves(random, counts, number, now):
            wave = steps.Wave(random, user, platform, fates, namer)
            gap = min(timedelta(days=3), (now - start) / 10)
            yield from _timetable(random, wave, start, gap)


def _waves(
    random: Random, counts: Sequence[tuple[int, Fate]], number: int, now: datetime
) -> Iterator[tuple[datetime, list[Fate]]]:
    """The fates dealt to discovery runs from sixty days ago to today: who has come far was found early."""
    fates = [fate for count, fate in counts for _ in range(count)]
    fates.sort(key=lambda fate: fate.steps + random.uniform(0, 4), reverse=True)
    size = -(-len(fates) // number)
    for index in range(number):
        start = now - timedelta(days=max(DAYS * (1 - index / (number - 1)) - random.random(), 0.4))
        yield start, fates[index * size : (index + 1) * size]


def _timetable(random: Random, wave: steps.Wave, start: datetime, gap: timedelta) -> Iterator[tuple[datetime, Step]]:
    yield start, wave.discover
    made: Iterable[Step] = (
        wave.decide, wave.scrape, wave.verify, wave.draft, wave.send,
        partial(wave.follow_up, number=1), partial(wave.follow_up, number=2), wave.answer,
    )  # fmt: skip
    for index, step in enumerate(made, start=1):
        yield start + gap * index + gap * random.uniform(0, 0.5), step


def _date_rows() -> None:
    latest = ProspectEvent.objects.filter(prospect=OuterRef("pk")).order_by("-pk").values("at")[:1]
    Prospect.objects.update(updated_at=Subquery(latest))
