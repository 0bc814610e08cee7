"""Every way of starting, on every kind of trouble, with real processes: refused, told once, and no answer."""

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import httpx
import pytest
from django.db import connections

from tests.databases import ROOT, connected, environment, run

PYTHON = sys.executable
MANAGE = PYTHON, "manage.py"
GUNICORN = PYTHON, "-m", "gunicorn", "config.wsgi", "--bind", "127.0.0.1:{port}"
UVICORN = PYTHON, "-m", "uvicorn", "config.asgi:application", "--port", "{port}"

SERVERS = {
    "runserver": (*MANAGE, "runserver", "{port}"),
    "runserver without reload": (*MANAGE, "runserver", "--noreload", "{port}"),
    "serve": (*MANAGE, "serve", "--bind", "127.0.0.1:{port}"),
    "serve uvicorn": (*MANAGE, "serve", "--", *UVICORN),
    "serve several uvicorn": (*MANAGE, "serve", "--", *UVICORN, "--workers", "2"),
    "gunicorn": (*GUNICORN, "--workers", "1"),
    "gunicorn with two workers": (*GUNICORN, "--workers", "2"),
    "gunicorn preloaded": (*GUNICORN, "--workers", "1", "--preload"),
    "gunicorn with two workers preloaded": (*GUNICORN, "--workers", "2", "--preload"),
    "uvicorn": UVICORN,
}
WAYS = {
    **SERVERS,
    "worker": (*MANAGE, "db_worker"),
    "a command": (*MANAGE, "clearsessions"),
    "a command that skips checks": (*MANAGE, "clearsessions", "--skip-checks"),
    "an import of the application": (PYTHON, "-c", "import config.wsgi"),
}
# The promise is ten seconds; a machine that runs both suites at once gets twice that.
SECONDS = 20


def execute(url, *statements):
    with connected(url) as alias, connections[alias].cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)
    return url


def unreachable(url):
    if url.startswith("sqlite"):
        path = Path(url.removeprefix("sqlite:///"))
        path.unlink()
        path.mkdir()
        return url
    return url.replace("/plumbline_", "/gone_")


def only_postgresql(url, *statements):
    if url.startswith("sqlite"):
        pytest.skip("needs a statement that SQLite does not have")
    return execute(url, *statements)


TROUBLES = {
    "E000": unreachable,
    "E001": lambda url: execute(url, "DELETE FROM django_migrations WHERE app = 'sessions'"),
    "E002": lambda url: execute(
        url, "INSERT INTO django_migrations (app, name, applied) SELECT app, name, applied FROM django_migrations"
    ),
    "E003": lambda url: url,
    "E010": lambda url: execute(url, "DROP TABLE auth_group_permissions"),
    "E011": lambda url: execute(url, "ALTER TABLE auth_group RENAME COLUMN name TO mislaid"),
    "E012": lambda url: only_postgresql(url, "ALTER TABLE knox_authtoken ALTER COLUMN token_key TYPE varchar(5)"),
    "E013": lambda url: only_postgresql(url, "ALTER TABLE auth_user ALTER COLUMN last_login SET NOT NULL"),
    "E014": lambda url: only_postgresql(url, "ALTER TABLE auth_group ALTER COLUMN name DROP NOT NULL"),
    "E015": lambda url: only_postgresql(url, "ALTER TABLE knox_authtoken ADD COLUMN code integer NOT NULL"),
    "E016": lambda url: only_postgresql(url, "ALTER TABLE auth_group DROP CONSTRAINT auth_group_name_key"),
    "E017": lambda url: only_postgresql(url, "ALTER TABLE auth_group ALTER COLUMN id DROP IDENTITY"),
    "E019": lambda url: execute(
        url, "ALTER TABLE django_session RENAME TO kept", "CREATE VIEW django_session AS SELECT * FROM kept"
    ),
}


def extra_environment(trouble):
    return {"DJANGO_SETTINGS_MODULE": "tests.schema.late_model.settings"} if trouble == "E003" else {}


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@contextlib.contextmanager
def started(command, url, log, **extra):
    """The process and its port; ended at the end, with all it has started."""
    port = free_port()
    with log.open("w") as output:
        process = subprocess.Popen(
            [part.format(port=port) for part in command],
            cwd=ROOT,
            env=environment(url, HOME=str(log.parent), **extra),
            stdout=output,
            stderr=output,
            start_new_session=True,
        )
    try:
        yield process, port
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def status(port, path="/livez"):
    """What the port answers, or None while nothing listens."""
    try:
        return httpx.get(f"http://127.0.0.1:{port}{path}", timeout=5, follow_redirects=True).status_code
    except httpx.TransportError:
        return None


def assert_refused(way, trouble, new_database, tmp_path):
    url, log = TROUBLES[trouble](new_database()), tmp_path / "log"
    answers = set()
    with started(WAYS[way], url, log, **extra_environment(trouble)) as (process, port):
        deadline = time.monotonic() + SECONDS
        while process.poll() is None and time.monotonic() < deadline:
            answers.add(status(port))
            time.sleep(0.05)
        code = process.poll()
    printed = log.read_text()
    assert code not in {None, 0}, f"exit code {code}\n{printed}"
    assert answers <= {None}, printed
    assert f"schema.{trouble} error: " in printed
    blocks = [line for line in printed.splitlines() if line.startswith("schema.")]
    assert len(blocks) == len(set(blocks)), printed
    assert "Traceback" not in printed
    return printed


