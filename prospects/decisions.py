"""What a person decides about prospects: one function per decision, called by the API and the admin alike.

A decision about several prospects is made for all of them or for none.
"""

import copy
import uuid
from collections.abc import Callable, Collection, Mapping
from typing import Any

from django.db import connections, transaction
from django.db.models import ProtectedError

from prospects import changes
from prospects.changes import Cause
from prospects.choices import ApprovalStatus, DraftStatus, SourceType, Stage, VerificationStatus
from prospects.keys import email_key
from prospects.models import Prospect
from prospects.querysets import ProspectQuerySet

#: What was found out about the prospect's address, and about no other one.
VERIFICATION = ("verification_status", "verification_confidence", "verification_payload")


class Refused(Exception):
    """A decision that cannot be made. `reasons` tells for each prospect's id why."""

    def __init__(self, message: str, reasons: dict[uuid.UUID, str]) -> None:
        super().__init__(message)
        self.reasons = reasons


class NotFound(Refused):
    """Some of the prospects do not exist."""


class Incomplete(Exception):
    """A prospect lacks what its source needs. `errors` are the messages by field."""

    def __init__(self, errors: dict[str, list[str]]) -> None:
        super().__init__("; ".join(f"{field}: {' '.join(messages)}" for field, messages in errors.items()))
        self.errors = errors


# The first half of the advisory locks on what prospects are known by; the other half is a hash of that.
_LOCKS = 1_886_548_844


def find(ids: Collection[uuid.UUID], among: ProspectQuerySet | None = None) -> ProspectQuerySet:
    """The prospects with these ids, of those in `among`, locked until the caller's transaction ends.

    Locked, because otherwise one could be deleted or change between the judgement of all and the writing of all.
    Raises NotFound, naming them, when some do not exist.
    """
    prospects = (Prospect.objects.all() if among is None else among).filter(pk__in=ids)
    missing = set(ids) - set(prospects.order_by("pk").select_for_update().values_list("pk", flat=True))
    if missing:
        raise NotFound(
            f"{len(missing)} of {len(set(ids))} prospects do not exist.", dict.fromkeys(missing, "not found")
        )
    return prospects


def approve(ids: Collection[uuid.UUID], cause: Cause, profiles_only: bool = False) -> int:
    """Approve discovered prospects; also takes back a rejection. Raises Refused."""
    return _decide(ids, ApprovalStatus.APPROVED, cause, profiles_only)


def reject(ids: Collection[uuid.UUID], cause: Cause, profiles_only: bool = False) -> int:
    """Reject discovered prospects. Raises Refused."""
    return _decide(ids, ApprovalStatus.REJECTED, cause, profiles_only)


def reconsider(ids: Collection[uuid.UUID], cause: Cause) -> int:
    """Take back approval or rejection: discovered prospects wait for a decision again. Raises Refused."""
    return _decide(ids, ApprovalStatus.PENDING, cause)


def approve_all(cause: Cause) -> int:
    """Approve every web site that waits for a decision; the rejected ones stay rejected."""
    return changes.change(Prospect.objects.websites(), {"approval_status": ApprovalStatus.APPROVED.value}, cause)


def delete(ids: Collection[uuid.UUID], cause: Cause) -> int:
    """Delete prospects. Raises Refused for those that were written to: they would be found and written to as new."""
    with transaction.atomic():
        prospects = find(ids)
        logged = prospects.filter(email_logs__isnull=False)
        written_to = {*prospects.written_to().values_list("pk", flat=True), *logged.values_list("pk", flat=True)}
        _refuse(written_to, "was written to; its row must stay, or it would be found as new. Reject it instead.", ids)
        try:
            return changes.delete(prospects, cause)
        except ProtectedError as error:
            raise Refused("A mail was sent meanwhile. Try again.", {}) from error


def promote(ids: Collection[uuid.UUID], cause: Cause) -> int:
    """Make leads of prospects whose e-mail was found, by approving them. Raises Refused."""
    with transaction.atomic():
        prospects = find(ids)
        ready = prospects.filter(stage__in=(Stage.EMAIL_FOUND, Stage.LEAD))
        _refuse(_without(prospects, ready), f"is not in the stage “{Stage.EMAIL_FOUND.label}”.", ids)
        approved = {"approval_status": ApprovalStatus.APPROVED.value}
        return changes.change(Prospect.objects.to_promote(), approved, cause, ids)


class Stale(Refused):
    """The prospect was changed since it was read."""


def add(values: Mapping[str, Any], cause: Cause) -> Prospect:
    """Create a prospect. Raises Incomplete, or Refused, naming it, when the web site or profile is there already."""
    prospect = Prospect(**values)
    prospect.derive()
    with transaction.atomic():
        _judge(prospect, None)
        changes.create([prospect], cause)
        return Prospect.objects.get(pk=prospect.pk)


def edit(pk: uuid.UUID, values: Mapping[str, Any], cause: Cause, unless_stale: Callable[[Prospect], bool]) -> Prospect:
    """Write the values to a prospect as long as `unless_stale` accepts the row, which is locked by then.

    Raises Stale, NotFound, Incomplete, or Refused when it would become a web site or profile that is there already.
    """
    with transaction.atomic():
        row = find([pk]).get()
        if not unless_stale(row):
            raise Stale("The prospect was changed since it was read. Read it again.", {pk: "was changed."})
        _judge(_with(row, values), row)
        changes.change(Prospect.objects.filter(pk=pk), with_verification(row, values), cause)
        return Prospect.objects.get(pk=pk)


