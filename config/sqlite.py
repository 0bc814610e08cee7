"""SQLite compares texts as PostgreSQL does: in any case, beyond ASCII too."""

import re
from functools import lru_cache
from typing import Any

from django.db.backends.base.base import BaseDatabaseWrapper


def fold_like(sender: object, connection: BaseDatabaseWrapper, **_: Any) -> None:
    """Receiver of connection_created: `LIKE`, with which Django asks for `iexact` and `icontains`, folds every letter.

    SQLite's own folds ASCII only. No index and no CHECK of ours is made of LIKE, so a file that other tools open and
    write stays whole: the function is this connection's alone.
    """
    if connection.vendor == "sqlite":
        for arguments in (2, 3):
            connection.connection.create_function("like", arguments, _like, deterministic=True)


def _like(pattern: Any, text: Any, escape: str = "") -> bool | None:
    if pattern is None or text is None:
        return None
    return _compiled(str(pattern), escape).fullmatch(_upper(str(text))) is not None


@lru_cache(maxsize=512)
def _compiled(pattern: str, escape: str) -> "re.Pattern[str]":
    parts, characters = [], iter(pattern)
    for character in characters:
        if escape and character == escape:
            parts.append(re.escape(_upper(next(characters, ""))))
        else:
            parts.append({"%": ".*", "_": "."}.get(character) or re.escape(_upper(character)))
    return re.compile("".join(parts), re.DOTALL)


def _upper(text: str) -> str:
    """As PostgreSQL's upper(): letter by letter, so that `ß`, which has no single capital, stays."""
    if text.isascii():
        return text.upper()
    return "".join(upper if len(upper := character.upper()) == 1 else character for character in text)