def quick_first(names, quick):
    """All the names as parameters, those that are not among the quick ones marked slow."""
    return [pytest.param(name, marks=[] if name in quick else pytest.mark.slow) for name in names]


@pytest.mark.parametrize(
    "way",
    quick_first(WAYS, {"runserver", "serve uvicorn", "gunicorn with two workers", "uvicorn", "worker", "a command"}),
)
def test_nothing_starts_without_a_column(way, new_database, tmp_path, django_db_blocker):
    with django_db_blocker.unblock():
        printed = assert_refused(way, "E011", new_database, tmp_path)
    assert printed.count("schema.E011 error: auth_group.name: ") == 1


@pytest.mark.exhaustive
@pytest.mark.timeout(120)
@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("trouble", sorted(TROUBLES.keys() - {"E011"}))
def test_nothing_starts_in_any_trouble(way, trouble, new_database, tmp_path, django_db_blocker):
    with django_db_blocker.unblock():
        assert_refused(way, trouble, new_database, tmp_path)


def wait_for_answer(process, port, log):
    deadline = time.monotonic() + 2 * SECONDS
    while (answer := status(port)) is None and time.monotonic() < deadline:
        assert process.poll() is None, log.read_text()
        time.sleep(0.1)
    return answer


@pytest.mark.parametrize("server", quick_first(SERVERS, {"serve"}))
def test_each_server_starts_and_is_ready_on_a_database_in_line(server, new_database, tmp_path):
    log = tmp_path / "log"
    with started(SERVERS[server], new_database(), log) as (process, port):
        assert wait_for_answer(process, port, log) == 200, log.read_text()
        assert status(port, "/readyz") == 200
    assert "schema." not in log.read_text()


def test_serve_tells_when_the_server_does_not_exist(new_database):
    done = run(*MANAGE, "serve", "--", "no-such-server", "--port", "1", database_url=new_database(), timeout=60)
    assert (done.returncode, done.stderr) == (127, "CommandError: no-such-server: there is no such command.\n")


def test_a_database_ahead_of_the_code_is_served_with_a_warning(new_database, tmp_path, django_db_blocker):
    log = tmp_path / "log"
    with django_db_blocker.unblock():
        url = execute(
            new_database(),
            "INSERT INTO django_migrations (app, name, applied) VALUES ('auth', '9999_newer', CURRENT_TIMESTAMP)",
        )
    with started(SERVERS["serve"], url, log) as (process, port):
        assert wait_for_answer(process, port, log) == 200, log.read_text()
    assert "schema.W001 warning: django_migrations (auth.9999_newer)" in log.read_text()


def test_a_running_server_turns_unready_when_a_column_is_lost_and_ready_again(
    new_database, tmp_path, django_db_blocker
):
    log, url = tmp_path / "log", new_database()
    with started(SERVERS["gunicorn"], url, log, SCHEMA_VERIFY_INTERVAL="0.2") as (process, port):
        assert wait_for_answer(process, port, log) == 200, log.read_text()
        with django_db_blocker.unblock():
            execute(url, "ALTER TABLE auth_group RENAME COLUMN name TO mislaid")
            time.sleep(0.3)
            assert (status(port, "/readyz"), status(port, "/livez")) == (503, 200)
            execute(url, "ALTER TABLE auth_group RENAME COLUMN mislaid TO name")
        time.sleep(0.3)
        assert status(port, "/readyz") == 200


def test_a_running_worker_ends_with_the_report_when_a_column_is_lost(new_database, tmp_path, django_db_blocker):
    log, url = tmp_path / "log", new_database()
    with started(WAYS["worker"], url, log, SCHEMA_VERIFY_INTERVAL="0.2") as (process, _):
        deadline = time.monotonic() + SECONDS
        while "Starting worker" not in log.read_text() and time.monotonic() < deadline:
            assert process.poll() is None, log.read_text()
            time.sleep(0.1)
        with django_db_blocker.unblock():
            execute(url, "ALTER TABLE auth_group RENAME COLUMN name TO mislaid")
        assert process.wait(SECONDS) == 1, log.read_text()
    assert "no longer in line" in log.read_text()
    assert log.read_text().count("schema.E011 error: auth_group.name: ") == 1
    assert "Traceback" not in log.read_text()


MENDING = {
    "migrate": (*MANAGE, "migrate", "--noinput"),
    "migrate --check": (*MANAGE, "migrate", "--check"),
    "migrate --plan": (*MANAGE, "migrate", "--plan"),
    "showmigrations": (*MANAGE, "showmigrations"),
    "makemigrations": (*MANAGE, "makemigrations", "--check", "--dry-run"),
    "schema diff": (*MANAGE, "schema", "diff"),
    "schema repair": (*MANAGE, "schema", "repair", "--plan"),
}


@pytest.mark.exhaustive
@pytest.mark.timeout(120)
@pytest.mark.parametrize("trouble", sorted(TROUBLES.keys() - {"E000"}))
def test_what_mends_and_inspects_runs_in_every_trouble(trouble, new_database, tmp_path, django_db_blocker):
    with django_db_blocker.unblock():
        url = TROUBLES[trouble](new_database())
    for name, command in MENDING.items():
        log = tmp_path / "log"
        with started(command, url, log, **extra_environment(trouble)) as (process, _):
            process.wait(3 * SECONDS)
        assert "Nothing was started" not in log.read_text(), name
        assert "Traceback" not in log.read_text(), name
