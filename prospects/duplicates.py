"""Likely duplicates, and merging two prospects into one so that it can be undone."""

import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Count, Model, Q, QuerySet
from django.utils import timezone

from prospects import changes
from prospects.changes import Cause
from prospects.choices import DraftStatus, OutreachStatus, ScrapeStatus, SendStatus, SourceType, VerificationStatus
from prospects.decisions import VERIFICATION, Refused, twins
from prospects.models import Merge, Prospect
from prospects.querysets import DERIVED

#: What makes two prospects likely the same: a name and the normalised column that is equal.
KINDS = {"domain": "domain_key", "email": "email_key", "profile": "profile_key"}
# Keys of a prospect and what follows from others; decisions stay those of the kept one.
_KEPT = frozenset({"id", "created_at", "approval_status", "discovery_status", "is_manual", *DERIVED})
# Columns that mean something together: taken from the merged prospect when it alone has come that far.
_STEPS: tuple[tuple[str, frozenset[str], tuple[str, ...]], ...] = (
    (
        "scrape_status",
        frozenset({ScrapeStatus.SCRAPED, ScrapeStatus.ENRICHED}),
        ("scrape_status", "scrape_payload", "scrape_source_url", "scraped_at"),
    ),
    (
        "draft_status",
        frozenset({DraftStatus.DRAFTED}),
        ("draft_status", "draft_subject", "draft_body", "drafted_at"),
    ),
)
_SENDING = ("send_status", "outreach_status", "last_sent", "final_body", "sequence_index")
_STEP_COLUMNS = frozenset(
    {*_SENDING, *VERIFICATION, "thread_id", "followups_sent", *(column for *_, columns in _STEPS for column in columns)}
)
# What is put back whole or not at all: a status says nothing beside the text or the address of another prospect.
_TOGETHER = (*(frozenset(columns) for *_, columns in _STEPS), frozenset({"contact_email", *VERIFICATION}))
# What every mail changes. Kept of each merge, so that one that went out since then is seen.
_SENT = (*_SENDING, "followups_sent")


@dataclass(frozen=True)
class Group:
    """Prospects that share a key."""

    key: str
    count: int


def groups(kind: str, after: str = "", limit: int = 100) -> list[Group]:
    """Keys that several prospects have, in their order, beginning behind `after`; one query over one index.

    Raises KeyError for an unknown kind. Social profiles share their platform's domain, which says nothing.
    """
    column = KINDS[kind]
    prospects = Prospect.objects.filter(**{f"{column}__gt": after})
    if kind == "domain":
        prospects = prospects.filter(source_type=SourceType.WEBSITE)
    found = prospects.order_by(column).values_list(column).annotate(count=Count("pk")).filter(count__gt=1)[:limit]
    return [Group(*row) for row in found]


def members(kind: str, keys: Iterable[str]) -> dict[str, list[Prospect]]:
    """The prospects of the groups, oldest first; one query."""
    column = KINDS[kind]
    prospects = Prospect.objects.filter(**{f"{column}__in": list(keys)})
    if kind == "domain":
        prospects = prospects.filter(source_type=SourceType.WEBSITE)
    found: dict[str, list[Prospect]] = {}
    for row in prospects.order_by("created_at", "pk"):
        found.setdefault(getattr(row, column), []).append(row)
    return found


def merge(keep: uuid.UUID, other: uuid.UUID, cause: Cause) -> Merge:
    """Merge `other` into `keep` and delete it; whatever hangs on it, its history too, goes over.

    The kept prospect's values stay, empty ones are filled, and a step that only the other has come to is taken from it:
    who was written to is not written to as new. Raises Refused.
    """
    with transaction.atomic():
        kept, merged = _both(keep, other)
        values = combined(kept, merged)
        before = {column: getattr(kept, column) for column in _recorded(values)}
        moved = dict(_move(merged.pk, kept.pk))
        row = {field.attname: getattr(merged, field.attname) for field in Prospect._meta.concrete_fields}
        because = Cause(cause.user, cause.job_id, f"{merged} was merged into it")
        changes.delete(Prospect.objects.filter(pk=other), Cause(cause.user, cause.job_id, f"merged into {kept.pk}"))
        changes.change_each({keep: values}, because)
        return Merge.objects.create(
            kept_id=keep,
            merged_id=other,
            merged_row=_stored(row),
            kept_before=_stored(before),
            kept_after=_stored(before | values),
            moved=moved,
            created_by_id=cause.user.pk if cause.user else None,
        )


