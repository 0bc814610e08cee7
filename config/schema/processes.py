"""Which process verified the schema when, and what it found: one row per process, in each guarded database.

A row is a note and nothing depends on it: where it cannot be written, the process goes without, and the page says so.
"""

from __future__ import annotations

import os
import socket
import sys
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import TYPE_CHECKING

from django.db import DatabaseError, InterfaceError, connections, transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from django.utils import timezone

from config.schema.conf import schema_settings
from config.schema.locks import was_lock_timeout

if TYPE_CHECKING:
    from config.schema.findings import Report

KEPT_FOR = timedelta(days=1)
# A process that was refused has ended; one that is started again and again leaves a row each time.
REFUSED_KEPT_FOR = timedelta(hours=1)
# A start and a probe wait no longer than this for a note.
_WAIT_MS = 500
# A role without the right, or a standby, is not asked again at each verification.
_RETRY_SECONDS = 600.0
_SERVERS = ("gunicorn", "uvicorn", "hypercorn", "daphne", "granian", "waitress", "uwsgi", "mod_wsgi")


class _ThisProcess:
    """What this process is; none that has not announced itself is noted."""

    kind: str | None = None
    silent = False
    #: The process that has written its first note: a fork has not.
    noted_pid: int | None = None


_failures: dict[str, tuple[str, float]] = {}


def announce(kind: str) -> None:
    """This process runs on, as `kind`: its verifications are noted from now on."""
    _ThisProcess.kind = None if _ThisProcess.silent else kind


def stay_silent() -> None:
    """For a process that looks for another one and ends: it is not noted, whatever it announces."""
    _ThisProcess.silent, _ThisProcess.kind = True, None


def served_by(interface: str) -> str:
    """`wsgi (gunicorn)`: the interface and the server that has imported the application, if it is a known one."""
    server = next((name for name in _SERVERS if name in sys.modules), None)
    return f"{interface} ({server})" if server else interface


def record(reports: Iterable[Report]) -> None:
    """Note what this process has found, in each database it is about; raises nothing that a database can.

    Inside a transaction nothing is noted: it is the caller's. Nor is a process that has not announced itself: commands
    that end, and `migrate`, of which a second run must change nothing.
    """
    kind = _ThisProcess.kind
    if kind is None:
        return
    for report in reports:
        if _may_be_noted(report):
            _try(report, kind)


def failure(using: str) -> str:
    """Why this process cannot note its verifications of a database; empty when it can, or has not tried."""
    return _failures.get(using, ("", 0.0))[0]


def _may_be_noted(report: Report) -> bool:
    from config.schema.fingerprint import managed_tables
    from config.schema.models import ProcessVerification

    connection = connections[report.database]
    unreachable = any(finding.id == "schema.E000" for finding in report.findings)
    if unreachable or connection.in_atomic_block or _failed_lately(report.database):
        return False
    return ProcessVerification._meta.db_table in managed_tables(connection)


def _failed_lately(using: str) -> bool:
    return using in _failures and time.monotonic() - _failures[using][1] < _RETRY_SECONDS


def _try(report: Report, kind: str) -> None:
    using = report.database
    try:
        with _short_wait(connections[using]):
            _write(report, kind)
    except (DatabaseError, InterfaceError) as error:
        # Busy now is no reason: the next verification tries again.
        if not (isinstance(error, DatabaseError) and was_lock_timeout(error)):
            _failures[using] = " ".join(str(error).split()), time.monotonic()
    else:
        _failures.pop(using, None)


def _write(report: Report, kind: str) -> None:
    from config.schema.models import ProcessVerification

    now, rows = timezone.now(), ProcessVerification.objects.using(report.database)
    if _ThisProcess.noted_pid != os.getpid():
        # Rows are made by starts, so it is enough that starts remove old ones.
        rows.filter(verified_at__lt=now - KEPT_FOR).delete()
        rows.filter(verified_at__lt=now - REFUSED_KEPT_FOR).exclude(errors=[]).delete()
        _ThisProcess.noted_pid = os.getpid()
    note = ProcessVerification(
        alias=report.database,
        host=socket.gethostname(),
        pid=os.getpid(),
        kind=kind,
        version=schema_settings().version,
        verified_at=now,
        errors=sorted({finding.id for finding in report.errors}),
        warnings=sorted({finding.id for finding in report.warnings}),
        fingerprint=report.fingerprint,
    )
    rows.bulk_create(
        [note],
        update_conflicts=True,
        unique_fields=("alias", "host", "pid"),
        update_fields=("kind", "version", "verified_at", "errors", "warnings", "fingerprint"),
    )


@contextmanager
def _short_wait(connection: BaseDatabaseWrapper) -> Iterator[None]:
    """A transaction in which no statement waits long for others."""
    if connection.vendor == "sqlite":
        with _busy_timeout(connection), transaction.atomic(connection.alias):
            yield
        return
    with transaction.atomic(connection.alias):
        with connection.cursor() as cursor:
            cursor.execute("SELECT set_config('lock_timeout', %s, true)", [f"{_WAIT_MS}ms"])
        yield


@contextmanager
def _busy_timeout(connection: BaseDatabaseWrapper) -> Iterator[None]:
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA busy_timeout")
        (before,) = cursor.fetchone()
        cursor.execute(f"PRAGMA busy_timeout = {_WAIT_MS:d}")
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute(f"PRAGMA busy_timeout = {before:d}")
