"""One `migrate` at a time on one database: a PostgreSQL session lock, or a lock file beside an SQLite database.

The system releases either when its holder dies, however it dies.
"""

import fcntl
import os
import socket
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from zlib import crc32

from django.db import DatabaseError, NotSupportedError, connections
from django.db.backends.base.base import BaseDatabaseWrapper

Told = Callable[[str], None]

# Every process that migrates this database must ask for the same two numbers.
_KEY = crc32(b"django schema guard") >> 1, crc32(b"migrate") >> 1
_LOCK_NOT_AVAILABLE, _DEADLOCK = "55P03", "40P01"
_POLL_SECONDS = 0.2
_REMIND_SECONDS = 30.0
_HOST_LENGTH = 20  # the whole description has to fit PostgreSQL's application_name, 63 bytes


class LockLostError(Exception):
    """The session that held the lock ended before its work did: somebody else may have migrated meanwhile."""


@contextmanager
def migration_lock(using: str, tell: Told) -> Iterator[None]:
    """Hold the migration lock of this database while inside; wait for whoever holds it.

    While it waits, `tell` is called with a line that names the holder: process, host, since when.
    Raises LockLostError at the end when the lock was lost on the way.
    """
    connection = connections[using]
    if connection.vendor == "postgresql":
        lock = _session_lock(connection, tell)
    elif connection.vendor == "sqlite":
        lock = _file_lock(_database_file(connection), tell)
    else:
        raise NotSupportedError(f"The schema guard runs on PostgreSQL and SQLite, not on {connection.display_name}.")
    with lock:
        yield


def this_process() -> str:
    """This process as those are told about it who wait for it."""
    since = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    return f"migrate {os.getpid()}@{socket.gethostname()[:_HOST_LENGTH]} since {since}"


def _wait(acquired: Callable[[], bool], holder: Callable[[], str], tell: Told) -> None:
    told, told_at = "", 0.0
    while not acquired():
        name, now = holder(), time.monotonic()
        if name and (name != told or now - told_at > _REMIND_SECONDS):
            tell(f"Waiting for another migration of this database: {name}")
            told, told_at = name, now
        time.sleep(_POLL_SECONDS)


@contextmanager
def _session_lock(connection: BaseDatabaseWrapper, tell: Told) -> Iterator[None]:
    """On the session that migrates: when its process is killed, the lock lasts until its last statement has ended."""
    before = str(_value(connection, "SELECT current_setting('application_name')"))
    _name_session(connection, this_process())
    # Asked for again and again: a session blocked in the question would hold up CREATE INDEX CONCURRENTLY.
    _wait(
        lambda: bool(_value(connection, "SELECT pg_try_advisory_lock(%s, %s)", _KEY)), lambda: _holder(connection), tell
    )
    try:
        yield
    finally:
        # The connection may be the trouble itself; then the lock went with it.
        released = _is_alive(connection) and _release(connection, before)
    if not released:
        raise LockLostError("The session that held the migration lock was closed on the way. Run migrate again.")


def _is_alive(connection: BaseDatabaseWrapper) -> bool:
    return connection.connection is not None and connection.is_usable()


def _release(connection: BaseDatabaseWrapper, name: str) -> bool:
    _name_session(connection, name)
    return bool(_value(connection, "SELECT pg_advisory_unlock(%s, %s)", _KEY))


def _name_session(connection: BaseDatabaseWrapper, name: str) -> None:
    _value(connection, "SELECT set_config('application_name', %s, false)", (name,))


def _holder(connection: BaseDatabaseWrapper) -> str:
    """The session that holds the lock, or nothing when it has just been released."""
    sql = """
        SELECT format('%%s (server process %%s)', coalesce(nullif(application_name, ''), usename), pid)
          FROM pg_locks JOIN pg_stat_activity USING (pid)
         WHERE locktype = 'advisory' AND granted AND (classid, objid, objsubid) = (%s, %s, 2)
           AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
    """
    return str(_value(connection, sql, _KEY) or "")


def _value(connection: BaseDatabaseWrapper, sql: str, parameters: tuple[str | int, ...] = ()) -> object:
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        row = cursor.fetchone()
    return row[0] if row else None


@contextmanager
def lock_timeout(connection: BaseDatabaseWrapper, seconds: float) -> Iterator[None]:
    """No statement inside waits longer than this for a lock, so that nothing queues behind it; SQLite has its own."""
    if connection.vendor != "postgresql":
        yield
        return
    before = str(_value(connection, "SELECT current_setting('lock_timeout')"))
    set_lock_timeout(connection, seconds)
    try:
        yield
    finally:
        if _is_alive(connection):
            _value(connection, "SELECT set_config('lock_timeout', %s, false)", (before,))


def set_lock_timeout(connection: BaseDatabaseWrapper, seconds: float) -> None:
    """For the session; 0 waits for ever. Does nothing on SQLite."""
    if connection.vendor == "postgresql":
        _value(connection, "SELECT set_config('lock_timeout', %s, false)", (f"{round(seconds * 1000)}ms",))


def was_lock_timeout(error: DatabaseError) -> bool:
    """Whether the statement failed only because others held what it wanted, so that trying again makes sense."""
    cause = error.__cause__
    busy = getattr(cause, "sqlite_errorcode", 0) & 0xFF in {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}
    return busy or getattr(cause, "sqlstate", None) in {_LOCK_NOT_AVAILABLE, _DEADLOCK}


@contextmanager
def _file_lock(database: Path | None, tell: Told) -> Iterator[None]:
    """Beside the database, and never removed: a waiter may have it open."""
    if database is None:  # in memory: nobody else can reach it
        yield
        return
    with database.with_name(f"{database.name}-migrate.lock").open("a+") as file:
        _wait(lambda: _lock_at_once(file.fileno()), lambda: _content(file.name), tell)
        file.truncate(0)
        file.write(this_process())
        file.flush()
        yield
        file.truncate(0)


def _database_file(connection: BaseDatabaseWrapper) -> Path | None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT file FROM pragma_database_list WHERE name = 'main'")
        (name,) = cursor.fetchone()
    return Path(name) if name else None


def _lock_at_once(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _content(path: str) -> str:
    return Path(path).read_text(encoding="utf-8")
