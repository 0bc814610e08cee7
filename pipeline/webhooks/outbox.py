"""The outbox: events are written in the transaction of what happened."""

import uuid
from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.db.models.functions import Now

from pipeline.choices import DeliveryStatus
from pipeline.jobs.engine import ended
from pipeline.jobs.queue import ring_for_webhooks
from pipeline.models import Job, Webhook, WebhookDelivery
from prospects.changes import recorded
from prospects.models import Import, ProspectEvent

STAGE_CHANGED, JOB_FINISHED, IMPORT_FINISHED, IMPORT_REVERTED = EVENT_TYPES = (
    "prospect.stage_changed",
    "job.finished",
    "import.finished",
    "import.reverted",
)
BATCH = 500
FORGOTTEN_AT_ONCE = 5000


def emit(event_type: str, subject: str, data: Mapping[str, Any]) -> None:
    """Put one event into the outbox of each active subscription to its type."""
    emit_all(event_type, [(subject, data)])


def emit_all(event_type: str, events: Sequence[tuple[str, Mapping[str, Any]]]) -> None:
    """As `emit`, for several (subject, data) in their order."""
    if not events:
        return
    hooks = [hook for hook in Webhook.objects.filter(active=True) if event_type in hook.event_types]
    rows = []
    for subject, data in events:
        event_id = uuid.uuid4()
        rows += [
            WebhookDelivery(webhook=hook, event_id=event_id, event_type=event_type, subject=subject, payload=dict(data))
            for hook in hooks
        ]
    WebhookDelivery.objects.bulk_create(rows, batch_size=BATCH)
    transaction.on_commit(ring_for_webhooks)


def forget_received(age: timedelta) -> int:
    """Delete the deliveries that were received longer ago, the oldest first; returns how many."""
    old = WebhookDelivery.objects.filter(status=DeliveryStatus.DELIVERED, delivered_at__lt=Now() - age).order_by("pk")
    total = 0
    # Piece by piece, so that no transaction is long and no list is in memory.
    while count := WebhookDelivery.objects.filter(pk__in=old.values("pk")[:FORGOTTEN_AT_ONCE]).delete()[0]:
        total += count
    return total


def stage_changes(sender: object, events: Iterable[ProspectEvent], **_: object) -> None:
    """Receiver of prospects.changes.recorded."""
    changed = [event for event in events if event.field == "stage"]
    emit_all(
        STAGE_CHANGED,
        [
            (
                f"prospect:{event.prospect_id}",
                {
                    "prospect_id": event.prospect_id,
                    "from": event.old,
                    "to": event.new,
                    "at": event.at,
                    "job_id": event.job_id,
                    "reason": event.reason,
                },
            )
            for event in changed
        ],
    )


def job_finished(sender: Job, **_: object) -> None:
    """Receiver of pipeline.jobs.engine.ended."""
    job = sender
    data = {
        "job_id": job.pk,
        "job_type": job.job_type,
        "status": job.status,
        "total": job.total_targets,
        "done": job.done_items,
        "failed": job.failed_items,
        "error": job.error_message,
    }
    emit(JOB_FINISHED, f"job:{job.pk}", data)


def import_event(event_type: str, of: Import, counts: Mapping[str, int]) -> None:
    data = {"import_id": of.pk, "filename": of.filename, "rows": of.rows_total, "counts": dict(counts)}
    emit(event_type, f"import:{of.pk}", data)


def connect() -> None:
    recorded.connect(stage_changes, dispatch_uid="webhooks")
    ended.connect(job_finished, dispatch_uid="webhooks")