def undo(merged: Merge, cause: Cause) -> Prospect:
    """Bring the merged prospect back with what hung on it. What was changed on the kept one since then stays.

    Raises Refused where that would make somebody who was written to look as if not, or two of one.
    """
    with transaction.atomic():
        # In the order in which a merge locks them.
        kept_id = Merge.objects.values_list("kept_id", flat=True).get(pk=merged.pk)
        kept = Prospect.objects.select_for_update().filter(pk=kept_id).first()
        record = Merge.objects.select_for_update().get(pk=merged.pk)
        prospect = Prospect(**_typed(record.merged_row))
        reason = _why_not(record, kept, prospect) if kept else "the prospect it was merged into is gone"
        if reason or kept is None:
            raise Refused(f"Cannot be undone: {reason}.", {record.kept_id: reason})
        because = Cause(cause.user, cause.job_id, "merge undone")
        changes.change_each({kept.pk: _unchanged(record, kept)}, because)
        changes.create([prospect], because)
        _move_back(record)
        Merge.objects.filter(pk=record.pk).update(undone_at=timezone.now())
    return prospect


def _why_not(record: Merge, kept: Prospect, prospect: Prospect) -> str:
    """Why the merge cannot be undone; empty when it can."""
    if record.undone_at:
        return "the merge was undone already"
    if _later_merges(record).exists():
        return "one of the two was merged again since then; undo that first"
    if _was_sent(record, kept):
        return "a mail went out or was answered since then, and the prospect brought back would be written to as new"
    prospect.derive()
    if _added_since(record, prospect):
        return "the prospect that would be brought back was added again since then"
    return ""


def _later_merges(record: Merge) -> QuerySet[Merge]:
    both = (record.kept_id, record.merged_id)
    later = Merge.objects.filter(undone_at=None, created_at__gte=record.created_at).exclude(pk=record.pk)
    return later.filter(Q(kept_id__in=both) | Q(merged_id__in=both))


def _was_sent(record: Merge, kept: Prospect) -> bool:
    recorded = [column for column in _SENT if column in record.kept_after]
    since = record.created_at
    # Merges of earlier versions recorded only the columns that they wrote.
    later = "last_sent" not in recorded and (kept.last_sent or since) > since
    written = any(not _same(kept, column, record.kept_after[column]) for column in recorded)
    return later or written or kept.email_logs.filter(sent_at__gt=since).exists()


def _added_since(record: Merge, prospect: Prospect) -> bool:
    """Whether there is another one of its site or profile that was not at the time of the merge."""
    since = record.created_at
    became = Q(events__at__gt=since, events__field__in=KINDS.values())
    return twins(prospect).filter(Q(created_at__gt=since) | became).exists()


def _unchanged(record: Merge, kept: Prospect) -> dict[str, Any]:
    """What the merge wrote and nobody changed since, as it was before.

    What was found out about an address meanwhile is no change of its own: it goes with the address.
    """
    changed = {column for column, value in record.kept_after.items() if not _same(kept, column, value)}
    if record.kept_before.get("contact_email") != record.kept_after.get("contact_email"):
        changed -= set(VERIFICATION)
    stays = changed.union(*(together for together in _TOGETHER if changed & together))
    back = _typed(record.kept_before)
    return {c: value for c, value in back.items() if c not in stays and value != getattr(kept, c)}


def _recorded(values: Mapping[str, Any]) -> set[str]:
    """The columns of the kept prospect to remember: what changes, what that belongs to, and whether it was sent."""
    return {*values, *_SENT}.union(*(together for together in _TOGETHER if values.keys() & together))


