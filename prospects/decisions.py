"""What a person decides about prospects: one function per decision, called by the API and the admin alike.

A decision about several prospects is made for all of them or for none.
"""

import uuid
from collections.abc import Callable, Collection, Mapping
from typing import Any

from django.db import transaction
from django.db.models import ProtectedError

from prospects import changes
from prospects.changes import Cause
from prospects.choices import ApprovalStatus, DraftStatus, SourceType, Stage
from prospects.models import Prospect
from prospects.querysets import ProspectQuerySet


class Refused(Exception):
    """A decision that cannot be made. `reasons` tells for each prospect's id why."""

    def __init__(self, message: str, reasons: dict[uuid.UUID, str]) -> None:
        super().__init__(message)
        self.reasons = reasons


class NotFound(Refused):
    """Some of the prospects do not exist."""


def find(ids: Collection[uuid.UUID]) -> ProspectQuerySet:
    """The prospects with these ids. Raises NotFound, naming them, when some do not exist."""
    prospects = Prospect.objects.filter(pk__in=ids)
    missing = set(ids) - set(prospects.values_list("pk", flat=True))
    if missing:
        raise NotFound(
            f"{len(missing)} of {len(set(ids))} prospects do not exist.", dict.fromkeys(missing, "not found")
        )
    return prospects


def approve(ids: Collection[uuid.UUID], cause: Cause) -> int:
    """Approve discovered prospects; also takes back a rejection. Raises Refused."""
    return _decide(ids, ApprovalStatus.APPROVED, cause)


def reject(ids: Collection[uuid.UUID], cause: Cause) -> int:
    """Reject discovered prospects. Raises Refused."""
    return _decide(ids, ApprovalStatus.REJECTED, cause)


def approve_all(cause: Cause) -> int:
    """Approve every web site that waits for a decision; the rejected ones stay rejected."""
    return changes.change(Prospect.objects.websites(), {"approval_status": ApprovalStatus.APPROVED.value}, cause)


def delete(ids: Collection[uuid.UUID], cause: Cause) -> int:
    """Delete prospects. Raises Refused for those that were written to: their e-mail logs must stay."""
    with transaction.atomic():
        prospects = find(ids)
        written_to = set(prospects.filter(email_logs__isnull=False).values_list("pk", flat=True))
        _refuse(written_to, "was written to; its e-mail log must stay. Reject it instead.", ids)
        try:
            return changes.delete(prospects, cause)
        except ProtectedError as error:
            raise Refused("A mail was sent meanwhile. Try again.", {}) from error


def promote(ids: Collection[uuid.UUID], cause: Cause) -> int:
    """Make leads of prospects whose e-mail was found, by approving them. Raises Refused."""
    with transaction.atomic():
        prospects = find(ids)
        ready = prospects.filter(stage__in=(Stage.EMAIL_FOUND, Stage.LEAD))
        _refuse(_without(prospects, ready), "is not in stage EMAIL_FOUND.", ids)
        return changes.change(prospects.to_promote(), {"approval_status": ApprovalStatus.APPROVED.value}, cause)


class Stale(Refused):
    """The prospect was changed since it was read."""


def add(values: Mapping[str, Any], cause: Cause) -> Prospect:
    """Create a prospect. Raises Refused, naming it, when the web site or profile is there already."""
    prospect = Prospect(**values)
    prospect.derive()
    with transaction.atomic():
        twins = _twins(prospect)
        if twin := twins.values_list("pk", flat=True).first():
            raise Refused(f"{prospect} is there already: {twin}.", {twin: "is the same web site or profile."})
        changes.create([prospect], cause)
    return Prospect.objects.get(pk=prospect.pk)


def edit(pk: uuid.UUID, values: Mapping[str, Any], cause: Cause, unless_stale: Callable[[Prospect], bool]) -> Prospect:
    """Write the values to a prospect as long as `unless_stale` accepts the row, which is locked by then.

    Raises Stale or NotFound.
    """
    with transaction.atomic():
        row = find([pk]).select_for_update().get()
        if not unless_stale(row):
            raise Stale("The prospect was changed since it was read. Read it again.", {pk: "was changed."})
        changes.change(Prospect.objects.filter(pk=pk), values, cause)
        return Prospect.objects.get(pk=pk)


def edit_all(ids: Collection[uuid.UUID], values: Mapping[str, Any], cause: Cause) -> int:
    """Write the same values to several prospects. Raises NotFound."""
    with transaction.atomic():
        return changes.change(find(ids), values, cause)


def _twins(prospect: Prospect) -> ProspectQuerySet:
    if prospect.source_type == SourceType.SOCIAL:
        return Prospect.objects.social_source().filter(profile_url=prospect.profile_url)
    return Prospect.objects.website_source().filter(domain_key=prospect.domain_key)


def set_category(ids: Collection[uuid.UUID], category: str, cause: Cause) -> int:
    """Write the category to the prospects. Raises Refused."""
    with transaction.atomic():
        return changes.change(find(ids), {"discovery_category": category}, cause)


def save_draft(pk: uuid.UUID, subject: str | None, body: str | None, cause: Cause) -> int:
    """Save the texts that are not None as the prospect's draft. Raises Refused."""
    texts = {"draft_subject": subject, "draft_body": body}
    values = {column: text for column, text in texts.items() if text is not None}
    with transaction.atomic():
        return changes.change(find([pk]), values | {"draft_status": DraftStatus.DRAFTED.value}, cause)


def _decide(ids: Collection[uuid.UUID], status: ApprovalStatus, cause: Cause) -> int:
    with transaction.atomic():
        prospects = find(ids)
        _refuse(_without(prospects, prospects.discovered()), "is not discovered.", ids)
        return changes.change(prospects, {"approval_status": status.value}, cause)


def _without(prospects: ProspectQuerySet, ready: ProspectQuerySet) -> set[uuid.UUID]:
    return set(prospects.values_list("pk", flat=True)) - set(ready.values_list("pk", flat=True))


def _refuse(refused: set[uuid.UUID], reason: str, ids: Collection[uuid.UUID]) -> None:
    if refused:
        raise Refused(
            f"{len(refused)} of {len(set(ids))} prospects cannot be changed: each {reason}",
            dict.fromkeys(refused, reason),
        )
