"""What each PostgreSQL session is told when it begins."""

import sys
from collections.abc import Iterator

import pytest
from django.db import OperationalError, connection, connections
from django.test import RequestFactory
from pytest_django.plugin import DjangoDbBlocker

from config import database
from config.api.problems import exception_handler
from tests.databases import connected, run

pytestmark = pytest.mark.skipif(connection.vendor == "sqlite", reason="a file has no sessions")


@pytest.fixture
def session(new_database, django_db_blocker: DjangoDbBlocker) -> Iterator[str]:
    """The alias of a database that nobody is connected to yet."""
    with django_db_blocker.unblock(), connected(new_database()) as alias:
        yield alias


def told(alias: str, name: str) -> str:
    with connections[alias].cursor() as cursor:
        cursor.execute(f"SHOW {name}")
        return cursor.fetchone()[0]


def test_nothing_is_compiled_and_commands_are_not_limited(session: str) -> None:
    assert [told(session, name) for name in ("jit", "statement_timeout", "lock_timeout")] == ["off", "0", "0"]


def test_a_server_waits_for_no_statement_for_ever(session: str, settings, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.DATABASE_STATEMENT_TIMEOUT = 1
    monkeypatch.setattr(database._ThisProcess, "serves", True)
    assert [told(session, name) for name in ("statement_timeout", "lock_timeout")] == ["1s", "500ms"]
    with pytest.raises(OperationalError) as cancelled, connections[session].cursor() as cursor:
        cursor.execute("SELECT pg_sleep(20)")
    response = exception_handler(cancelled.value, {"request": RequestFactory().get("/")})
    assert (response.status_code, response.data["code"]) == (503, "busy")


@pytest.mark.parametrize("entry", ["wsgi", "asgi"])
def test_both_entry_points_are_servers(new_database, entry: str) -> None:
    show = "connection.cursor().execute('SHOW statement_timeout').fetchone()"
    script = f"import config.{entry}; from django.db import connection; print({show})"
    done = run(sys.executable, "-c", script, database_url=new_database(), DATABASE_STATEMENT_TIMEOUT="7")
    assert done.stdout == "('7s',)\n", done.stderr
