"""Whether this running process may be given work: the start check again, at an interval and never per request."""

import os
import signal
import time
from collections.abc import Callable
from dataclasses import dataclass
from threading import Event, Lock, Thread

from django.core.management.base import SystemCheckError
from django.db import connections

from config.schema.conf import guarded_databases, schema_settings
from config.schema.entry import recorded_reports
from config.schema.findings import Finding, Report

# A lost database is asked for again sooner: that costs little, and it may be back.
_UNREACHABLE_SECONDS = 1.0
# After this long a verification that has not come back says as much as one that failed.
_PATIENCE_SECONDS = 10.0


@dataclass(frozen=True, slots=True)
class _Outcome:
    reports: list[Report]
    at: float

    def lasts(self) -> float:
        unreachable = any(finding.id == "schema.E000" for report in self.reports for finding in report.findings)
        interval = schema_settings().verify_interval
        return min(interval, _UNREACHABLE_SECONDS) if unreachable else interval


class Readiness:
    """What the last verification found. Any number of threads may ask: one verifies, and the others do not wait."""

    def __init__(self, verify: Callable[[], list[Report]], now: Callable[[], float] = time.monotonic) -> None:
        self._verify, self._now = verify, now
        self._last: _Outcome | None = None
        self._verifying = Lock()

    def reports(self) -> list[Report]:
        """A report of each guarded database, no older than SCHEMA["VERIFY_INTERVAL"] seconds.

        While another thread verifies it may be older, but once that takes long the answer is schema.E000.
        """
        last = self._last
        if last and self._now() - last.at < last.lasts():
            return last.reports
        if self._verifying.acquire(timeout=_PATIENCE_SECONDS if last is None else 0):
            try:
                return self._renewed(last)
            finally:
                self._verifying.release()
        return last.reports if last and self._now() - last.at < last.lasts() + _PATIENCE_SECONDS else _no_answer()

    def _renewed(self, seen: _Outcome | None) -> list[Report]:
        # The thread that had the lock before may have done the work.
        if self._last is None or self._last is seen:
            self._last = _Outcome(self._verify(), self._now())
        return self._last.reports


def _no_answer() -> list[Report]:
    return [
        Report.of(
            [
                Finding(
                    id="schema.E000",
                    database=alias,
                    expected="a database that answers",
                    actual=f"no answer for more than {_PATIENCE_SECONDS:.0f} seconds",
                    breaks="whether the schema is in line is not known",
                    command="look at the server's load and locks",
                )
            ],
            alias,
        )
        for alias in guarded_databases()
    ]


#: This process's own.
readiness = Readiness(recorded_reports)


def require_in_line() -> None:
    """For a process that no probe asks: verify when the interval is over. Raises SystemCheckError with the report.

    A lost database is not its business: it comes back, and what it holds may be in line.
    """
    found = readiness.reports()
    if any(finding.id != "schema.E000" for report in found for finding in report.errors):
        texts = [report.as_text() for report in found if not report.ok]
        raise SystemCheckError("\n\n".join(["The database is no longer in line with the code. Stopped.", *texts]))


class Lookout(Thread):
    """For a process that is busy with other things, such as a worker: asks at the interval, and ends it by SIGTERM."""

    def __init__(self) -> None:
        super().__init__(name="schema lookout", daemon=True)
        self.refusal: SystemCheckError | None = None
        self._ended = Event()

    def run(self) -> None:
        """Unwatched this process must not go on, whatever has ended the look-out: Python itself prints what it was."""
        try:
            self._look_out()
        finally:
            if not self._ended.is_set():
                self.refusal = self.refusal or SystemCheckError(
                    "Nobody looks after the schema any more: verifying it failed with an error. Stopped."
                )
                os.kill(os.getpid(), signal.SIGTERM)

    def _look_out(self) -> None:
        while not self._ended.wait(schema_settings().verify_interval):
            try:
                require_in_line()
            except SystemCheckError as refusal:
                self.refusal = refusal
                return
            finally:
                connections.close_all()

    def stop(self) -> None:
        """End the thread. Raises SystemCheckError with the report when it has ended the process."""
        self._ended.set()
        if self.refusal:
            raise self.refusal
