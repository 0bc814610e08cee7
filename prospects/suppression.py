"""The list of those who are never written to: the one place that adds, removes and asks.

A domain stands for itself and everything below it. Which prospects may be written to is
`Prospect.objects.may_be_written_to()`; nothing else decides it.
"""

import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from itertools import islice

from django.contrib.auth.models import AbstractBaseUser, AnonymousUser
from django.db import transaction

from prospects.choices import SuppressionKind, SuppressionReason, SuppressionSource
from prospects.keys import LINK, domain_key, email_key
from prospects.models.suppression import Suppression

BATCH = 500
_HOST = re.compile(r"[a-z0-9-]+(\.[a-z0-9-]+)+")
# What may stand before the @ (RFC 5322 and 6531), wherever its dots are: some hosts give out `a..b@`. A stricter rule
# would leave no way to suppress an address that a prospect has.
_LOCAL = re.compile(r"[a-z0-9!#$%&'*+/=?^_`{|}~.\u0080-\U0010ffff-]+" r'|"([^"\\]|\\.)*"')
# Addresses stand side by side between these. A slash is one only before an address: it is legal within one.
_SEPARATORS = re.compile(r"[\s,;|]|/(?=[^/]*@)")


class NotSuppressible(ValueError):
    """The text is neither an e-mail address nor a domain."""


@dataclass(frozen=True)
class Entry:
    """What is to be suppressed, as it was given."""

    value: str
    reason: str = SuppressionReason.OTHER.value
    note: str = ""


def parse(value: str) -> tuple[SuppressionKind, str]:
    """Kind and key of an address or domain; a link (`mailto:`) stands for its address. Raises NotSuppressible."""
    text = re.sub(rf"^{LINK}(?=[^@]+@)", "", value.strip(), flags=re.IGNORECASE)
    kind = SuppressionKind.EMAIL if "@" in text.removeprefix("@") else SuppressionKind.DOMAIN
    key = email_key(text) if kind == SuppressionKind.EMAIL else domain_key(text.removeprefix("@"))
    local, _, host = key.rpartition("@")
    if not _HOST.fullmatch(host) or (kind == SuppressionKind.EMAIL and not _is_local(local)):
        raise NotSuppressible(_why_not(value))
    return kind, key


def _is_local(text: str) -> bool:
    return text.isprintable() and _LOCAL.fullmatch(text) is not None


def _why_not(value: str) -> str:
    pieces = [piece for piece in _SEPARATORS.split(value.strip()) if piece]
    if len(pieces) > 1 and sum(map(_is_suppressible, pieces)) > 1:
        return f"{value!r} is more than one address or domain. Give each as an entry, or on a line, of its own."
    return f"{value!r} is neither an e-mail address nor a domain such as example.com."


def _is_suppressible(piece: str) -> bool:
    try:
        parse(piece)
    except NotSuppressible:
        return False
    return True


def add(
    entries: Iterable[Entry],
    user: AbstractBaseUser | AnonymousUser | None = None,
    source: SuppressionSource = SuppressionSource.MANUAL,
) -> int:
    """Suppress; returns how many are new. What is on the list already stays as it is. Raises NotSuppressible."""
    user_id = user.pk if user else None
    rows = (_row(entry, user_id, source) for entry in entries)
    with transaction.atomic():
        before = Suppression.objects.count()
        while batch := list(islice(rows, BATCH)):
            Suppression.objects.bulk_create(batch, ignore_conflicts=True)
        return Suppression.objects.count() - before


def remove(value: str) -> int:
    """Take an address or domain, in whatever spelling, off the list; returns how many rows that were."""
    try:
        kind, key = parse(value)
    except NotSuppressible:
        return 0
    return Suppression.objects.filter(kind=kind, key=key).delete()[0]


def suppressed_emails(keys: Collection[str]) -> set[str]:
    """Which of the normalised addresses are suppressed, by themselves or by their domain."""
    wanted = {key: (key.replace(LINK, ""), key, *parents(key.rpartition("@")[2])) for key in keys if key}
    listed = on_the_list({text for texts in wanted.values() for text in texts})
    return {
        key
        for key, (address, as_it_is, *domains) in wanted.items()
        if any((SuppressionKind.EMAIL, text) in listed for text in (address, as_it_is))
        or any((SuppressionKind.DOMAIN, d) in listed for d in domains)
    }


def suppressed_domains(keys: Collection[str]) -> set[str]:
    """Which of the normalised domains are suppressed, by themselves or by one above them."""
    listed = on_the_list({parent for key in keys for parent in parents(key)})
    return {key for key in keys if any((SuppressionKind.DOMAIN, parent) in listed for parent in parents(key))}


def parents(domain: str) -> Sequence[str]:
    """The domain and those above it, without the last label alone: a.b.example, b.example."""
    labels = domain.split(".")
    return [".".join(labels[start:]) for start in range(max(1, len(labels) - 1))]


def _row(entry: Entry, user_id: int | None, source: SuppressionSource) -> Suppression:
    kind, key = parse(entry.value)
    return Suppression(
        kind=kind,
        key=key,
        value=entry.value.strip(),
        reason=entry.reason,
        note=entry.note,
        source=source,
        created_by_id=user_id,
    )


def on_the_list(texts: Collection[str]) -> set[tuple[str, str]]:
    """Kind and key of the entries that have one of these keys."""
    remaining = iter(texts)
    found: set[tuple[str, str]] = set()
    while batch := list(islice(remaining, BATCH)):
        found.update(Suppression.objects.filter(key__in=batch).values_list("kind", "key"))
    return found
