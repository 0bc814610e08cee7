"""Findings that somebody has decided to live with, for a reason and until a day: SCHEMA["IGNORE"]."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from django.core.exceptions import ImproperlyConfigured
from django.utils import timezone

from config.schema.conf import schema_settings
from config.schema.findings import IDS, Finding

_KEYS = {"object", "id", "reason", "until"}
# Nobody can live with these: without them nothing else can be told.
_NEVER = frozenset({"schema.E000", "schema.E001", "schema.E002"})


@dataclass(frozen=True, slots=True)
class Rule:
    """One finding about one object, left out up to and including a day. `object` reads as in a report."""

    object: str
    id: str
    reason: str
    until: date

    def covers(self, finding: Finding) -> bool:
        return finding.id == self.id and finding.place == self.object


def rules() -> list[Rule]:
    """The rules of SCHEMA["IGNORE"]. Raises ImproperlyConfigured, naming the rule, for one that says too little."""
    return [_rule(number, given) for number, given in enumerate(schema_settings().ignore, start=1)]


def applied(findings: Iterable[Finding], today: date | None = None) -> list[Finding]:
    """The findings without those that a rule covers today.

    One whose rule has run out is an Error again, even where it was a warning: somebody promised to have mended it.
    """
    given = rules()
    if not given:
        return list(findings)
    today = today or timezone.localdate()
    kept = ((finding, _last(given, finding)) for finding in findings)
    return [_expired(finding, rule) if rule else finding for finding, rule in kept if not rule or rule.until < today]


def _last(given: Iterable[Rule], finding: Finding) -> Rule | None:
    return max((rule for rule in given if rule.covers(finding)), key=lambda rule: rule.until, default=None)


def _expired(finding: Finding, rule: Rule) -> Finding:
    note = f"ignored until {rule.until:%Y-%m-%d} ({rule.reason}); that day has passed"
    return replace(finding, level="error", detail="; ".join(filter(None, (finding.detail, note))))


def _rule(number: int, given: dict[str, Any]) -> Rule:
    where = f"SCHEMA['IGNORE'], rule {number}"
    if given.keys() != _KEYS:
        raise ImproperlyConfigured(f"{where}: has the keys {sorted(given)}, and needs {sorted(_KEYS)}.")
    if given["id"] not in IDS or given["id"] in _NEVER:
        raise ImproperlyConfigured(f"{where}: {given['id']!r} is not the id of a finding that can be ignored.")
    # A datetime is a date to Python, and cannot be compared with one.
    if not isinstance(given["until"], date) or isinstance(given["until"], datetime):
        raise ImproperlyConfigured(f"{where}: until has to be a datetime.date, not {given['until']!r}.")
    if not str(given["reason"]).strip():
        raise ImproperlyConfigured(f"{where}: says no reason.")
    return Rule(**given)
