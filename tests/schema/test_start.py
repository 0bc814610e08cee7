"""Every way of starting, on every kind of trouble, with real processes: refused, told once, and no answer."""

import os
import re
import runpy
import subprocess
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.databases import ROOT, run
from tests.schema.starts import (
    AT_ONCE,
    COMMANDS,
    MANAGE,
    PATIENCE,
    PYTHON,
    SECONDS,
    SERVERS,
    WAYS,
    WORKER,
    comes_to,
    eventually,
    outcomes,
    started,
    status,
    wait_for_answer,
)
from tests.schema.troubles import ERRORS, database_in, execute, extra_environment

QUICK = ["runserver", "serve uvicorn", "gunicorn with two workers", "uvicorn", "worker", "a command"]


def assert_refused(way, trouble, outcome):
    said = f"{way}, {trouble}: exit code {outcome.code}, answers {outcome.answers}\n{outcome.printed}"
    assert outcome.code not in {None, 0}, said
    assert outcome.seconds <= SECONDS, f"{outcome.seconds:.1f} s for {said}"
    assert outcome.answers <= {None}, said
    assert f"schema.{trouble} error: " in outcome.printed, said
    blocks = re.findall(r"^schema\..*", outcome.printed, re.MULTILINE)
    assert len(blocks) == len(set(blocks)), said
    assert "Traceback" not in outcome.printed, said


def assert_started(way, outcome):
    said = f"{way}: exit code {outcome.code}, answers {outcome.answers}\n{outcome.printed}"
    if way in COMMANDS:
        assert outcome.code == 0, said
    else:
        assert outcome.code is None, said
        assert (200 in outcome.answers) if way in SERVERS else ("Starting worker" in outcome.printed), said
    assert "Traceback" not in outcome.printed, said


@pytest.fixture
def start(new_database, tmp_path, django_db_blocker):
    """Call it with a trouble and ways of starting for what came of each way, all on one database in that trouble."""

    def start(trouble, ways):
        with django_db_blocker.unblock():
            url = database_in(trouble, new_database)
        return outcomes(ways, url, tmp_path, **extra_environment(trouble))

    return start


def test_nothing_starts_without_a_column(start):
    for way, outcome in start("E011", QUICK).items():
        assert_refused(way, "E011", outcome)
        assert outcome.printed.count("schema.E011 error: auth_group.name: ") == 1, way


@pytest.mark.slow
@pytest.mark.timeout(300)
@pytest.mark.parametrize("trouble", ERRORS)
def test_nothing_starts_in_any_trouble(trouble, start):
    for way, outcome in start(trouble, WAYS).items():
        assert_refused(way, trouble, outcome)


@pytest.mark.parametrize(
    "ways",
    [
        pytest.param(["serve", "worker"], id="two ways"),
        pytest.param(WAYS, marks=pytest.mark.slow, id="every way"),
    ],
)
def test_every_process_starts_on_a_database_in_line(ways, start):
    for way, outcome in start("", ways).items():
        assert_started(way, outcome)
        assert "schema." not in outcome.printed, way


@pytest.mark.parametrize(
    "ways",
    [
        pytest.param(["serve", "worker"], id="two ways"),
        pytest.param(WAYS, marks=pytest.mark.slow, id="every way"),
    ],
)
def test_a_database_ahead_of_the_code_is_served_with_a_warning(ways, start):
    for way, outcome in start("W001", ways).items():
        assert_started(way, outcome)
        assert "schema.W001 warning: django_migrations (auth.9999_newer)" in outcome.printed, way


def test_serve_tells_when_the_server_does_not_exist(new_database):
    done = run(*MANAGE, "serve", "--", "no-such-server", "--port", "1", database_url=new_database(), timeout=60)
    assert (done.returncode, done.stderr) == (127, "CommandError: no-such-server: there is no such command.\n")


def test_what_serve_becomes_is_told_that_it_was_verified(new_database):
    is_told = "import os; print(os.environ['SCHEMA_VERIFIED_BY'] == str(os.getpid()))"
    done = run(*MANAGE, "serve", "--", PYTHON, "-c", is_told, database_url=new_database(), timeout=60)
    assert (done.returncode, done.stdout) == (0, "True\n"), done.stderr


