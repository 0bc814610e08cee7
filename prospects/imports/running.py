"""Doing what a preview showed, in batches, and undoing it."""

import uuid
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

from django.db import connection, transaction
from django.db.models import DO_NOTHING, Count, Max, Q, QuerySet

from prospects import changes, decisions
from prospects.changes import Cause
from prospects.choices import DiscoveryStatus, ImportStatus, RowStatus, SourceType
from prospects.imports import mapping as mappings
from prospects.imports.deciding import Decision, creation, decide, keys_of, known_by, typed, unreadable
from prospects.imports.errors import ImportConflict, ImportRefused
from prospects.imports.other_rows import OtherRows, others_of
from prospects.models import Import, ImportRow, Merge, Prospect, ProspectEvent

BATCH = 200
# Any number: the advisory lock that lets one batch at a time look for duplicates and create.
_LOCK = 5_070_114
_DONE = ("status", "note", "problems", "prospect", "before", "after")


def claim(of: Import) -> bool:
    """Let the import run, once; False when it is not previewed or runs already."""
    previewed = Import.objects.filter(pk=of.pk, status=ImportStatus.PREVIEWED)
    return previewed.update(status=ImportStatus.RUNNING) == 1


def stop(job_id: uuid.UUID) -> None:
    """Say that the import of this job is not going on: what was done stays, and the counts say how much that is."""
    with transaction.atomic():
        for of in Import.objects.select_for_update().filter(job=job_id, status=ImportStatus.RUNNING):
            Import.objects.filter(pk=of.pk).update(status=ImportStatus.STOPPED, outcome=outcome_of(of))


def go_on(job_id: uuid.UUID) -> None:
    """Let the import of this job, which has ended, run again. Raises ImportConflict unless it has stopped."""
    if not stopped(job_id).update(status=ImportStatus.RUNNING, outcome={}):
        raise ImportConflict(
            "The import is not stopped half way, so nothing of it is left to do. Correct its refused rows, "
            "which it gives as a file, and upload that."
        )


def stopped(job_id: uuid.UUID) -> QuerySet[Import]:
    """The import of this job, which has ended, if rows are left to do."""
    # Servers of earlier releases left it running when its job was cancelled.
    return Import.objects.filter(job=job_id, status__in=(ImportStatus.STOPPED, ImportStatus.RUNNING))


def run_batch(of: Import, cause: Cause, others: OtherRows | None = None) -> Counter[str]:
    """Do the next rows inside the caller's transaction; returns how many ended in which status, nothing at the end.

    Each row is decided anew: what the database holds now counts, not what it held at the preview. `others` are those of
    this import as the batch before has left them. Raises ImportConflict when the import is not running, or no more.
    """
    _one_at_a_time()
    locked = Import.objects.select_for_update().get(pk=of.pk)
    if locked.status != ImportStatus.RUNNING:
        raise ImportConflict(f"The import is {locked.get_status_display()}; nothing more of it is done.")
    others = others or others_of(of)
    rows = list(of.rows.filter(status=RowStatus.PENDING).order_by("number")[:BATCH])
    _hold([row for row in rows if not unreadable(row.problems)])
    decisions = decide(of, rows, locked=True)
    written = _written(of, decisions)
    for row, decision in zip(rows, decisions, strict=True):
        decision = others.settle(row, decision)
        # Which neither knows by its keys, when somebody has changed those meanwhile.
        if decision.status == RowStatus.UPDATED and decision.prospect_id in written:
            decision = Decision(RowStatus.SKIPPED, "Another row of this file has changed the same prospect.")
        _settle(row, decision)
    _create([row for row in rows if row.status == RowStatus.CREATED], cause)
    _update([row for row in rows if row.status == RowStatus.UPDATED], cause)
    # An upsert: the CASE for each row and column that bulk_update writes costs several times as much.
    ImportRow.objects.bulk_create(rows, update_conflicts=True, unique_fields=["id"], update_fields=_DONE)
    return Counter(row.status for row in rows)


def finish(of: Import) -> dict[str, int]:
    """End an import whose rows are all done; returns how many rows ended in which status."""
    outcome = outcome_of(of)
    Import.objects.filter(pk=of.pk).update(status=ImportStatus.FINISHED, outcome=outcome)
    mappings.remember(of.columns, of.mapping)
    return outcome


def outcome_of(of: Import) -> dict[str, int]:
    """How many rows have ended in which status, counted from the rows."""
    counts = dict(of.rows.values_list("status").order_by("status").annotate(Count("pk")))
    return {status: counts.get(status, 0) for status in RowStatus.values if status != RowStatus.PENDING} | (
        {"pending": counts["pending"]} if "pending" in counts else {}
    )


def revert(of: Import, cause: Cause) -> dict[str, int]:
    """Delete what the import created and put back what it changed, all or nothing; call inside a transaction.

    Raises ImportRefused, naming prospects, when something else has touched one of them since.
    """
    _one_at_a_time()
    locked = Import.objects.select_for_update().get(pk=of.pk)
    if locked.status not in (ImportStatus.FINISHED, ImportStatus.STOPPED):
        raise ImportConflict(f"The import is {locked.get_status_display()}; there is nothing to revert.")
    written = of.rows.filter(status__in=(RowStatus.CREATED, RowStatus.UPDATED)).order_by("pk")
    _hold_all(written)
    counts: Counter[str] = Counter()
    last = 0
    while batch := list(written.filter(pk__gt=last)[:BATCH]):
        last = batch[-1].pk
        _refuse_touched(locked, batch)
        counts.update(_revert(batch, cause))
    Import.objects.filter(pk=of.pk).update(status=ImportStatus.REVERTED)
    return {name: counts[name] for name in ("deleted", "restored")}


