"""Somebody changes the schema while it is read: what is told was so at one moment, or cannot be told."""

from __future__ import annotations

import threading
from collections import Counter

import pytest
from django.db import InternalError, connection, connections

from config.schema import guard
from config.schema.catalog import SnapshotError, postgresql, snapshot
from config.schema.catalog.questions import GoneError

postgresql_only = pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite changes as a whole")

CHANGES = (
    "ALTER TABLE jobs ADD COLUMN alien bigint CONSTRAINT alien_positive CHECK (alien > 0) REFERENCES auth_user (id)",
    "CREATE INDEX alien ON jobs (alien) WHERE alien > 5",
    "CREATE TABLE aliens (id uuid REFERENCES jobs (id))",
    "DROP TABLE aliens",
    "ALTER TABLE jobs DROP COLUMN alien",
)


class Changing(threading.Thread):
    """Makes and removes things that are warnings at every moment, until it is told to stop."""

    def __init__(self, alias: str) -> None:
        super().__init__(daemon=True)
        self.ended, self.rounds, self._alias = threading.Event(), 0, alias

    def run(self) -> None:
        # Each thread has its own connection.
        with connections[self._alias].cursor() as cursor:
            while not self.ended.is_set():
                for statement in CHANGES:
                    cursor.execute(statement)
                self.rounds += 1
        connections[self._alias].close()


@postgresql_only
def test_a_comparison_beside_changes_finds_what_is_there_and_nothing_else(scratch):
    guard.expected(scratch)
    changing = Changing(scratch)
    changing.start()
    told: Counter[str] = Counter()
    while told.total() < 60 or (changing.rounds < 20 and changing.is_alive()):
        report = guard.compare(scratch)
        told[" ".join(sorted({finding.id for finding in report.findings}))] += 1
        unread = {finding.actual for finding in report.errors}
        assert not report.errors or all("changed while it was" in actual for actual in unread), report.as_text()
    changing.ended.set()
    changing.join()
    assert changing.rounds >= 20


class Reading:
    """Stands for the reading of a catalog that fails a few times."""

    def __init__(self, *errors: Exception) -> None:
        self.errors = list(errors)

    def __call__(self, *args: object) -> str:
        if self.errors:
            raise self.errors.pop(0)
        return "a snapshot"


@postgresql_only
def test_what_was_dropped_meanwhile_is_read_anew(db, monkeypatch):
    monkeypatch.setattr(postgresql, "_read", Reading(GoneError("x"), GoneError("y")))
    assert snapshot(connection) == "a snapshot"


@postgresql_only
def test_a_schema_that_is_changed_again_and_again_is_told_as_such(db, monkeypatch):
    guard.forget()
    guard.expected()
    monkeypatch.setattr(postgresql, "_read", Reading(*[GoneError("alien is gone")] * 3))
    (finding,) = guard.compare().findings
    assert finding.id == "schema.E000"
    assert "changed while it was read" in finding.actual


@postgresql_only
def test_an_error_of_the_server_that_is_about_no_change_is_not_asked_again(db, monkeypatch):
    reading = Reading(*[InternalError("disk on fire")] * 2)
    monkeypatch.setattr(postgresql, "_read", reading)
    with pytest.raises(InternalError):
        snapshot(connection)
    assert len(reading.errors) == 1


def test_an_error_is_told_only_when_a_second_look_shows_it_too(db, monkeypatch):
    guard.forget()
    looks = iter([["E011"], [], ["E011"], ["E011"], ["E011"], ["E010"], ["E011"], ["E010"]])

    def look(*args: object) -> tuple[str, list[guard.Finding]]:
        return "a snapshot", [guard.Finding(id=f"schema.{number}", database="default") for number in next(looks)]

    monkeypatch.setattr(guard, "_look", look)
    told = [guard._settled(connection, guard.expected())[1] for _ in range(2)]
    assert [[finding.id for finding in found] for found in told] == [[], ["schema.E011"]]
    with pytest.raises(SnapshotError, match="changed while it was compared"):
        guard._settled(connection, guard.expected())