def test_gunicorn_verifies_before_its_workers_unless_serve_has_just_done_so(monkeypatch):
    on_starting = runpy.run_path(str(ROOT / "gunicorn.conf.py"))["on_starting"]
    monkeypatch.setattr("subprocess.run", lambda *_, **__: subprocess.CompletedProcess([], returncode=1))
    monkeypatch.setenv("SCHEMA_VERIFIED_BY", str(os.getpid()))
    on_starting(None)
    monkeypatch.setenv("SCHEMA_VERIFIED_BY", str(os.getppid()))
    with pytest.raises(SystemExit) as refused:
        on_starting(None)
    assert refused.value.code == 1


def test_a_running_server_turns_unready_when_a_column_is_lost_and_ready_again(
    new_database, tmp_path, django_db_blocker
):
    log, url = tmp_path / "log", new_database()
    with started(SERVERS["gunicorn"], url, log, SCHEMA_VERIFY_INTERVAL="0.2") as (process, port):
        assert wait_for_answer(process, port, log) == 200, log.read_text()
        with django_db_blocker.unblock():
            execute(url, "ALTER TABLE auth_group RENAME COLUMN name TO mislaid")
            assert comes_to(port, 503), log.read_text()
            assert status(port) == 200
            execute(url, "ALTER TABLE auth_group RENAME COLUMN mislaid TO name")
        assert comes_to(port, 200), log.read_text()


@pytest.mark.parametrize(
    ("command", "ready"),
    [
        pytest.param(WORKER, "Starting worker", id="worker"),
        pytest.param((*MANAGE, "run_scheduler", "--interval", "0.2"), "looks every 0.2 seconds", id="scheduler"),
    ],
)
def test_what_runs_unasked_ends_with_the_report_when_a_column_is_lost(
    command, ready, new_database, tmp_path, django_db_blocker
):
    log, url = tmp_path / "log", new_database()
    with started(command, url, log, SCHEMA_VERIFY_INTERVAL="0.2") as (process, _):
        assert eventually(lambda: process.poll() is not None or ready in log.read_text())
        assert process.poll() is None, log.read_text()
        with django_db_blocker.unblock():
            execute(url, "ALTER TABLE auth_group RENAME COLUMN name TO mislaid")
        assert process.wait(PATIENCE) == 1, log.read_text()
    assert "no longer in line" in log.read_text()
    assert log.read_text().count("schema.E011 error: auth_group.name: ") == 1
    assert "Traceback" not in log.read_text()


MENDING = {
    "migrate --check": (*MANAGE, "migrate", "--check"),
    "migrate --plan": (*MANAGE, "migrate", "--plan"),
    "showmigrations": (*MANAGE, "showmigrations"),
    "sqlmigrate": (*MANAGE, "sqlmigrate", "auth", "0001"),
    "makemigrations": (*MANAGE, "makemigrations", "--check", "--dry-run"),
    "check": (*MANAGE, "check"),
    "check --database": (*MANAGE, "check", "--database", "default"),
    "dbshell": (*MANAGE, "dbshell", "--", "--version"),
    "schema diff": (*MANAGE, "schema", "diff"),
    "schema history": (*MANAGE, "schema", "history"),
    "schema selftest": (*MANAGE, "schema", "selftest"),
    "schema snapshot": (*MANAGE, "schema", "snapshot"),
    "schema repair": (*MANAGE, "schema", "repair", "--plan"),
}


@pytest.mark.slow
@pytest.mark.timeout(300)
@pytest.mark.parametrize("trouble", ERRORS)
def test_what_mends_and_inspects_runs_in_every_trouble(trouble, new_database, django_db_blocker):
    with django_db_blocker.unblock():
        url = database_in(trouble, new_database)

    def ended(command):
        return run(*command, database_url=url, timeout=PATIENCE, **extra_environment(trouble))

    with ThreadPoolExecutor(AT_ONCE) as pool:
        done = dict(zip(MENDING, pool.map(ended, MENDING.values()), strict=True))
    # It changes the database, so that it comes after all others.
    done["migrate"] = ended((*MANAGE, "migrate", "--noinput"))
    for name, process in done.items():
        said = f"{name}, {trouble}: exit code {process.returncode}\n{process.stdout}{process.stderr}"
        assert "Nothing was started" not in said
        assert "Traceback" not in said
        assert process.returncode in range(4), said
    assert done["schema diff"].returncode == (2 if trouble == "E000" else 1), done["schema diff"].stdout
