"""Scripts put to PostgreSQL: several questions in one go, since the way there and back takes as long as a small one."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db.backends.base.base import BaseDatabaseWrapper

Row = tuple[Any, ...]

# What the server writes for a column that was dropped meanwhile.
_DROPPED = "?dropped?column?"


class GoneError(Exception):
    """An object that was in the catalog a moment ago, and of which the server has no words any more."""


def ask(connection: BaseDatabaseWrapper, *statements: str) -> list[list[Row]]:
    """The rows of each statement, asked in one go. Only what the catalog said, quoted by the server, enters them."""
    with connection.cursor() as cursor:
        cursor.execute(";".join(statements))
        found = [cursor.fetchall()] if cursor.description else []
        while cursor.nextset():
            found.append(cursor.fetchall())
    return found


def about(oids: Iterable[int], *formats: str) -> list[str]:
    """The queries about these oids."""
    array = f"'{{{','.join(map(str, oids))}}}'::oid[]"
    return [text.replace("%s", array) for text in formats]


def still_there(words: str | None, what: str) -> str:
    """The server's words for something that is in the catalog. Raises GoneError where it has none any more."""
    if words is None or _DROPPED in words:
        raise GoneError(f"{what} is gone")
    return words
