"""Stored values that Python or JSON cannot hold: a fault of the data, told with its place and never of the reader.

A time such as 'infinity', a number that is NaN, a JSON document cut short: none of them can be written here, all of
them may stand in a database that others write to.
"""

import math
import operator
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from decimal import Decimal
from functools import reduce
from http import HTTPStatus
from traceback import walk_tb
from types import FrameType
from typing import Any

from django.db import DataError
from django.db.backends.utils import CursorWrapper
from django.db.models import BooleanField, DateTimeField, ExpressionWrapper, Model, Q
from django.db.models.expressions import Col
from django.db.models.sql.compiler import SQLCompiler

from config.api.problems import Problem, as_problem, first_line, sqlstate

_FIRST, _LAST = datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)
# What runs while a statement is on its way to the database, and while what came back is made into Python's values.
_SENDING = CursorWrapper._execute_with_wrappers.__code__  # type: ignore[attr-defined]  # not in the type stubs
_CONVERTING = SQLCompiler.apply_converters.__code__


def unreadable(place: str, why: str, **members: Any) -> Problem:
    """The problem of a value that stands in the database and can be given to nobody."""
    detail = f"Data integrity violation: {place} holds a value that cannot be read: {why}. Correct it in the database."
    return Problem(HTTPStatus.INTERNAL_SERVER_ERROR, "data_integrity_violation", detail, **members)


@as_problem.register
def _(error: DataError) -> Problem:
    frames = _frames(error)
    sending = next((frame for frame in frames if frame.f_code is _SENDING), None)
    # What the driver itself refuses to send has no SQLSTATE; what the server refuses while it reads is of its rows.
    if sending is None or (sqlstate(error) and _only_reads(sending)):
        return _of_rows(error, frames)
    return Problem(HTTPStatus.BAD_REQUEST, "invalid", f"The database cannot store this value: {first_line(error)}.")


@as_problem.register
def _(error: Exception) -> Problem | None:
    """Whatever a converter of Django's raises; any other error is a fault of this program."""
    frame = next((frame for frame in _frames(error) if frame.f_code is _CONVERTING), None)
    target = getattr(frame.f_locals.get("expression"), "target", None) if frame else None
    if frame is None or target is None:
        return None
    select, row = frame.f_locals["self"].select, frame.f_locals["row"]
    keys = (pos for pos, (column, *_) in enumerate(select) if _is_key(column, target.model))
    key = next((row[pos] for pos in keys), None)
    return _at(target.model, target.column, key, f"{type(error).__name__}, {first_line(error)}")


def _frames(error: Exception) -> list[FrameType]:
    return [frame for frame, _ in walk_tb(error.__traceback__)]


def _only_reads(sending: FrameType) -> bool:
    return str(sending.f_locals.get("sql", "")).lstrip().upper().startswith(("SELECT", "WITH"))


def _is_key(column: Any, model: type[Model]) -> bool:
    return isinstance(column, Col) and column.target.primary_key and column.target.model is model


def _at(model: type[Model], column: str, key: Any, why: str) -> Problem:
    table = model._meta.db_table
    row = "" if key is None else f" of row {key}"
    return unreadable(f"{table}.{column}{row}", why, object=f"{table}.{column}", row=None if key is None else str(key))


def _of_rows(error: DataError, frames: list[FrameType]) -> Problem:
    why = first_line(error)
    compiler = next((found for frame in frames for found in _compilers(frame)), None)
    if compiler is None or compiler.query.model is None:
        return unreadable("a row", why)
    columns = [column.target for column, *_ in compiler.select or () if isinstance(column, Col)]
    models: list[type[Model]] = list(dict.fromkeys([compiler.query.model, *(column.model for column in columns)]))
    for model in models:
        if found := _time_out_of_range(model, compiler.connection.alias):
            return _at(model, *found, why)
    return unreadable(f"a row of {models[0]._meta.db_table}", why, object=models[0]._meta.db_table)


def _compilers(frame: FrameType) -> Iterator[SQLCompiler]:
    for name in ("self", "compiler"):
        if isinstance(value := frame.f_locals.get(name), SQLCompiler):
            yield value


def _time_out_of_range(model: type[Model], using: str) -> tuple[str, Any] | None:
    """A column and the key of a row whose time is one of PostgreSQL's that Python does not have."""
    times = [field for field in model._meta.concrete_fields if isinstance(field, DateTimeField)]
    outside = {str(time.column): Q(**{f"{time.name}__gt": _LAST}) | Q(**{f"{time.name}__lt": _FIRST}) for time in times}
    if not outside:
        return None
    rows = model._base_manager.using(using).filter(reduce(operator.or_, outside.values()))
    flags = [ExpressionWrapper(condition, output_field=BooleanField()) for condition in outside.values()]
    key, *is_it = rows.values_list("pk", *flags).first() or [None]
    return next(((column, key) for column, true in zip(outside, is_it, strict=False) if true), None)


def not_finite(data: Any) -> Problem | None:
    """The problem of an answer with a number that JSON does not have: its row and field. None if it has none."""
    found = next(_not_finite(data, "the answer", ""), None)
    if found is None:
        return None
    row, field, value = found
    place = f"{field} of {row}" if field else row
    return unreadable(place, f"{value} is no number of JSON", object=field, row=row.removeprefix("row "))


def _not_finite(data: Any, row: str, field: str) -> Iterator[tuple[str, str, Any]]:
    if isinstance(data, float | Decimal) and not math.isfinite(data):
        yield row, field, data
    elif isinstance(data, Mapping):
        here = f"row {data['id']}" if "id" in data else row
        for name, value in data.items():
            yield from _not_finite(value, here, name if here != row else f"{field}.{name}".lstrip("."))
    elif isinstance(data, list | tuple):
        for value in data:
            yield from _not_finite(value, row, field)
