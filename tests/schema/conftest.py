"""A database of its own for the zoo: a copied file on SQLite, a transaction rolled back on PostgreSQL."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.db import connections, transaction
from django.db.backends.base.base import BaseDatabaseWrapper

from config.schema import processes
from tests.schema import zoo
from tests.schema.mutable import Zoo

ALIAS = "zoo"


@pytest.fixture(autouse=True)
def _nobody_announced(monkeypatch: pytest.MonkeyPatch) -> None:
    """What the process of the tests announces itself as holds for one test."""
    for name, value in {"kind": None, "silent": False, "noted_pid": None}.items():
        monkeypatch.setattr(processes._ThisProcess, name, value)
    monkeypatch.setattr(processes, "_failures", {})


@pytest.fixture(scope="session")
def zoo_home(django_db_setup: None, django_db_blocker, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple]:
    """The migrated and filled database that every test starts from, and its expectation."""
    with django_db_blocker.unblock():
        path = tmp_path_factory.mktemp("zoo") / "zoo.sqlite3"
        connection = _open(_settings(path))
        try:
            if connection.vendor == "postgresql":
                with connections["default"].cursor() as cursor:
                    cursor.execute("DROP DATABASE IF EXISTS plumbline_zoo")
                    cursor.execute("CREATE DATABASE plumbline_zoo")
            state = zoo.migrate(connection)
            zoo.fill(connection, state)
            expected = zoo.expectation(connection, state)
            # On SQLite everything is in the file, ready to be copied, only when nobody has it open.
            connection.close()
            # Until a test asks for it, nobody knows this database and must not be asked about it.
            del connections.settings[ALIAS]
            yield path, expected, state
        finally:
            connection.close()
            if connection.vendor == "postgresql":
                with connections["default"].cursor() as cursor:
                    cursor.execute("DROP DATABASE IF EXISTS plumbline_zoo WITH (FORCE)")


def _settings(path: Path) -> dict:
    settings = connections["default"].settings_dict
    name = str(path) if connections["default"].vendor == "sqlite" else "plumbline_zoo"
    return {**settings, "NAME": name}


def _open(settings: dict) -> BaseDatabaseWrapper:
    connections.settings[ALIAS] = settings
    if hasattr(connections._connections, ALIAS):
        connections[ALIAS].close()
        delattr(connections._connections, ALIAS)
    return connections[ALIAS]


@pytest.fixture
def zoo_db(zoo_home, django_db_blocker, tmp_path: Path) -> Iterator[Zoo]:
    """The zoo as every test finds it; whatever a test does to it is gone afterwards."""
    path, expected, _ = zoo_home
    with django_db_blocker.unblock():
        if connections["default"].vendor == "sqlite":
            shutil.copy(path, tmp_path / "zoo.sqlite3")
            connection = _open(_settings(tmp_path / "zoo.sqlite3"))
            yield Zoo(connection, expected)
            connection.close()
        else:
            connection = connections[ALIAS]
            connections.settings[ALIAS] = _settings(path)
            with transaction.atomic(using=ALIAS):
                yield Zoo(connection, expected)
                transaction.set_rollback(True, using=ALIAS)
        # Tests of the project do not know this database and must not be asked about it.
        del connections.settings[ALIAS]
