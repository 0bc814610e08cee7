"""What is to be done with rows: the one function that the preview and the run both ask."""

import uuid
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Q

from prospects.choices import (
    SCRAPED_STATUSES,
    ImportMode,
    RowStatus,
    ScrapeStatus,
    SourceType,
    VerificationStatus,
)
from prospects.decisions import VERIFICATION, with_verification
from prospects.imports.fields import FIELDS, UNSET
from prospects.keys import domain_key, email_key, profile_key
from prospects.models import Import, ImportRow, Prospect
from prospects.querysets import ProspectQuerySet
from prospects.suppression import suppressed_emails

#: Keys of one row: how it is recognised in the file and in the database.
KEYS = ("domain", "profile", "email")
_SPELLED: dict[str, Callable[[Any], str]] = {
    "domain": domain_key,
    "contact_email": email_key,
    "profile_url": profile_key,
}
# Marks the problems of a decision among those of the cells. What an earlier release has decided is not decided anew.
_DECIDED = "decided"


@dataclass(frozen=True)
class Decision:
    """What becomes of a row: `status` is that of a row when it is done; `values` are the columns to write."""

    status: RowStatus
    note: str = ""
    problems: list[dict[str, Any]] = field(default_factory=list)
    prospect_id: uuid.UUID | None = None
    values: dict[str, Any] = field(default_factory=dict)
    before: dict[str, Any] = field(default_factory=dict)


class RowRefused(Exception):
    def __init__(self, column: str, reason: str) -> None:
        super().__init__(reason)
        self.column = column


class RowSkipped(Exception):
    pass


def is_social(values: Mapping[str, Any]) -> bool:
    source = values.get("source_type")
    return source == SourceType.SOCIAL or (not source and bool(values.get("profile_url")) and not values.get("domain"))


def keys_of(values: Mapping[str, Any]) -> dict[str, str]:
    """The keys a row has; a social profile is not known by its platform's domain."""
    social = is_social(values)
    keys = {
        "domain": "" if social else domain_key(values.get("domain") or ""),
        "profile": profile_key(values.get("profile_url")) if social else "",
        "email": email_key(values.get("contact_email")),
    }
    return {name: key for name, key in keys.items() if key}


def decide(of: Import, rows: Sequence[ImportRow], *, locked: bool = False) -> list[Decision]:
    """A decision for each row, by what the database holds now. A constant number of queries.

    Who is going to write has the prospects locked until the transaction ends: the decision holds the values that are
    written, and what a person writes meanwhile would be lost. A preview waits for nobody.
    """
    known = _Known(known_by(rows), locked)
    return [_decide(of, row, known) for row in rows]


def known_by(rows: Sequence[ImportRow]) -> ProspectQuerySet:
    """The prospects that the keys of the rows lead to."""
    keys = [keys_of(row.values) for row in rows]
    wanted = {name: {row[name] for row in keys if name in row} for name in KEYS}
    same = Q(domain_key__in=wanted["domain"]) | Q(email_key__in=wanted["email"])
    return Prospect.objects.filter(same | Q(profile_key__in=wanted["profile"]))


def _decide(of: Import, row: ImportRow, known: "_Known") -> Decision:
    if unreadable(row.problems):
        return Decision(RowStatus.REFUSED, problems=row.problems)
    values = typed(row.values)
    try:
        target = _target(of, values, known)
        if target is None:
            return Decision(RowStatus.CREATED, values=creation(values))
        return _update(of, values, target, known)
    except RowSkipped as skipped:
        return Decision(RowStatus.SKIPPED, note=str(skipped))
    except RowRefused as refused:
        problems = [problem(refused.column, values.get(refused.column), str(refused))]
        return Decision(RowStatus.REFUSED, problems=problems)


def problem(column: str, value: object, reason: str) -> dict[str, Any]:
    """A problem of a row that can be read, which is gone when the database or another row says otherwise."""
    return {"column": column, "value": str(value or ""), "reason": reason, _DECIDED: True}


def unreadable(problems: Iterable[Mapping[str, Any]]) -> bool:
    """Whether the row's own cells refuse it, whatever else there is."""
    return not all(problem.get(_DECIDED) for problem in problems)


def typed(values: Mapping[str, Any]) -> dict[str, Any]:
    """Values as they come from a JSON column in the types of their fields."""
    return {name: Prospect._meta.get_field(name).to_python(value) for name, value in values.items()}  # type: ignore[union-attr]


