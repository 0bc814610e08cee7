"""`make run`'s command, as a newcomer meets it: real processes, a real port."""

import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from io import StringIO
from pathlib import Path
from typing import Any

import httpx
import pytest
from django.conf import settings
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command
from django.db import connections
from pytest_django import DjangoDbBlocker

from pipeline.management import processes
from pipeline.management.processes import Ended
from pipeline.models import Job
from tests.databases import Server, connected, environment, run
from tests.schema.test_processes import eventually, noted

DEMO = [sys.executable, "manage.py", "demo"]
pytestmark = pytest.mark.timeout(240)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@contextmanager
def demo(url: str, port: int, log: Path, **extra: str) -> Iterator[str]:
    """The demo, serving; gives its output so far. Ended by Ctrl-C."""
    with log.open("w") as output:
        process = subprocess.Popen(
            [*DEMO, "--port", str(port)],
            cwd=settings.BASE_DIR,
            env=environment(url, **extra),
            stdout=output,
            stderr=output,
        )
    try:
        deadline = time.monotonic() + 100
        while "runs until Ctrl-C" not in log.read_text():
            assert process.poll() is None, log.read_text()
            assert time.monotonic() < deadline, log.read_text()
            time.sleep(0.2)
        yield log.read_text()
    finally:
        process.send_signal(signal.SIGINT)
        code = process.wait(30)
    assert code == 0, log.read_text()


def log_in(port: int, password: str, path: str = "/admin/prospects/prospect/") -> httpx.Response:
    with httpx.Client(base_url=f"http://127.0.0.1:{port}", follow_redirects=True, timeout=60) as client:
        page = client.get("/admin/login/")
        assert page.status_code == 200
        form = {"username": "admin", "password": password, "csrfmiddlewaretoken": client.cookies["csrftoken"]}
        return client.post(f"/admin/login/?next={path}", data=form)


def found(pattern: str, text: str) -> str:
    match = re.search(pattern, text)
    assert match, f"{pattern!r} is not in:\n{text}"
    return match[1]


@pytest.mark.slow
def test_it_serves_the_sample_and_a_second_run_changes_nothing(
    database_server: Server, tmp_path: Path, django_db_blocker: DjangoDbBlocker
) -> None:
    port, url = free_port(), database_server.create()
    with demo(url, port, tmp_path / "first.log") as output:
        assert "Loaded 6" in output
        password = found(r"User name: admin   Password: (\S+)", output)
        total = found(r"(\d+) prospects", log_in(port, password).text)
        assert httpx.get(f"http://127.0.0.1:{port}/static/admin/css/base.css", timeout=60).status_code == 200
    with demo(url, port, tmp_path / "second.log") as output:
        assert "Password:" not in output
        kinds = {"serve", "wsgi (gunicorn)", "db_worker", "run_scheduler"}
        with django_db_blocker.unblock():
            assert eventually(lambda: kinds == {row.kind for row in noted(url)}), "not every process has started"
        assert "Loaded" not in output
        assert found(r"(\d+) prospects", log_in(port, password).text) == total
    ended = (tmp_path / "second.log").read_text()
    assert "Asked to stop" in ended
    assert "Traceback" not in ended


@pytest.mark.slow
def test_a_column_lost_while_it_runs_stops_the_worker_and_leaves_the_server_to_show_it(
    database_server: Server, tmp_path: Path, django_db_blocker: DjangoDbBlocker
) -> None:
    port, url, log = free_port(), database_server.create(), tmp_path / "demo.log"
    with demo(url, port, log, SCHEMA_VERIFY_INTERVAL="1") as output:
        password = found(r"User name: admin   Password: (\S+)", output)
        with django_db_blocker.unblock():
            # A worker of the server that is still starting would refuse, and the server end with it.
            assert eventually(lambda: [row.kind for row in noted(url)].count("wsgi (gunicorn)") == 2)
            with connected(url) as alias, connections[alias].cursor() as cursor:
                cursor.execute("ALTER TABLE prospects DROP COLUMN bio_text")
        assert eventually(lambda: "The task worker has stopped, because" in log.read_text(), seconds=60)
        assert "The server stays up" in log.read_text()
        page = log_in(port, password, "/admin/schema/verifiedschema/")
        assert (page.status_code, "prospects.bio_text" in page.text) == (200, True)


