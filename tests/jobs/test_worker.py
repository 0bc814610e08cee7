"""The worker's process: it outlives its database, and no receiver of webhooks has it for itself."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from cryptography.fernet import Fernet
from django.db import connection

from tests.imports.files import csv_file
from tests.jobs.live import Live, live_database
from tests.webhooks.receiver import listening

pytestmark = [pytest.mark.slow, pytest.mark.django_db]
ON_POSTGRESQL = pytest.mark.skipif(connection.vendor == "sqlite", reason="a file has no server that goes away")


@pytest.fixture
def live(tmp_path: Path) -> Iterator[Live]:
    with live_database(tmp_path) as live:
        yield live


@contextmanager
def worker_that_says(live: Live, folder: Path) -> Iterator[Callable[[], str]]:
    """A worker that must not end by itself; yields what it has said so far."""
    log = folder / "worker.log"
    with log.open("wb") as output:
        process = live.worker(output)
        try:
            yield log.read_text
            assert process.poll() is None, log.read_text()
        finally:
            process.kill()
            process.wait()


def queue_import(live: Live, folder: Path, rows: int) -> None:
    path = folder / "list.csv"
    path.write_bytes(csv_file(["domain"], *([f"s{n}.example"] for n in range(rows))))
    live.manage("import_prospects", str(path), "--yes", "--queue")


def job(live: Live) -> tuple:
    return live.query("SELECT status, done_items FROM jobs WHERE job_type = 'import'")[0]


@ON_POSTGRESQL
def test_a_worker_that_waits_outlives_a_lost_database(live: Live, tmp_path: Path) -> None:
    with worker_that_says(live, tmp_path) as said:
        live.wait(lambda: "Starting worker" in said())
        with live.away():
            live.wait(lambda: said().count("lost the database") >= 2)
        queue_import(live, tmp_path, 3)
        live.wait(lambda: job(live) == ("completed", 3))


@ON_POSTGRESQL
def test_a_job_in_work_goes_on_when_a_lost_database_is_back(live: Live, tmp_path: Path) -> None:
    with worker_that_says(live, tmp_path) as said:
        queue_import(live, tmp_path, 4000)
        live.wait(lambda: job(live)[1] > 0)
        with live.away():
            live.wait(lambda: "lost the database" in said())
        live.wait(lambda: job(live) == ("completed", 4000))
    assert live.query("SELECT count(*) FROM prospects") == [(4000,)]


EVENTS = """
from pipeline import webhooks
webhooks.subscribe({url!r}, ["job.finished"])
for number in range(40):
    webhooks.emit("job.finished", f"job:{{number}}", {{}})
"""


def test_a_slow_receiver_holds_up_neither_an_import_nor_the_workers_end(live: Live, tmp_path: Path) -> None:
    live.environment |= {"ENCRYPTION_KEY": Fernet.generate_key().decode(), "WEBHOOK_ALLOWED_HOSTS": "127.0.0.1"}
    with listening() as receiver:
        receiver.seconds = 2
        live.manage("shell", "-c", EVENTS.format(url=receiver.url))
        worker = live.worker()
        try:
            live.wait(lambda: receiver.received)
            queue_import(live, tmp_path, 2)
            live.wait(lambda: job(live) == ("completed", 2), seconds=40)
            told = len(receiver.received)
            live.wait(lambda: len(receiver.received) > told)
            worker.terminate()
            worker.wait(10)
        finally:
            worker.kill()
            worker.wait()
    assert len(receiver.received) < 40
    # With a lease of one second each pass took longer than that.
    assert live.query("SELECT count(*) FROM django_tasks_database_dbtaskresult WHERE status = 'FAILED'") == [(0,)]
