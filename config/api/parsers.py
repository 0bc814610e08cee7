"""Request bodies: JSON of limited size and depth that the databases can store."""

import json
import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from rest_framework import parsers
from rest_framework.exceptions import ParseError, ValidationError
from rest_framework.utils.json import strict_constant

UNSTORABLE = "May hold no NUL and no unpaired surrogate."
OUT_OF_RANGE = "Is a number out of range."
REPEATED = "Given more than once."
_MOST_DIGITS = 300


class JSONParser(parsers.JSONParser):
    def parse(self, stream: Any, media_type: str | None = None, parser_context: Mapping[str, Any] | None = None) -> Any:
        limit: int = settings.DATA_UPLOAD_MAX_MEMORY_SIZE
        body = stream.read(limit + 1)
        if len(body) > limit:
            raise RequestDataTooBig
        encoding = (parser_context or {}).get("encoding", settings.DEFAULT_CHARSET)
        try:
            data = _loads(body.decode(encoding))
            wrong = {".".join(path): [message] for path, message in _wrong(data, ())}
        except RecursionError as error:
            raise ParseError("JSON parse error: nested too deeply.") from error
        except (ValueError, LookupError) as error:
            raise ParseError(f"JSON parse error - {error}") from error
        if wrong:
            raise ValidationError(wrong)
        return data


@dataclass(frozen=True)
class _Repeated:
    """In the place of a value whose name stands twice in its object: which of the two was meant, nobody can say."""


def _loads(text: str) -> Any:
    return json.loads(text, object_pairs_hook=_object, parse_int=_integer, parse_constant=strict_constant)


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, value in pairs:
        found[name] = _Repeated() if name in found else value
    return found


def _integer(digits: str) -> float:
    """A number of thousands of digits is as far out of range as one with a huge exponent, and costs no time."""
    return int(digits) if len(digits) <= _MOST_DIGITS else math.inf


def is_storable(text: str) -> bool:
    """Whether PostgreSQL can store the text: it holds no NUL and no half of a surrogate pair."""
    return "\0" not in text and not any("\ud800" <= character <= "\udfff" for character in text)


def _wrong(data: Any, path: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], str]]:
    """The place of everything that no field could take, and why; for a name in an object, the place of the object."""
    if isinstance(data, dict):
        for key, value in data.items():
            if is_storable(key):
                yield from _wrong(value, (*path, key))
            else:
                yield path, UNSTORABLE
    elif isinstance(data, list):
        for number, value in enumerate(data):
            yield from _wrong(value, (*path, str(number)))
    elif isinstance(data, str) and not is_storable(data):
        yield path, UNSTORABLE
    elif isinstance(data, float) and not math.isfinite(data):
        yield path, OUT_OF_RANGE
    elif isinstance(data, _Repeated):
        yield path, REPEATED
