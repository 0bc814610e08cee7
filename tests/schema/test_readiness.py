"""A running process verifies again: `/readyz` says whether it may be given work, `/livez` only that it lives."""

import signal
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.core.management.base import SystemCheckError
from django.db import connection

from config.schema import guard
from config.schema import readiness as module
from config.schema.findings import Finding, Report
from config.schema.readiness import Lookout, Readiness, readiness
from tests.schema.starts import eventually


class Clock:
    def __init__(self):
        self.seconds = 0.0

    def __call__(self):
        return self.seconds


class Verification:
    """Stands for the verification of a database: counts how often it is asked, and can be made to hang."""

    def __init__(self, *ids):
        self.ids, self.asked, self.may_answer = ids, 0, threading.Event()
        self.may_answer.set()

    def __call__(self):
        self.asked += 1
        assert self.may_answer.wait(60)
        return [Report.of([Finding(id=id, database="default") for id in self.ids])]


def ids(reports):
    return [finding.id for report in reports for finding in report.findings]


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture(autouse=True)
def _nothing_remembered(monkeypatch):
    monkeypatch.setattr(readiness, "_last", None)


def test_it_verifies_once_an_interval_however_often_it_is_asked(clock, settings):
    settings.SCHEMA = {"VERIFY_INTERVAL": 15.0}
    verification = Verification()
    asked = Readiness(verification, clock)
    for clock.seconds in (0, 1, 14.9):
        asked.reports()
    assert verification.asked == 1
    clock.seconds = 15
    asked.reports()
    assert verification.asked == 2


def test_a_lost_database_is_asked_for_again_after_a_second(clock):
    verification = Verification("schema.E000")
    asked = Readiness(verification, clock)
    for clock.seconds in (0, 0.9, 1.1):
        asked.reports()
    assert verification.asked == 2


def test_many_threads_cause_one_verification_and_do_not_wait_for_it(clock):
    verification = Verification()
    asked = Readiness(verification, clock)
    asked.reports()
    clock.seconds = 16
    verification.may_answer.clear()
    with ThreadPoolExecutor(20) as pool:
        waiting = pool.submit(asked.reports)
        assert eventually(lambda: verification.asked == 2)
        others = [pool.submit(asked.reports) for _ in range(19)]
        assert all(ids(other.result(timeout=60)) == [] for other in others)
        verification.may_answer.set()
        waiting.result(timeout=60)
    assert verification.asked == 2


def test_a_verification_that_does_not_come_back_is_as_bad_as_a_failed_one(clock):
    verification = Verification()
    asked = Readiness(verification, clock)
    asked.reports()
    clock.seconds = 16
    verification.may_answer.clear()
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(asked.reports)
        assert eventually(lambda: verification.asked == 2)
        clock.seconds = 26
        assert ids(asked.reports()) == ["schema.E000"]
        verification.may_answer.set()
        assert ids(waiting.result(timeout=60)) == []


@pytest.mark.django_db
def test_a_process_in_line_is_ready(client):
    response = client.get("/readyz")
    assert response.status_code == 200
    assert response.json() == {"status": "ready", "warnings": []}
    assert "no-store" in response["Cache-Control"]


@pytest.mark.django_db
def test_a_column_lost_while_running_makes_it_unready_and_names_the_finding(client):
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE auth_group RENAME COLUMN name TO mislaid")
    try:
        response = client.get("/readyz")
    finally:
        guard.forget()
    assert response.status_code == 503
    assert response["Content-Type"] == "application/problem+json"
    assert "schema.E011" in response.json()["findings"]


def test_a_lost_database_makes_it_unready_but_not_dead(client, monkeypatch, django_db_blocker):
    """Neither needs more of the process than to say so."""
    monkeypatch.setitem(connection.settings_dict, "NAME", "/no/such/database")
    with django_db_blocker.unblock():
        kept, connection.connection = connection.connection, None
        try:
            unready, alive = client.get("/readyz"), client.get("/livez")
        finally:
            connection.connection = kept
    assert (unready.status_code, unready.json()["findings"]) == (503, ["schema.E000"])
    assert (alive.status_code, alive.json()) == (200, {"status": "alive"})


@pytest.mark.parametrize("path", ["/livez", "/readyz"])
def test_probes_are_neither_redirected_nor_written_to(client, settings, path, monkeypatch):
    monkeypatch.setattr(readiness, "_last", None)
    monkeypatch.setattr(readiness, "_verify", Verification())
    settings.SECURE_SSL_REDIRECT = True
    assert client.get(path).status_code == 200
    assert client.post(path).status_code in {301, 405}


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_a_look_out_that_fails_ends_its_process(monkeypatch, settings):
    settings.SCHEMA = {"VERIFY_INTERVAL": 0.01}
    sent = []

    def failing():
        raise KeyError("unforeseen")

    monkeypatch.setattr(module, "require_in_line", failing)
    monkeypatch.setattr(module.os, "kill", lambda pid, number: sent.append(number))
    lookout = Lookout()
    lookout.start()
    lookout.join(10)
    assert sent == [signal.SIGTERM]
    with pytest.raises(SystemCheckError, match="Nobody looks after the schema"):
        lookout.stop()


def test_a_look_out_that_is_stopped_ends_nothing(monkeypatch, settings):
    settings.SCHEMA = {"VERIFY_INTERVAL": 0.01}
    sent = []
    monkeypatch.setattr(module, "require_in_line", lambda: None)
    monkeypatch.setattr(module.os, "kill", lambda pid, number: sent.append(number))
    lookout = Lookout()
    lookout.start()
    lookout.stop()
    lookout.join(10)
    assert not sent
