"""A handler that people of the tests can steer: each item does what its prospect's domain says."""

from collections.abc import Iterator

import pytest

from pipeline.choices import JobType
from pipeline.jobs import ItemFailed, ItemHandler, Outcome, handlers, register
from pipeline.models import JobItem
from prospects import changes
from prospects.changes import Cause
from prospects.models import Prospect


class ByDomain(ItemHandler):
    """`bad…` fails, `flaky…` fails at first, `bug…` is an error nobody expected; the others get a category."""

    def __init__(self) -> None:
        self.prepared: list[str] = []
        self.flaky = 1

    def prepare(self, item: JobItem) -> str:
        domain = Prospect.objects.get(pk=item.prospect_id).domain
        self.prepared.append(domain)
        if domain.startswith("bad"):
            raise ItemFailed("no such host")
        if domain.startswith("flaky") and item.attempts <= self.flaky:
            raise ItemFailed("time-out", retry=True)
        if domain.startswith("bug"):
            raise ZeroDivisionError("a mistake in the code")
        return domain

    def apply(self, item: JobItem, prepared: str, cause: Cause) -> Outcome:
        changes.change(Prospect.objects.filter(pk=item.prospect_id), {"discovery_category": prepared}, cause)
        return Outcome(detail=f"category of {prepared}")


@pytest.fixture
def handler() -> Iterator[ByDomain]:
    """Does the jobs of type `scrape`."""
    before = handlers._handlers.copy()
    by_domain = ByDomain()
    register(JobType.SCRAPE, by_domain)
    yield by_domain
    handlers._handlers.clear()
    handlers._handlers.update(before)


def prospects(*domains: str) -> list[Prospect]:
    return Prospect.objects.bulk_create(Prospect(domain=domain) for domain in domains)
