"""Categories that follow from what is known: named by a title or domain, or spelled in another way."""

import re
from collections import defaultdict
from uuid import UUID

from django.db import transaction

from prospects import changes
from prospects.changes import Cause
from prospects.choices import OFFERED_CATEGORIES
from prospects.models import Prospect
from prospects.stages import present


def category_named_by(title: str, domain: str) -> str | None:
    """The offered category whose words stand in the title or, written together, in the domain; the longest wins."""
    words, run = _folded(title), re.sub(r"[\W_]", "", domain.casefold())
    for category in sorted(OFFERED_CATEGORIES, key=len, reverse=True):
        named = _folded(category)
        if f" {named} " in f" {words} " or named.replace(" ", "") in run:
            return category
    return None


def categorize(cause: Cause) -> int:
    """Give every prospect without a category the one it names; returns how many got one."""
    found: dict[str, list[UUID]] = defaultdict(list)
    nameless = Prospect.objects.exclude(present("discovery_category"))
    with transaction.atomic():
        for pk, title, domain in nameless.values_list("pk", "page_title", "domain").iterator(chunk_size=2000):
            if category := category_named_by(title or "", domain):
                found[category].append(pk)
        # One that was given a category meanwhile keeps it.
        return sum(changes.change(nameless, _category(name), cause, ids) for name, ids in found.items())


def unify(cause: Cause) -> tuple[int, dict[str, str]]:
    """Replace spellings of offered categories that differ in case and spaces; returns rows changed and the mapping."""
    offered = {_folded(category): category for category in OFFERED_CATEGORIES}
    with transaction.atomic():
        used = [category for category in Prospect.objects.categories() if category]
        mapping = {name: offered[_folded(name)] for name in used if offered.get(_folded(name), name) != name}
        rows = Prospect.objects.all()
        changed = (
            changes.change(rows.filter(discovery_category=old), _category(new), cause) for old, new in mapping.items()
        )
        return sum(changed), mapping


def _folded(text: str) -> str:
    """The text's words in lower case, one space apart."""
    return " ".join(re.findall(r"\w+", text.casefold()))


def _category(name: str) -> dict[str, str]:
    return {"discovery_category": name}
