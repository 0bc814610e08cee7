"""The migration lock: one at a time, waiters know for whom they wait, and no dead process keeps it."""

import os
import signal
import socket
import subprocess
import sys

import pytest
from django.db import DEFAULT_DB_ALIAS, connection, connections
from django.db.utils import OperationalError

from config.schema.locks import LockLostError, lock_timeout, migration_lock, was_lock_timeout
from tests.databases import ROOT, connected, environment

HOLD = """
import django, os, sys, time
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
django.setup()
from config.schema.locks import migration_lock
with migration_lock("default", print):
    print("held", flush=True)
    time.sleep(60)
"""


@pytest.fixture
def holder(new_database):
    """A process that holds the lock of a new database, and that database's URL."""
    url = new_database()
    process = subprocess.Popen(
        [sys.executable, "-c", HOLD], cwd=ROOT, env=environment(url), stdout=subprocess.PIPE, text=True
    )
    assert process.stdout.readline() == "held\n"
    yield process, url
    process.kill()
    process.wait()


def test_a_waiter_names_the_holder_and_gets_the_lock_when_the_holder_is_killed(holder, django_db_blocker):
    process, url = holder
    told = []

    def tell(line):
        told.append(line)
        os.kill(process.pid, signal.SIGKILL)

    with django_db_blocker.unblock(), connected(url) as alias, migration_lock(alias, tell):
        pass
    (line,) = told
    assert f"migrate {process.pid}@{socket.gethostname()[:20]} since 20" in line


def test_the_lock_is_free_again_after_the_work_and_after_a_failure(scratch):
    for _ in range(2):
        with pytest.raises(ZeroDivisionError), migration_lock(scratch, pytest.fail):
            raise ZeroDivisionError
    with migration_lock(scratch, pytest.fail):
        pass


def url_of(alias):
    return connections[alias].settings_dict["URL"]


@pytest.mark.django_db
def test_a_database_in_memory_needs_no_lock():
    if connection.vendor != "sqlite":
        pytest.skip("PostgreSQL has no database in memory")
    with migration_lock(DEFAULT_DB_ALIAS, pytest.fail):
        pass


def test_a_lock_lost_on_the_way_is_told(scratch):
    if connections[scratch].vendor != "postgresql":
        pytest.skip("a lock file belongs to the process, not to a session")
    lock = migration_lock(scratch, pytest.fail)
    lock.__enter__()
    connections[scratch].close()
    with pytest.raises(LockLostError):
        lock.__exit__(None, None, None)


def test_a_statement_waits_no_longer_than_the_lock_timeout_and_the_session_keeps_its_own(scratch, new_database):
    if connections[scratch].vendor != "postgresql":
        pytest.skip("SQLite waits by its connection's timeout")
    with connected(url_of(scratch), "other") as other, connections[other].cursor() as blocker:
        blocker.execute("BEGIN")
        blocker.execute("LOCK TABLE prospects IN ACCESS SHARE MODE")
        with connections[scratch].cursor() as cursor:
            with pytest.raises(OperationalError) as caught, lock_timeout(connections[scratch], 0.2):
                cursor.execute("ALTER TABLE prospects ADD COLUMN pointless integer")
            assert was_lock_timeout(caught.value)
            cursor.execute("SHOW lock_timeout")
            assert cursor.fetchone() == ("0",)
        blocker.execute("ROLLBACK")
