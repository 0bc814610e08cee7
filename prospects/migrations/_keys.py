"""Brings the keys of prospects and of the suppression list in line with `prospects.keys`; the list only grows."""

import contextlib
from collections.abc import Iterable, Iterator
from typing import Any

import idna
from django.db import transaction

from prospects.keys import LINK, domain_key, email_key, profile_key

BATCH = 5000
KEYS = ("domain_key", "email_key", "profile_key")
COPIED = ("value", "reason", "source", "note", "created_at", "created_by_id")


def recompute(apps: Any, schema_editor: Any) -> None:
    """Write the keys that are not what their texts make; whoever was suppressed by the key of before still is."""
    prospects, entries = _rows(apps, schema_editor, "Prospect"), _rows(apps, schema_editor, "Suppression")
    for batch in _batches(prospects.values_list("pk", "domain", "contact_email", "profile_url", *KEYS)):
        stale = [pk for pk, domain, email, url, *keys in batch if _keys(domain, email, url) != keys]
        if stale:
            with transaction.atomic(using=schema_editor.connection.alias):
                _write(prospects, entries, stale)


def recompute_suppressions(apps: Any, schema_editor: Any) -> None:
    """Add what entries mean by now: straße.de and strasse.de had one key. What they meant before stays as well."""
    entries = _rows(apps, schema_editor, "Suppression")
    for batch in _batches(entries.values_list("pk", "kind", "key", "value")):
        _add(entries, ((kind, key, _meant(kind, value)) for _, kind, key, value in batch))


def _rows(apps: Any, schema_editor: Any, name: str) -> Any:
    return apps.get_model("prospects", name)._base_manager.using(schema_editor.connection.alias).order_by("pk")


def _batches(rows: Any) -> Iterator[list[Any]]:
    batch = list(rows[:BATCH])
    while batch:
        yield batch
        batch = list(rows.filter(pk__gt=batch[-1][0])[:BATCH])


def _keys(domain: str, email: str | None, url: str | None) -> list[str]:
    return [domain_key(domain), email_key(email), profile_key(url)]


def _write(prospects: Any, entries: Any, stale: list[Any]) -> None:
    # Read once more and locked: a text may have changed since.
    rows = list(prospects.filter(pk__in=stale).select_for_update())
    _add(entries, (renamed for row in rows for renamed in _renamed(row.domain, row.contact_email)))
    for row in rows:
        keys = zip(KEYS, _keys(row.domain, row.contact_email, row.profile_url), strict=True)
        prospects.filter(pk=row.pk).update(**dict(keys))


def _add(entries: Any, renamed: Iterable[tuple[str, str, str]]) -> None:
    """For each entry of a kind and key, one that has the other key, unless there is one."""
    wanted: dict[tuple[str, str], set[str]] = {}
    for kind, old, new in renamed:
        if new not in ("", old):
            wanted.setdefault((kind, old), set()).add(new)
    olds = [old for _, old in wanted]
    for start in range(0, len(olds), 500):
        found = list(entries.filter(key__in=olds[start : start + 500]))
        entries.bulk_create(
            (
                entries.model(kind=entry.kind, key=new, **{name: getattr(entry, name) for name in COPIED})
                for entry in found
                for new in sorted(wanted.get((entry.kind, entry.key), ()))
            ),
            ignore_conflicts=True,
        )


def _meant(kind: str, value: str) -> str:
    text = value.strip()
    if kind == "domain":
        return domain_key(text.removeprefix("@"))
    return email_key(text[len(LINK) :] if text.casefold().startswith(LINK) else text)


def _renamed(domain: str, email: str | None) -> Iterator[tuple[str, str, str]]:
    """Kind, key until now and key from now on, of what a prospect can be suppressed by."""
    old, new = _old_email_key(email), email_key(email)
    yield "email", old.replace(LINK, ""), new.replace(LINK, "")
    for old_host, new_host in (
        (_old_domain_key(domain), domain_key(domain)),
        (old.rpartition("@")[2], new.rpartition("@")[2]),
    ):
        for old_parent, new_parent in zip(_parents(old_host), _parents(new_host), strict=False):
            yield "domain", old_parent, new_parent


def _parents(host: str) -> list[str]:
    labels = host.split(".")
    return [".".join(labels[start:]) for start in reversed(range(len(labels)))]


def _old_domain_key(domain: str) -> str:
    folded = domain.strip().casefold().rstrip(".")
    with contextlib.suppress(idna.IDNAError):
        folded = folded if folded.isascii() else idna.encode(folded, uts46=True).decode("ascii")
    return folded.removeprefix("www.")


def _old_email_key(email: str | None) -> str:
    local, at, domain = (email or "").strip().casefold().rpartition("@")
    if not at:
        return domain
    key = _old_domain_key(domain)
    return f"{local}@www.{key}" if domain.rstrip(".").startswith("www.") else f"{local}@{key}"