def combined(kept: Prospect, merged: Prospect) -> dict[str, Any]:
    """The columns of `kept` that change when `merged` goes into it."""
    values = {
        field.attname: value
        for field in Prospect._meta.concrete_fields
        if field.attname not in _KEPT | _STEP_COLUMNS
        and _is_empty(field.attname, getattr(kept, field.attname))
        and not _is_empty(field.attname, value := getattr(merged, field.attname))
    }
    for status, reached, columns in _STEPS:
        if getattr(merged, status) in reached and getattr(kept, status) not in reached:
            values |= {column: getattr(merged, column) for column in columns}
    if "contact_email" in values or _verifies(merged, kept):
        values |= {column: getattr(merged, column) for column in VERIFICATION}
    if _sent(merged) and (not _sent(kept) or _later(merged, kept)):
        values |= {column: getattr(merged, column) for column in (*_SENDING, "thread_id")}
    if merged.followups_sent:
        values["followups_sent"] = kept.followups_sent + merged.followups_sent
    return {column: value for column, value in values.items() if value != getattr(kept, column)}


def _both(keep: uuid.UUID, other: uuid.UUID) -> tuple[Prospect, Prospect]:
    rows = {row.pk: row for row in Prospect.objects.filter(pk__in=(keep, other)).order_by("pk").select_for_update()}
    if missing := {pk: "not found" for pk in (keep, other) if pk not in rows}:
        raise Refused("A prospect does not exist.", missing)
    if keep == other:
        raise Refused("A prospect cannot be merged into itself.", {keep: "is the same"})
    suppressed = set(Prospect.objects.filter(pk__in=rows).suppressed().values_list("pk", flat=True))
    if len(suppressed) == 1:
        raise Refused(
            "One of the two is suppressed and the other is not: suppress both or neither first.",
            dict.fromkeys(suppressed, "is suppressed"),
        )
    return rows[keep], rows[other]


def _is_empty(column: str, value: Any) -> bool:
    # Whoever was not scored has 0.
    return value in (None, "") or (column == "score" and value == 0)


def _verifies(merged: Prospect, kept: Prospect) -> bool:
    """Whether what `kept` lacks is known of its own address: that another one is verified says nothing of it."""
    verified = VerificationStatus.VERIFIED
    same = bool(kept.email_key) and merged.email_key == kept.email_key
    return same and merged.verification_status == verified != kept.verification_status


def _sent(prospect: Prospect) -> bool:
    return bool(prospect.send_status == SendStatus.SENT or prospect.outreach_status != OutreachStatus.PENDING)


def _later(one: Prospect, other: Prospect) -> bool:
    return one.last_sent is not None and (other.last_sent is None or one.last_sent > other.last_sent)


def _references() -> dict[str, tuple[type[Model], str]]:
    """Every column that points to a prospect, by name."""
    found: dict[str, tuple[type[Model], str]] = {"prospects.Prospect.thread_id": (Prospect, "thread_id")}
    for relation in Prospect._meta.related_objects:
        column = relation.field.attname
        found[f"{relation.related_model._meta.label}.{column}"] = (relation.related_model, column)
    return found


def _move(source: uuid.UUID, target: uuid.UUID) -> list[tuple[str, list[Any]]]:
    moved = []
    for name, (model, column) in _references().items():
        rows = model._default_manager.filter(**{column: source})
        if ids := [str(pk) for pk in rows.values_list("pk", flat=True)]:
            rows.update(**{column: target})
            moved.append((name, ids))
    return moved


def _move_back(record: Merge) -> None:
    for name, (model, column) in _references().items():
        for batch in _batches(record.moved.get(name, [])):
            rows = model._default_manager.filter(pk__in=batch, **{column: record.kept_id})
            rows.update(**{column: record.merged_id})


def _batches(ids: list[Any]) -> list[list[Any]]:
    return [ids[start : start + changes.BATCH] for start in range(0, len(ids), changes.BATCH)]


def _stored(values: Mapping[str, Any]) -> dict[str, Any]:
    """The values for a JSON column; Django's encoder would cut times to milliseconds."""
    return {name: value.isoformat() if isinstance(value, datetime) else value for name, value in values.items()}


def _typed(values: Mapping[str, Any]) -> dict[str, Any]:
    fields = {field.attname: field for field in Prospect._meta.concrete_fields}
    return {name: fields[name].to_python(value) for name, value in values.items()}


def _same(prospect: Prospect, column: str, value: Any) -> bool:
    return bool(_typed({column: value})[column] == getattr(prospect, column))
