"""The guard as a Django system check, for `check --database` and every command that runs database checks."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from django.core.checks import CheckMessage, Error, Warning

from config.schema import guard
from config.schema.conf import guarded_databases
from config.schema.findings import IDS, Finding

_suspended: ContextVar[bool] = ContextVar("_suspended", default=False)


def check_schema(*, databases: Sequence[str] | None, **kwargs: Any) -> list[CheckMessage]:
    """Each finding on the named databases as a check message with the same id; asks nothing when none is named."""
    if _suspended.get():
        return []
    guarded = guarded_databases()
    return [
        message(finding) for alias in databases or () if alias in guarded for finding in guard.verify(alias).findings
    ]


@contextmanager
def suspended() -> Iterator[None]:
    """The check answers nothing inside: for a command that mends what it would report, and runs database checks."""
    token = _suspended.set(True)
    try:
        yield
    finally:
        _suspended.reset(token)


def message(finding: Finding) -> CheckMessage:
    """The finding in the form of Django's checks: the object is its place, the hint its command."""
    kind = Error if finding.is_error else Warning
    facts = (("expected", finding.expected), ("actual", finding.actual), ("breaks", finding.breaks))
    details = "; ".join(f"{label}: {text}" for label, text in facts if text)
    text = f"{IDS[finding.id].text} ({details})" if details else IDS[finding.id].text
    return kind(text, hint=finding.command or None, obj=finding.place, id=finding.id)
