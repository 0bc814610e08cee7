"""Request bodies: JSON of limited size and depth that the databases can store."""

import io
from collections.abc import Iterator, Mapping
from typing import Any

from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from rest_framework import parsers
from rest_framework.exceptions import ParseError, ValidationError

UNSTORABLE = "May hold no NUL and no unpaired surrogate."


class JSONParser(parsers.JSONParser):
    def parse(self, stream: Any, media_type: str | None = None, parser_context: Mapping[str, Any] | None = None) -> Any:
        limit: int = settings.DATA_UPLOAD_MAX_MEMORY_SIZE
        body = stream.read(limit + 1)
        if len(body) > limit:
            raise RequestDataTooBig
        try:
            data = super().parse(io.BytesIO(body), media_type, parser_context)
            wrong = {".".join(path): [UNSTORABLE] for path in _unstorable(data, ())}
        except RecursionError as error:
            raise ParseError("JSON parse error: nested too deeply.") from error
        if wrong:
            raise ValidationError(wrong)
        return data


def is_storable(text: str) -> bool:
    """Whether PostgreSQL can store the text: it holds no NUL and no half of a surrogate pair."""
    return "\0" not in text and not any("\ud800" <= character <= "\udfff" for character in text)


def _unstorable(data: Any, path: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    """The place of every text that cannot be stored; for a name in an object, that of the object."""
    if isinstance(data, dict):
        for key, value in data.items():
            if is_storable(key):
                yield from _unstorable(value, (*path, key))
            else:
                yield path
    elif isinstance(data, list):
        for number, value in enumerate(data):
            yield from _unstorable(value, (*path, str(number)))
    elif isinstance(data, str) and not is_storable(data):
        yield path