def edit_all(ids: Collection[uuid.UUID], values: Mapping[str, Any], cause: Cause) -> int:
    """Write the same values to several prospects. Raises NotFound."""
    with transaction.atomic():
        prospects = find(ids)
        if "contact_email" not in values:
            return changes.change(Prospect.objects.all(), values, cause, ids)
        return changes.change_each({row.pk: with_verification(row, values) for row in prospects}, cause)


def with_verification(prospect: Prospect, values: Mapping[str, Any]) -> dict[str, Any]:
    """The values, and that the address is not verified where they give the prospect another one.

    Another spelling of the same address leaves what is known of it. A prospect that is verified without being so
    would be written to.
    """
    if "contact_email" not in values or email_key(values["contact_email"]) == prospect.email_key:
        return dict(values)
    unknown = dict(zip(VERIFICATION, (VerificationStatus.UNVERIFIED.value, None, None), strict=True))
    return {**values, **{column: value for column, value in unknown.items() if getattr(prospect, column) != value}}


def set_category(ids: Collection[uuid.UUID], category: str, cause: Cause) -> int:
    """Write the category to the prospects. Raises Refused."""
    with transaction.atomic():
        find(ids)
        return changes.change(Prospect.objects.all(), {"discovery_category": category}, cause, ids)


def save_draft(
    pk: uuid.UUID, subject: str | None, body: str | None, cause: Cause, among: ProspectQuerySet | None = None
) -> int:
    """Save the texts that are not None as the draft of the prospect, which is one of `among`. Raises NotFound."""
    texts = {"draft_subject": subject, "draft_body": body}
    values = {column: text for column, text in texts.items() if text is not None}
    with transaction.atomic():
        return changes.change(find([pk], among), values | {"draft_status": DraftStatus.DRAFTED.value}, cause)


def _judge(after: Prospect, before: Prospect | None) -> None:
    """Raise Incomplete or Refused when the prospect may not become, or be added as, what `after` is.

    What was wrong `before` is no reason: of adopted rows several may be one web site, and other fields can be mended.
    """
    errors = _lacks(after)
    if before and errors.keys() <= _lacks(before).keys():
        errors = {}
    if errors:
        raise Incomplete(errors)
    if before is None or _known_by(after) != _known_by(before):
        _refuse_twin(after)


def _lacks(prospect: Prospect) -> dict[str, list[str]]:
    if prospect.source_type != SourceType.SOCIAL:
        return {}
    needed = ("profile_url", "source_platform")
    return {name: ["A social profile needs it."] for name in needed if not getattr(prospect, name)}


def _known_by(prospect: Prospect) -> tuple[str, str]:
    """The column that tells a prospect of its source from all others, and its value."""
    if prospect.source_type != SourceType.SOCIAL:
        return "domain_key", prospect.domain_key
    # Of a text that is no URL there may be no key.
    column = "profile_key" if prospect.profile_key else "profile_url"
    return column, getattr(prospect, column) or ""


def twins(prospect: Prospect) -> ProspectQuerySet:
    """Other prospects that are the same web site or profile; nobody can add one until the caller's transaction ends."""
    column, value = _known_by(prospect)
    _wait_for_others(f"{column} {value}")
    return Prospect.objects.filter(source_type=prospect.source_type, **{column: value}).exclude(pk=prospect.pk)


def _refuse_twin(prospect: Prospect) -> None:
    if twin := twins(prospect).values_list("pk", flat=True).first():
        raise Refused(f"{prospect} is there already: {twin}.", {twin: "is the same web site or profile."})


def _wait_for_others(key: str) -> None:
    """Wait until no other transaction is about to write a prospect of this key, and make others wait for this one.

    A lock on rows cannot do that, as there is no row yet. SQLite has one writer at a time.
    """
    connection = connections[Prospect.objects.db]
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s, hashtext(%s))", [_LOCKS, key])


def _with(row: Prospect, values: Mapping[str, Any]) -> Prospect:
    changed = copy.copy(row)
    for column, value in values.items():
        setattr(changed, column, value)
    changed.derive()
    return changed


def _decide(ids: Collection[uuid.UUID], status: ApprovalStatus, cause: Cause, profiles_only: bool = False) -> int:
    with transaction.atomic():
        prospects = find(ids)
        if profiles_only:
            _refuse(_without(prospects, prospects.social_source()), "is no social profile.", ids)
        _refuse(_without(prospects, prospects.discovered()), "is not discovered.", ids)
        # What is decided so already is no change: it is neither written nor counted.
        undecided = Prospect.objects.exclude(approval_status=status.value)
        return changes.change(undecided, {"approval_status": status.value}, cause, ids)


def _without(prospects: ProspectQuerySet, ready: ProspectQuerySet) -> set[uuid.UUID]:
    return set(prospects.values_list("pk", flat=True)) - set(ready.values_list("pk", flat=True))


def _refuse(refused: set[uuid.UUID], reason: str, ids: Collection[uuid.UUID]) -> None:
    if refused:
        raise Refused(
            f"{len(refused)} of {len(set(ids))} prospects cannot be changed: each {reason}",
            dict.fromkeys(refused, reason),
        )