@pytest.fixture
def prepared(db: None, settings: Any, monkeypatch: pytest.MonkeyPatch) -> Callable[[], str]:
    """Call it for what the demo says of the test's database, up to where it would start its processes."""
    settings.DEBUG = True
    monkeypatch.setattr(processes, "run", lambda *args: Ended(None, 0))

    def prepare() -> str:
        output = StringIO()
        with pytest.raises(SystemExit):
            call_command("demo", port=free_port(), stdout=output)
        return output.getvalue()

    return prepare


def test_a_database_in_use_gets_no_superuser_and_is_told_how_to_make_one(prepared: Callable[[], str]) -> None:
    Job.objects.create(job_type="scrape")
    said = prepared()
    assert "its data stays as it is" in said
    assert 'make manage ARGS="createsuperuser"' in said
    assert not User.objects.exists()


def test_a_database_in_use_with_a_superuser_is_left_without_a_word_about_one(prepared: Callable[[], str]) -> None:
    Job.objects.create(job_type="scrape")
    User.objects.create_superuser("root")
    assert "superuser" not in prepared()
    assert User.objects.count() == 1


def test_another_user_of_the_administrators_name_is_said_and_left_alone(prepared: Callable[[], str]) -> None:
    User.objects.create_user("admin")
    with pytest.raises(CommandError, match="a user named admin who is no superuser"):
        prepared()
    assert not User.objects.get().is_superuser


def test_a_busy_port_is_said_before_anything_is_done(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = str(server.getsockname()[1])
        done = run(*DEMO, "--port", port, database_url=f"sqlite:///{tmp_path / 'never.sqlite3'}", timeout=60)
    assert done.returncode == 1
    assert f"Port {port} of 127.0.0.1 is in use" in done.stderr
    assert "make run PORT=" in done.stderr
    assert "Traceback" not in done.stderr
    assert not (tmp_path / "never.sqlite3").exists()


def test_a_database_out_of_reach_is_said_without_a_traceback() -> None:
    url = "postgresql://nobody@127.0.0.1:1/nowhere"
    done = run(*DEMO, "--port", str(free_port()), database_url=url, timeout=60)
    assert done.returncode != 0
    assert "onnection refused" in done.stderr
    assert "Traceback" not in done.stderr


def test_it_refuses_to_make_up_data_in_production(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'production.sqlite3'}"
    production = {"DEBUG": "0", "SECRET_KEY": "0123456789" * 6, "ALLOWED_HOSTS": "plumbline.example.com"}
    done = run(*DEMO, database_url=url, timeout=60, **production)
    assert done.returncode == 1
    assert "needs DEBUG=1" in done.stderr
    assert not (tmp_path / "production.sqlite3").exists()


def python(code: str) -> list[str]:
    return [sys.executable, "-c", code]


def test_when_one_process_ends_the_others_are_stopped_and_its_exit_code_is_ours(tmp_path: Path) -> None:
    mark = tmp_path / "still-alive"
    begun = time.monotonic()
    other = python(f"import time, pathlib; time.sleep(60); pathlib.Path({str(mark)!r}).touch()")
    assert processes.run({"other": other, "brief": python("import sys; sys.exit(7)")}, lambda: True) == Ended(
        "brief", 7
    )
    assert time.monotonic() - begun < 50
    assert not mark.exists()


def test_others_go_on_after_an_end_that_the_caller_bears(tmp_path: Path) -> None:
    last = python("import sys, time; time.sleep(1); sys.exit(3)")
    asked = []

    def bears(ended: Ended) -> bool:
        asked.append(ended)
        return ended.command == "brief"

    assert processes.run({"brief": python("import sys; sys.exit(7)"), "last": last}, lambda: True, bears) == Ended(
        "last", 3
    )
    assert asked == [Ended("brief", 7)]


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 0), (signal.SIGTERM, 143), (signal.SIGHUP, 129)])
def test_a_signal_stops_every_process_also_one_that_ignores_it(
    number: signal.Signals, code: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(processes, "GRACE_SECONDS", 0.5)
    stubborn = python("import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); time.sleep(60)")
    begun = time.monotonic()

    def started() -> bool:
        time.sleep(0.5)
        signal.raise_signal(number)
        return True

    before = signal.getsignal(number)
    assert processes.run({"stubborn": stubborn, "idle": python("import time; time.sleep(60)")}, started) == Ended(
        None, code
    )
    assert time.monotonic() - begun < 50
    assert signal.getsignal(number) is before