class _Known:
    """Prospects by the keys that lead to them."""

    def __init__(self, prospects: ProspectQuerySet, locked: bool) -> None:
        self.by_key: dict[tuple[str, str], list[Prospect]] = defaultdict(list)
        columns = (*FIELDS, "domain_key", "email_key", "profile_key", "scrape_status", *VERIFICATION)
        found = prospects.order_by("pk").only(*columns)
        for prospect in found.select_for_update() if locked else found:
            self._add(prospect)
        self.suppressed = suppressed_emails({p.email_key for p in self._all() if p.email_key})

    def find(self, name: str, key: str | None) -> list[Prospect]:
        return self.by_key.get((name, key), []) if key else []

    def _add(self, prospect: Prospect) -> None:
        # As in keys_of: were a site known by a profile that a later row gives it, the same file would mean
        # something else the second time.
        if prospect.source_type == SourceType.WEBSITE:
            self.by_key["domain", prospect.domain_key].append(prospect)
        else:
            self.by_key["profile", prospect.profile_key].append(prospect)
        self.by_key["email", prospect.email_key].append(prospect)

    def _all(self) -> set[Prospect]:
        return {prospect for prospects in self.by_key.values() for prospect in prospects}


def _target(of: Import, values: Mapping[str, Any], known: _Known) -> Prospect | None:
    """The prospect the row is about, or None for one to be created."""
    keys = keys_of(values)
    name, column = ("profile", "profile_url") if is_social(values) else ("domain", "domain")
    same = known.find(name, keys.get(name))
    by_email = known.find("email", keys.get("email"))
    if len(same) > 1:
        raise RowRefused(column, f"{len(same)} prospects have it; merge them first")
    # Known or not: were the row to fill in what else it says of a site that a row below has made, it would do
    # something the second time.
    if by_email and (not same or same[0] not in by_email):
        same = _by_email(by_email, keys.get(name))
    if same:
        if of.mode == ImportMode.CREATE:
            raise RowSkipped("It is in the database already.")
        return same[0]
    if of.mode == ImportMode.UPDATE:
        raise RowSkipped("It is not in the database, and this import only updates.")
    _require_identity(values, keys)
    return None


def _by_email(found: list[Prospect], identity: str | None) -> list[Prospect]:
    if identity:
        raise RowSkipped(f"Its e-mail address belongs to {found[0]} already.")
    if len(found) > 1:
        raise RowRefused("contact_email", f"{len(found)} prospects have it; merge them first")
    return found


def _require_identity(values: Mapping[str, Any], keys: Mapping[str, str]) -> None:
    if not is_social(values):
        if "domain" not in keys:
            raise RowRefused("domain", "is missing")
    elif "profile" not in keys:
        raise RowRefused("profile_url", "is missing")
    elif not values.get("source_platform"):
        raise RowRefused("source_platform", "is missing for a social profile")


def creation(values: Mapping[str, Any]) -> dict[str, Any]:
    """The columns of the prospect that a row makes when there is none yet."""
    made = dict(values)
    if is_social(values):
        platform = profile_key(values.get("profile_url")).partition("/")[0]
        made = {"domain": platform, **made, "source_type": SourceType.SOCIAL.value}
    if values.get("contact_email"):
        made["scrape_status"] = ScrapeStatus.ENRICHED.value
    return made


def _update(of: Import, values: Mapping[str, Any], target: Prospect, known: _Known) -> Decision:
    if values.get("source_type", target.source_type) != target.source_type:
        raise RowRefused("source_type", f"{target} is a {target.source_type} prospect")
    # Another spelling of what a prospect is known by is no change, unless it is asked for.
    spelled = {n for n, key in _SPELLED.items() if n in values and key(values[n]) == key(getattr(target, n))}
    same = spelled.difference(of.overwrite)
    new = {n: value for n, value in values.items() if n not in same and value != getattr(target, n)}
    writable = {n: value for n, value in new.items() if _is_empty(n, getattr(target, n)) or n in of.overwrite}
    if not writable:
        # With its prospect: a later row about the same one is a repetition, whatever was new in this one.
        return Decision(RowStatus.SKIPPED, _nothing_written(new), prospect_id=target.pk)
    if writable.get("contact_email"):
        _check_email(writable, target, known)
    writable = with_verification(target, writable)
    before = {name: getattr(target, name) for name in writable}
    return Decision(RowStatus.UPDATED, prospect_id=target.pk, values=writable, before=before)


def _is_empty(name: str, present: object) -> bool:
    return present in (None, "") or (name in UNSET and present == UNSET[name])


def _nothing_written(new: Iterable[str]) -> str:
    if kept := ", ".join(sorted(new)):
        return f"What is new in it has another value already and is not to be overwritten: {kept}."
    return "Nothing in it is new."


def _check_email(writable: dict[str, Any], target: Prospect, known: _Known) -> None:
    if email_key(writable["contact_email"]) == target.email_key:  # only written otherwise
        return
    if target.email_key in known.suppressed:
        raise RowRefused("contact_email", "the present address is suppressed and is not replaced by an import")
    if target.verification_status == VerificationStatus.VERIFIED:
        raise RowRefused("contact_email", "the present address is verified and is not replaced by an import")
    if target.scrape_status not in SCRAPED_STATUSES:
        writable["scrape_status"] = ScrapeStatus.ENRICHED.value
