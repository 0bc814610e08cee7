"""An automatic run is started when it is due, once, and not when it is switched off."""

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from threading import Barrier

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.utils import timezone

from pipeline import jobs, scheduler, switches
from pipeline.choices import JobType
from pipeline.jobs import Handler, handlers, register
from pipeline.models import Job, ScraperHistory, Setting

pytestmark = pytest.mark.django_db
NOW = timezone.now()


class Discover(Handler):
    def work(self, run):
        with run.transaction():
            run.advance(done=3, failed=1)
        return {}


@pytest.fixture
def discover():
    before = handlers._handlers.copy()
    register(JobType.DISCOVER, Discover())
    yield
    handlers._handlers.clear()
    handlers._handlers.update(before)


@pytest.fixture
def switched_on() -> None:
    switches.set_master(True)
    switches.set_automation({"enabled": True, "automatic_scraper": True, "categories": ["tea"], "locations": ["Oslo"]})


def test_a_due_run_is_started_once(discover: None, switched_on: None) -> None:
    job = scheduler.start_due(NOW)
    assert job is not None
    assert (job.job_type, job.params["categories"], job.params["locations"]) == ("discover", ["tea"], ["Oslo"])
    assert scheduler.start_due(NOW) is None
    assert scheduler.start_due(NOW + timedelta(hours=23)) is None
    assert scheduler.start_due(NOW + timedelta(hours=25)) is not None
    assert Job.objects.count() == 2


def test_a_time_that_was_planned_before_starts_another_run(discover: None, switched_on: None) -> None:
    started = []
    for _ in range(2):
        switches.write(scheduler.NEXT_RUN, {"value": (NOW - timedelta(hours=5)).isoformat()})
        started.append(scheduler.start_due(NOW))
        assert scheduler.start_due(NOW) is None
    assert len({job.pk for job in started}) == Job.objects.count() == 2


@pytest.mark.skipif(connection.vendor == "sqlite", reason="there the tests' database is in memory, for one writer")
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("stored", [None, NOW - timedelta(hours=5)])
def test_of_schedulers_that_ask_at_once_one_starts_the_run(
    discover: None, switched_on: None, stored: datetime | None
) -> None:
    if stored:
        switches.write(scheduler.NEXT_RUN, {"value": stored.isoformat()})
    together = Barrier(4)

    def ask(_: int) -> Job | None:
        together.wait(30)
        try:
            return scheduler.start_due(NOW)
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as schedulers:
        found = list(schedulers.map(ask, range(4)))
    assert len([job for job in found if job]) == Job.objects.count() == 1


@pytest.mark.parametrize("off", ["master", "enabled", "automatic_scraper"])
def test_nothing_starts_while_a_switch_is_off(discover: None, switched_on: None, off: str) -> None:
    if off == "master":
        switches.set_master(False)
    else:
        switches.set_automation({off: False})
    assert scheduler.start_due(NOW) is None
    assert not Job.objects.exists()


def test_the_master_switch_turned_off_and_on_again_starts_no_automatic_run(discover: None, switched_on: None) -> None:
    switches.set_master(False)
    switches.set_master(True)
    assert scheduler.start_due(NOW) is None
    assert switches.automation()["automatic_scraper"] is False
    assert switches.automation()["categories"] == ["tea"]


def test_a_setting_of_automatic_runs_that_cannot_be_read_starts_nothing_and_says_so(switched_on: None) -> None:
    Setting.objects.filter(key=switches.AUTOMATION).update(value="on")
    with pytest.raises(CommandError, match="cannot be read"):
        call_command("run_scheduler", "--once")


@pytest.mark.parametrize(
    ("stored", "hours"), [({"value": "30m"}, 0.5), ("12h", 12), ({"value": "7d"}, 168), (None, 24)]
)
def test_the_interval_is_a_number_and_a_unit(stored: object, hours: float) -> None:
    Setting.objects.create(key=scheduler.INTERVAL, value=stored)
    assert scheduler.interval() == timedelta(hours=hours)


@pytest.mark.parametrize("key", [scheduler.INTERVAL, scheduler.NEXT_RUN])
@pytest.mark.parametrize("value", ["soon", "2026-13-45T00:00:00"])
def test_a_setting_that_cannot_be_read_is_named(discover: None, switched_on: None, key: str, value: str) -> None:
    Setting.objects.create(key=key, value={"value": value})
    with pytest.raises(scheduler.WrongSetting, match=key):
        scheduler.start_due(NOW)
    assert not Job.objects.exists()


def test_a_run_without_provider_is_recorded_and_tried_again_at_the_next_time(switched_on: None) -> None:
    assert scheduler.start_due(NOW) is None
    history = ScraperHistory.objects.get()
    assert (history.status, "'discover'" in history.error_message) == ("failed", True)
    assert scheduler.start_due(NOW) is None
    assert ScraperHistory.objects.count() == 1


def test_a_finished_run_is_in_the_scrapers_history(discover: None, switched_on: None) -> None:
    job = scheduler.start_due(NOW)
    jobs.run(job.pk)
    history = ScraperHistory.objects.get()
    assert (history.status, history.success_count, history.failed_count) == ("completed", 3, 1)
    assert history.completed_at is not None


def test_a_cancelled_run_is_in_the_scrapers_history_and_says_so(discover: None, switched_on: None) -> None:
    job = scheduler.start_due(NOW)
    assert job is not None
    jobs.cancel(job)
    history = ScraperHistory.objects.get()
    assert (history.status, history.error_message) == ("failed", "It was cancelled.")
    assert history.completed_at == job.finished_at
