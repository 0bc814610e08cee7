"""Request bodies: JSON of limited size and depth that the databases can store."""

import io
from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from rest_framework import parsers
from rest_framework.exceptions import ParseError


class JSONParser(parsers.JSONParser):
    def parse(self, stream: Any, media_type: str | None = None, parser_context: Mapping[str, Any] | None = None) -> Any:
        limit: int = settings.DATA_UPLOAD_MAX_MEMORY_SIZE
        body = stream.read(limit + 1)
        if len(body) > limit:
            raise RequestDataTooBig
        try:
            data = super().parse(io.BytesIO(body), media_type, parser_context)
            _refuse_unstorable(data)
        except RecursionError as error:
            raise ParseError("JSON parse error: nested too deeply.") from error
        return data


def _refuse_unstorable(data: Any) -> None:
    """Raise ParseError for a text with a NUL or half a surrogate pair, which PostgreSQL cannot store."""
    if isinstance(data, dict):
        for key, value in data.items():
            _refuse_unstorable(key)
            _refuse_unstorable(value)
    elif isinstance(data, list):
        for value in data:
            _refuse_unstorable(value)
    elif isinstance(data, str) and ("\0" in data or any("\ud800" <= character <= "\udfff" for character in data)):
        raise ParseError("JSON parse error: a text holds a NUL or an unpaired surrogate.")
