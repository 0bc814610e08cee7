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
from tests.legacy.chain import OURS

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

    @contextmanager
    def shared(self, template: str) -> Iterator[str]:
        """Connect to one copy of the database for many blocks: each finds it as the template is.

        To take back what the migrations of an adoption did costs less than another copy.
        """
        if f"shared {template}" not in self.made:
            self.made[f"shared {template}"] = f"{template}_shared"
            _create(f"{template}_shared", template)
        with connected_to(f"{template}_shared"):
            kept = connection.introspection.table_names()
            try:
                yield f"{template}_shared"
            finally:
                _take_back(kept)

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


def _take_back(kept: list[str]) -> None:
    with connection.cursor() as cursor:
        new = set(connection.introspection.table_names(cursor)) - set(kept)
        cursor.execute(f"DROP TABLE {', '.join(map(connection.ops.quote_name, new))} CASCADE")
        cursor.execute("TRUNCATE schema_adoption_entries, schema_alembic_versions, schema_verified")
        cursor.execute("DELETE FROM django_migrations WHERE app = ANY (%s)", [list(OURS)])


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
