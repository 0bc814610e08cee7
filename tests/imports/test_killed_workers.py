"""Workers that are killed at any point of an import lose nothing and do nothing twice."""

import random
import subprocess
import time
from pathlib import Path

import pytest
from django.db import connection
from django_tasks_db.models import DBTaskResult

from tests.imports.files import csv_file
from tests.jobs.live import Live, live_database

STANDING_BY = 3


@pytest.fixture
def live(tmp_path: Path):
    with live_database(tmp_path) as live:
        yield live


def queued(live: Live, folder: Path, rows: int) -> None:
    content = csv_file(
        ["domain", "email", "category"],
        # Of ten rows one is refused and one is a duplicate.
        *(
            ["wrong" if n % 10 == 0 else f"s{n - n % 10 // 9}.example", f"x{n}@s.example" if n % 3 else "", "tea"]
            for n in range(rows)
        ),
    )
    path = folder / "list.csv"
    path.write_bytes(content)
    live.manage("import_prospects", str(path), "--yes", "--queue")


def settled(live: Live) -> bool:
    return live.query("SELECT count(*) FROM jobs WHERE status IN ('pending', 'running')") == [(0,)]


def assert_all_done_once(live: Live, rows: int) -> None:
    statuses = dict(live.query("SELECT status, count(*) FROM import_rows GROUP BY status"))
    assert statuses == {"created": rows * 8 // 10, "skipped": rows // 10, "refused": rows // 10}
    assert live.query("SELECT count(*), count(DISTINCT domain_key) FROM prospects") == [(statuses["created"],) * 2]
    created = "SELECT count(*), count(DISTINCT prospect_id) FROM prospect_events WHERE kind = 'created'"
    assert live.query(created) == [(statuses["created"],) * 2]
    job = live.query("SELECT status, total_targets, done_items, failed_items FROM jobs")
    assert job == [("completed", rows, rows * 9 // 10, rows // 10)]


def progress(live: Live) -> int:
    return live.query("SELECT done_items + failed_items FROM jobs")[0][0]


def holder(live: Live, workers: list["subprocess.Popen[bytes]"]) -> "subprocess.Popen[bytes] | None":
    """The one of these workers that holds the job."""
    held = {row[0].rpartition(":")[2] for row in live.query("SELECT worker FROM jobs WHERE status = 'running'")}
    return next((worker for worker in workers if str(worker.pid) in held), None)


def kill_at_random(live: Live, kills: int) -> int:
    """Kill the worker that holds the job, a random while after it has taken it over, again and again; how often.

    Others stand by and take over as soon as the lease is over: one that had still to start would be killed before it
    had begun. Every third is left to write something first, since a job that kills worker after worker is given up.
    """
    workers = [live.worker() for _ in range(STANDING_BY)]
    killed = 0
    try:
        while killed < kills and not settled(live):
            live.wait(lambda: settled(live) or holder(live, workers) is not None)
            if killed % 3 == 2:
                written = progress(live)
                live.wait(lambda: settled(live) or progress(live) > written)  # noqa: B023  called at once
            time.sleep(random.uniform(0, 0.05))
            if victim := holder(live, workers):
                victim.kill()
                victim.wait()
                workers.remove(victim)
                workers.append(live.worker())
                killed += 1
    finally:
        for worker in workers:
            worker.kill()
            worker.wait()
    return killed


def prove(live: Live, folder: Path, rows: int, kills: int) -> None:
    queued(live, folder, rows)
    assert kill_at_random(live, kills) == kills, "the import was done before all workers were killed"
    with live.workers(1):
        live.wait(lambda: settled(live), seconds=600)
        # The reaper of a worker also ends the queue's entries of those that were killed.
        live.wait(
            lambda: live.query(f"SELECT count(*) FROM {DBTaskResult._meta.db_table} WHERE status = 'RUNNING'") == [(0,)]
        )
    assert_all_done_once(live, rows)


@pytest.mark.slow
@pytest.mark.django_db
@pytest.mark.timeout(600)
def test_ten_kills_in_an_import_of_2000_rows(live: Live, tmp_path: Path) -> None:
    prove(live, tmp_path, rows=2000, kills=10)


@pytest.mark.exhaustive
@pytest.mark.django_db
@pytest.mark.timeout(1200)
def test_thirty_kills_in_an_import_of_5000_rows(live: Live, tmp_path: Path) -> None:
    prove(live, tmp_path, rows=5000, kills=30)


@pytest.mark.slow
@pytest.mark.django_db
@pytest.mark.timeout(600)
@pytest.mark.skipif("connection.vendor == 'sqlite'", reason="SQLite has one writer")
def test_four_workers_share_imports_without_deadlock(live: Live, tmp_path: Path) -> None:
    assert connection.vendor == "postgresql"
    queued(live, tmp_path, 2000)
    for _ in range(3):
        # The same rows again, at the same time: whoever comes first creates them.
        live.manage("import_prospects", str(tmp_path / "list.csv"), "--yes", "--queue")
    with live.workers(4):
        live.wait(lambda: settled(live), seconds=300)
    assert live.query("SELECT count(*) FROM jobs WHERE status = 'completed'") == [(4,)]
    assert live.query("SELECT count(*), count(DISTINCT domain_key) FROM prospects") == [(1600, 1600)]
    assert live.query("SELECT count(*) FROM import_rows WHERE status = 'created'") == [(1600,)]
    assert live.query("SELECT count(DISTINCT worker) FROM jobs") > [(1,)]
