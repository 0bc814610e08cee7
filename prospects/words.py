"""What people read in the place of columns and stored values."""

import json
from functools import cache
from typing import Any

from django.db.models import DateTimeField, Field
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.formats import date_format
from django.utils.text import capfirst

from prospects.models import Prospect


def field_name(column: str) -> str:
    """The name of a prospect's field; one that is no more is named by its column."""
    field = _fields().get(column)
    return str(capfirst(str(field.verbose_name))) if field else column


def value_in_words(value: Any, column: str = "") -> str:
    """A value of a JSON column: the name of a choice, a time as on every page, NULL as a dash, a text as it is."""
    if value is None:
        return "-"
    if not isinstance(value, str):
        return json.dumps(value, ensure_ascii=False)
    field = _fields().get(column)
    if field is None:
        return value
    if isinstance(field, DateTimeField) and (at := parse_datetime(value)):
        return date_format(timezone.localtime(at) if timezone.is_aware(at) else at, "DATETIME_FORMAT")
    return str(dict(field.flatchoices).get(value, value))


@cache
def _fields() -> "dict[str, Field[Any, Any]]":
    return {field.attname: field for field in Prospect._meta.concrete_fields}
