"""What only the models know of a table: its fields, the names that are API, and values for rows that have none."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, time
from typing import Any

from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper
from django.utils import timezone

from config.schema.catalog import Column, Table

_CLOCKS = (timezone.now, timezone.localdate, datetime.now, date.today)


def annotate(table: Table, model: type[models.Model], connection: BaseDatabaseWrapper) -> Table:
    """The table of an expectation with what its model declares beside the schema."""
    fields = {field.column: field for field in model._meta.local_concrete_fields}
    names = {named.name for named in (*model._meta.indexes, *model._meta.constraints)}
    return replace(
        table,
        model=model._meta.label,
        columns=tuple(_column(column, fields.get(column.name), model, connection) for column in table.columns),
        indexes=tuple(replace(index, declared=index.name in names) for index in table.indexes),
        checks=tuple(replace(check, declared=check.name in names) for check in table.checks),
    )


def _column(
    column: Column, field: models.Field[Any, Any] | None, model: type[models.Model], connection: BaseDatabaseWrapper
) -> Column:
    if field is None:
        return column
    return replace(column, field=f"{model._meta.label}.{field.name}", backfill=backfill(field, connection))


def backfill(field: models.Field[Any, Any], connection: BaseDatabaseWrapper) -> str | None:
    """The SQL literal the field declares for existing rows, or None if it declares none that fits all of them.

    A callable that answers differently each time (a random key) is none: one value for all rows would be wrong.
    """
    if field.primary_key or field.generated or field.null:
        return None
    editor = connection.SchemaEditorClass(connection, collect_sql=True)
    if getattr(field, "auto_now", False) or getattr(field, "auto_now_add", False):
        return "CURRENT_TIMESTAMP"
    if field.has_default() and field.default in _CLOCKS:
        return "CURRENT_TIMESTAMP"
    if field.has_default() and callable(field.default) and not _constant(field.default):
        return None
    value = editor.effective_default(field)
    try:
        return None if value is None else str(editor.quote_value(value))
    except (connection.Database.Error, ValueError):  # type: ignore[attr-defined]
        # The driver has no literal for it: an extension's type that its app has not registered, say.
        return None


def _constant(default: Callable[[], Any]) -> bool:
    first, second = default(), default()
    return bool(first == second) and not isinstance(first, date | time)
