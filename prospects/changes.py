"""The few functions that write prospects. Each leaves its events in the transaction of the change."""

import uuid
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib.auth.models import AbstractBaseUser, AnonymousUser
from django.db import transaction
from django.dispatch import Signal
from django.utils import timezone

from prospects.choices import EventKind
from prospects.models import Prospect, ProspectEvent
from prospects.querysets import DERIVED, ProspectQuerySet

#: Sent inside the transaction of a change, with `events`: what was recorded (ProspectEvent), in its order.
recorded = Signal()
# Rows read, written and recorded at a time: bounds memory and the number of parameters of a statement.
BATCH = 500
# Whole answers of outside systems: kept in their columns, too large to repeat in every event.
UNRECORDED = frozenset(
    {"dataforseo_payload", "scrape_payload", "snov_payload", "serp_signals", "verification_payload", "updated_at"}
)


@dataclass(frozen=True)
class Cause:
    """Who or which job makes a change, and why."""

    user: AbstractBaseUser | AnonymousUser | None = None
    job_id: uuid.UUID | None = None
    reason: str = ""

    def event(self, prospect_id: uuid.UUID, kind: EventKind, **values: Any) -> ProspectEvent:
        user_id = self.user.pk if self.user else None
        return ProspectEvent(
            prospect_id=prospect_id, kind=kind, user_id=user_id, job_id=self.job_id, reason=self.reason, **values
        )


def create(prospects: Iterable[Prospect], cause: Cause) -> list[Prospect]:
    """Insert the prospects, all or none. Raises IntegrityError when one breaks a constraint."""
    with transaction.atomic():
        created = Prospect.objects.bulk_create(prospects, batch_size=BATCH)
        _record(cause.event(row.pk, EventKind.CREATED) for row in created)
    return created


def change(
    prospects: ProspectQuerySet, values: Mapping[str, Any], cause: Cause, ids: Collection[uuid.UUID] | None = None
) -> int:
    """Write the values (column: value) to every row of the queryset, all or none; returns the number of rows.

    The rows are locked and the queryset's condition holds when they are written, so that a claim is
    `change(Prospect.objects.filter(pk=…, send_status=…), …) == 1`. Many `ids` are given apart: as a condition of the
    queryset, all of them would be sent with each batch.
    """
    with transaction.atomic():
        batches = _batches(prospects) if ids is None else _split(sorted(set(ids)))
        return sum(_change_batch(prospects, batch, values, cause) for batch in batches)


def change_each(values: Mapping[uuid.UUID, Mapping[str, Any]], cause: Cause) -> int:
    """Write to each prospect (by id) its own values (column: value), all or none; returns the number of rows.

    An id without a row is left out.
    """
    with transaction.atomic():
        return sum(_change_each({pk: values[pk] for pk in ids}, cause) for ids in _split(sorted(values)))


def delete(prospects: ProspectQuerySet, cause: Cause) -> int:
    """Delete the rows, all or none; returns their number. Raises ProtectedError where a row has e-mail logs."""
    with transaction.atomic():
        count = 0
        for ids in _batches(prospects):
            _record(cause.event(pk, EventKind.DELETED) for pk in ids)
            Prospect.objects.filter(pk__in=ids).delete()
            count += len(ids)
        return count


def _batches(prospects: ProspectQuerySet) -> Iterator[Sequence[uuid.UUID]]:
    return _split(list(prospects.order_by("pk").values_list("pk", flat=True)))


def _split(ids: Sequence[uuid.UUID]) -> Iterator[Sequence[uuid.UUID]]:
    return (ids[start : start + BATCH] for start in range(0, len(ids), BATCH))


def _change_batch(
    prospects: ProspectQuerySet, ids: Sequence[uuid.UUID], values: Mapping[str, Any], cause: Cause
) -> int:
    columns = sorted((values.keys() | set(DERIVED)) - UNRECORDED)
    before = _values(prospects.filter(pk__in=ids).order_by("pk").select_for_update(), columns)
    changed = Prospect.objects.filter(pk__in=before)
    count = changed.update(**values)
    after = _values(changed, columns)
    _record(
        cause.event(pk, EventKind.CHANGED, field=column, old=row[column], new=after[pk][column])
        for pk, row in before.items()
        for column in columns
        if row[column] != after[pk][column]
    )
    return count


def _change_each(values: Mapping[uuid.UUID, Mapping[str, Any]], cause: Cause) -> int:
    rows = list(Prospect.objects.filter(pk__in=values).order_by("pk").select_for_update())
    columns = sorted({column for of_row in values.values() for column in of_row})
    before = {row.pk: {column: getattr(row, column) for column in (*columns, *DERIVED)} for row in rows}
    now = timezone.now()
    for row in rows:
        row.updated_at = now
        for column, value in values[row.pk].items():
            setattr(row, column, value)
    if rows and columns:
        Prospect.objects.bulk_update(rows, columns)
    _record(
        cause.event(row.pk, EventKind.CHANGED, field=column, old=old, new=getattr(row, column))
        for row in rows
        for column, old in before[row.pk].items()
        if column not in UNRECORDED and old != getattr(row, column)
    )
    return len(rows)


def _values(prospects: ProspectQuerySet, columns: Sequence[str]) -> dict[uuid.UUID, dict[str, Any]]:
    return {row["pk"]: row for row in prospects.values("pk", *columns)}


def _record(events: Iterable[ProspectEvent]) -> None:
    rows = ProspectEvent.objects.bulk_create(events, batch_size=BATCH)
    recorded.send(ProspectEvent, events=rows)
