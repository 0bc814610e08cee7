"""Whether every change of a prospect leaves its event, whoever makes it."""

import json
import re
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.db import connection

from prospects.changes import UNRECORDED
from prospects.choices import EventKind
from prospects.models import Prospect, ProspectEvent

_WRITE = re.compile(r'\s*(?:INSERT INTO|UPDATE|DELETE FROM) "(prospects|prospect_events)"')
COLUMNS = [field.attname for field in Prospect._meta.concrete_fields if field.attname not in UNRECORDED]


@contextmanager
def every_change_recorded() -> Iterator[None]:
    """Fails unless prospects are written by prospects/changes.py alone, in the transactions of their events.

    Each created and deleted row needs its event, and each changed column of each row one from its old to its new value.
    """
    before, last = _rows(), max(ProspectEvent.objects.values_list("pk", flat=True), default=0)
    written: dict[str, set[str]] = {"prospects": set(), "prospect_events": set()}
    with connection.execute_wrapper(_watch(written, len(connection.savepoint_ids))):
        yield
    events = list(ProspectEvent.objects.filter(pk__gt=last).order_by("pk"))
    after = _rows()
    lost = missing(before, after, events)
    assert not lost, f"without an event: {lost}"
    if events:
        assert written["prospects"] <= written["prospect_events"], "an event is in another transaction than its change"


def missing(before: dict[Any, Any], after: dict[Any, Any], events: list[ProspectEvent]) -> list[str]:
    """Changes between the two states of the table that no event tells of."""
    kinds = {(event.prospect_id, event.kind) for event in events}
    lost = [f"created {pk}" for pk in after.keys() - before.keys() if (pk, EventKind.CREATED) not in kinds]
    lost += [f"deleted {pk}" for pk in before.keys() - after.keys() if (pk, EventKind.DELETED) not in kinds]
    for pk in before.keys() & after.keys():
        for column in COLUMNS:
            old, new = before[pk][column], after[pk][column]
            told = [event for event in events if (event.prospect_id, event.field) in ((pk, column), (pk, column[:-3]))]
            if old != new and not (told and _same(told[0].old, old) and _same(told[-1].new, new)):
                lost.append(f"{column} of {pk}: {old!r} to {new!r}")
    return lost


def _watch(written: dict[str, set[str]], depth: int) -> Callable[..., Any]:
    def watch(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
        if match := _WRITE.match(sql):
            inside = connection.savepoint_ids[depth : depth + 1]
            assert inside, f"written outside a transaction: {sql[:80]}"
            assert _comes_from_changes(), f"written past prospects.changes: {sql[:80]}"
            written[match[1]] |= set(inside)
        return execute(sql, params, many, context)

    return watch


def _comes_from_changes() -> bool:
    frame = sys._getframe()
    while frame := frame.f_back:
        if frame.f_code.co_filename.endswith("prospects/changes.py"):
            return True
    return False


def _rows() -> dict[Any, dict[str, Any]]:
    return {row["id"]: row for row in Prospect.objects.order_by().values(*COLUMNS)}


def _same(recorded: Any, value: Any) -> bool:
    stored = json.loads(json.dumps(value, cls=DjangoJSONEncoder))
    try:
        return float(recorded) == float(stored)
    except (TypeError, ValueError):
        return bool(recorded == stored)
