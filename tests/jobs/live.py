"""A database of its own and real processes on it: what holds when a worker is killed is seen from outside only."""

import os
import subprocess
import sys
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO
from urllib.parse import urlsplit, urlunsplit

import psycopg
from django.db import DEFAULT_DB_ALIAS, connections
from django.db.utils import ConnectionHandler

from config.environment import database_from_url

ROOT = Path(__file__).resolve().parent.parent.parent
FAST = {"JOB_LEASE_SECONDS": "1", "JOB_BACKOFF_SECONDS": "0.05", "TASKS_BACKEND": "django_tasks_db.DatabaseBackend"}


class Live:
    """A migrated database at `url`, and commands that run on it."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.environment = os.environ | FAST | {"DEBUG": "1", "DATABASE_URL": url}

    def start(self, *arguments: str, output: int | IO[bytes] = subprocess.DEVNULL) -> "subprocess.Popen[bytes]":
        command = [sys.executable, "manage.py", *arguments]
        return subprocess.Popen(command, cwd=ROOT, env=self.environment, stdout=output, stderr=output)

    def manage(self, *arguments: str) -> str:
        command = [sys.executable, "manage.py", *arguments]
        done = subprocess.run(command, cwd=ROOT, env=self.environment, capture_output=True, text=True, check=False)
        assert done.returncode == 0, f"manage.py {' '.join(arguments)}: {done.stdout}{done.stderr}"
        return done.stdout

    def worker(self, output: int | IO[bytes] = subprocess.DEVNULL) -> "subprocess.Popen[bytes]":
        return self.start("db_worker", "--interval", "0.05", "--no-startup-delay", output=output)

    @contextmanager
    def workers(self, count: int) -> Iterator[None]:
        processes = [self.worker() for _ in range(count)]
        try:
            yield
        finally:
            for process in processes:
                process.kill()
                process.wait()

    @contextmanager
    def away(self) -> Iterator[None]:
        """As if the server had stopped: who is connected is cut off, and nobody gets in. On PostgreSQL only."""
        name = urlsplit(self.url).path.removeprefix("/")
        with psycopg.connect(os.environ["DATABASE_URL"], autocommit=True) as connection:
            connection.execute(f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS false')
            try:
                connection.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", (name,))
                yield
            finally:
                connection.execute(f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS true')

    def query(self, sql: str) -> list[tuple]:
        handler = ConnectionHandler({DEFAULT_DB_ALIAS: database_from_url("DATABASE_URL", self.url)})
        connection = handler[DEFAULT_DB_ALIAS]
        try:
            with connection.cursor() as cursor:
                cursor.execute(sql)
                return list(cursor.fetchall())
        finally:
            connection.close()

    def wait(self, condition: Callable[[], bool], seconds: float = 120) -> None:
        end = time.monotonic() + seconds
        while not condition():
            assert time.monotonic() < end, f"not so after {seconds} s; jobs: {self.query('SELECT * FROM jobs')}"
            time.sleep(0.05)


@contextmanager
def live_database(folder: Path) -> Iterator[Live]:
    """A new, migrated database on the engine of this run."""
    if connections[DEFAULT_DB_ALIAS].vendor == "sqlite":
        live = Live(f"sqlite:///{folder / 'live.sqlite3'}")
        live.manage("migrate", "--verbosity", "0")
        yield live
        return
    name = f"live_{uuid.uuid4().hex}"
    server = os.environ["DATABASE_URL"]
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}"')
        try:
            live = Live(urlunsplit(urlsplit(server)._replace(path=f"/{name}")))
            live.manage("migrate", "--verbosity", "0")
            yield live
        finally:
            connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)')