def _one_at_a_time() -> None:
    """Until the transaction ends no other import looks for duplicates; SQLite has one writer anyway."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])


def _hold(rows: Sequence[ImportRow]) -> None:
    """Let nobody else change the prospects that the rows are about, or add those that are not there yet.

    In the order in which a person's edit takes the two: the prospect, then what it is to be known by.
    """
    found = known_by(rows).order_by("pk").select_for_update()
    columns = found.values_list("source_type", "domain_key", "profile_key")
    # A profile is not known by its platform's domain, nor a site by a profile that it links to.
    there = {site if source == SourceType.WEBSITE else profile for source, site, profile in columns}
    if connection.vendor == "postgresql":
        new = [row for row in rows if there.isdisjoint(keys_of(row.values).values())]
        made = [Prospect(**creation(typed(row.values))) for row in new]
        for prospect in made:
            prospect.derive()
        keys = sorted({" ".join(decisions._known_by(prospect)) for prospect in made})
        with connection.cursor() as cursor:
            # The locks of decisions.add and decisions.edit, all of a batch at once.
            cursor.execute(
                "SELECT pg_advisory_xact_lock(%s, hashtext(key)) FROM unnest(%s::text[]) AS key",
                [decisions._LOCKS, keys],
            )


def _hold_all(rows: QuerySet[ImportRow]) -> None:
    """Lock the prospects of the rows: what is judged of them holds until they are put back."""
    prospects = Prospect.objects.filter(pk__in=rows.order_by().values("prospect_id"))
    for _ in prospects.order_by("pk").select_for_update().values_list("pk").iterator():
        pass


def _written(of: Import, decisions: Iterable[Decision]) -> set[uuid.UUID]:
    """Those of the prospects that the import has written already."""
    ids = {decision.prospect_id for decision in decisions if decision.prospect_id}
    done = of.rows.filter(status__in=(RowStatus.CREATED, RowStatus.UPDATED), prospect_id__in=ids)
    return {pk for pk in done.values_list("prospect_id", flat=True) if pk}


def _settle(row: ImportRow, decision: Decision) -> None:
    row.status, row.note, row.problems = decision.status, decision.note, decision.problems
    row.prospect_id = decision.prospect_id
    row.before = decision.before if decision.status == RowStatus.UPDATED else None
    row.after = decision.values or None


def _create(rows: Sequence[ImportRow], cause: Cause) -> None:
    made = [
        Prospect(**(row.after or {}), discovery_status=DiscoveryStatus.DISCOVERED.value, is_manual=True) for row in rows
    ]
    changes.create(made, cause)
    for row, prospect in zip(rows, made, strict=True):
        row.prospect_id = prospect.pk


def _update(rows: Sequence[ImportRow], cause: Cause) -> None:
    changes.change_each({row.prospect_id: row.after or {} for row in rows if row.prospect_id}, cause)


def _refuse_touched(of: Import, rows: Sequence[ImportRow]) -> None:
    ids = [row.prospect_id for row in rows if row.prospect_id]
    present = Prospect.objects.in_bulk(ids)
    touched = _changed_since(of, ids) | _with_children(ids)
    merged = _merged_since(of, ids)
    for row in rows:
        prospect = present.get(row.prospect_id) if row.prospect_id else None
        if prospect is None:
            raise ImportRefused(f"Line {row.line}: its prospect was deleted or merged since. Nothing was reverted.")
        if row.prospect_id in merged:
            raise ImportRefused(f"Line {row.line}: {prospect} was merged with another since. Nothing was reverted.")
        if row.prospect_id in touched or not _holds(prospect, row.after or {}):
            raise ImportRefused(f"Line {row.line}: {prospect} was changed since. Nothing was reverted.")


def _changed_since(of: Import, ids: Sequence[Any]) -> set[Any]:
    events = ProspectEvent.objects.filter(prospect_id__in=ids).order_by().values("prospect_id")
    last = events.annotate(last=Max("pk"), ours=Max("pk", filter=Q(job_id=of.job_id)))
    return {row["prospect_id"] for row in last if row["last"] != row["ours"]}


def _merged_since(of: Import, ids: Sequence[Any]) -> set[Any]:
    """Those into which another was merged after the import began: its rows and history went over to them."""
    began = of.job.created_at if of.job else of.created_at
    merges = Merge.objects.filter(kept__in=ids, undone_at=None, created_at__gte=began)
    return set(merges.values_list("kept_id", flat=True))


def _with_children(ids: Sequence[Any]) -> set[Any]:
    """Those to whom mails, files or anything else but history has been added."""
    found: set[Any] = set()
    for relation in Prospect._meta.related_objects:
        model, name = relation.related_model, relation.field.name
        if relation.on_delete is not DO_NOTHING:
            children = model._default_manager.filter(**{f"{name}__in": ids})
            found |= set(children.values_list(name, flat=True))
    return found


def _holds(prospect: Prospect, after: dict[str, Any]) -> bool:
    return all(getattr(prospect, name) == value for name, value in typed(after).items())


def _revert(rows: Sequence[ImportRow], cause: Cause) -> Counter[str]:
    created = [row.prospect_id for row in rows if row.status == RowStatus.CREATED and row.prospect_id]
    updated = {row.prospect_id: typed(row.before or {}) for row in rows if row.status == RowStatus.UPDATED}
    changes.change_each({pk: values for pk, values in updated.items() if pk}, cause)
    changes.delete(Prospect.objects.filter(pk__in=created), cause)
    return Counter(deleted=len(created), restored=len(updated))
