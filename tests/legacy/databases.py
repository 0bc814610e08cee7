"""Databases of their own for the proofs: templates made once, copies that cost a fraction of a second."""

import os
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import count
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.db import connection

from config.schema import guard

_number = count(1)


class Databases:
    """The databases of one test run: `template` makes one where it is not there yet, `copy` connects to a copy."""

    def __init__(self) -> None:
        self.prefix = f"legacy_{os.getpid()}"
        self.made: dict[str, str] = {}

    def template(self, name: str, build: Callable[[], Any], of: str | None = None) -> str:
        """The name of a database in which `build` has run once; it starts as a copy of the database `of`, or empty."""
        if name not in self.made:
            database = f"{self.prefix}_{re.sub('[^a-z0-9]+', '_', name.lower())[:40]}"
            _create(database, of or "template0")
            self.made[name] = database
            with connected_to(database):
                build()
        return self.made[name]

    @contextmanager
    def copy(self, template: str | None = None) -> Iterator[str]:
        """Connect the default alias to a new copy of the database (or to an empty one); it is dropped afterwards."""
        database = f"{self.prefix}_copy_{next(_number)}"
        _create(database, template or "template0")
        try:
            with connected_to(database):
                yield database
        finally:
            _drop(database)

    def drop(self) -> None:
        for database in self.made.values():
            _drop(database)


@contextmanager
def connected_to(database: str) -> Iterator[None]:
    """The default alias is this database; nothing that was remembered about another one is taken for its own."""
    before = connection.settings_dict["NAME"]
    try:
        _switch(database)
        yield
    finally:
        _switch(before)


def _switch(database: str) -> None:
    connection.close()
    connection.settings_dict["NAME"] = database
    ContentType.objects.clear_cache()
    guard.forget()


def _create(database: str, template: str) -> None:
    with connection._nodb_cursor() as cursor:
        cursor.execute(f'CREATE DATABASE "{database}" TEMPLATE "{template}"')


def _drop(database: str) -> None:
    with connection._nodb_cursor() as cursor:
        cursor.execute(f'DROP DATABASE IF EXISTS "{database}" WITH (FORCE)')
