"""Databases of their own for tests that start processes or change a schema for good: `new_database()` makes a copy."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit
from uuid import uuid4

import pytest
from django.db import connections

ROOT = Path(__file__).parent.parent


class Server:
    """Makes and removes databases on the engine of this run; a database is known by its URL."""

    def __init__(self, folder: Path) -> None:
        self.base = urlsplit(os.environ["DATABASE_URL"])
        self.folder = folder
        self.made: list[str] = []

    @property
    def is_postgresql(self) -> bool:
        return self.base.scheme != "sqlite"

    def create(self, template: str | None = None) -> str:
        """An empty database, or a copy of the template; its URL."""
        name = f"plumbline_{uuid4().hex[:12]}"
        if not self.is_postgresql:
            path = self.folder / f"{name}.sqlite3"
            if template:
                shutil.copyfile(template.removeprefix("sqlite:///"), path)
            return f"sqlite:///{path}"
        self._administer(f"CREATE DATABASE {name}" + (f" TEMPLATE {self._name(template)}" if template else ""))
        self.made.append(name)
        return urlunsplit(self.base._replace(path=f"/{name}"))

    def remove_all(self) -> None:
        """On a server that stays; the run's own goes as a whole, which is a minute faster."""
        if "TEST_DATABASE_URL" not in os.environ:
            return
        for name in self.made:
            self._administer(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")

    def _name(self, url: str) -> str:
        return urlsplit(url).path.removeprefix("/")

    def _administer(self, sql: str) -> None:
        import psycopg

        with psycopg.connect(urlunsplit(self.base), autocommit=True) as connection:
            connection.execute(sql)


@pytest.fixture(scope="session")
def database_server(tmp_path_factory) -> Iterator[Server]:
    server = Server(tmp_path_factory.mktemp("databases"))
    yield server
    server.remove_all()


@pytest.fixture(scope="session")
def migrated_template(database_server) -> str:
    """A database that `manage.py migrate` has made, once a run. Copy it, never use it."""
    url = database_server.create()
    done = run(sys.executable, "manage.py", "migrate", "-v0", database_url=url, timeout=300)
    assert done.returncode == 0, done.stderr
    return url


@pytest.fixture
def new_database(database_server, migrated_template) -> Callable[..., str]:
    """Call it for the URL of a new migrated database, or of an empty one: `new_database(migrated=False)`."""
    return lambda migrated=True: database_server.create(migrated_template if migrated else None)


@pytest.fixture
def scratch(new_database, settings, django_db_blocker) -> Iterator[str]:
    """The alias of a migrated database of its own, the only one that the guard watches during the test."""
    with django_db_blocker.unblock(), connected(new_database()) as alias:
        settings.SCHEMA = {**settings.SCHEMA, "DATABASES": [alias]}
        yield alias


@contextmanager
def connected(url: str, alias: str = "scratch") -> Iterator[str]:
    """Django's connections know the database under this alias while inside."""
    from config.environment import database_from_url

    entry = {**connections.settings["default"], **database_from_url("url", url), "URL": url}
    connections.settings[alias] = entry
    try:
        yield alias
    finally:
        connections[alias].close()
        del connections[alias], connections.settings[alias]


def environment(database_url: str, **extra: str) -> dict[str, str]:
    """The environment of a process that uses this database, in development."""
    return {"PATH": os.environ["PATH"], "DEBUG": "1", "DATABASE_URL": database_url, "PYTHONUNBUFFERED": "1", **extra}


def run(*command: str, database_url: str, timeout: float = 60, **extra: str) -> subprocess.CompletedProcess[str]:
    """Run a command of the project to its end and return it with what it printed."""
    return subprocess.run(
        command,
        cwd=ROOT,
        env=environment(database_url, **extra),
        capture_output=True,
        text=True,
        timeout=timeout,
        check=False,
    )
