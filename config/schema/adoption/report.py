"""What adoption found and did, in words and numbers."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Any, Final

from django.db import connections

from config.schema.models import AdoptionEntry, VerifiedSchema

ACTIONS: Final = {
    "found": "was there",
    "added": "added",
    "renamed": "renamed",
    "converted": "converted",
    "folded": "folded to the vocabulary",
    "filled": "filled where it was NULL",
    "kept": "kept aside in legacy_values",
    "orphaned": "references to rows that do not exist, set to NULL and kept aside",
    "duplicates": "duplicates resolved",
    "default": "default changed",
    "constraint": "constraint replaced",
    "relaxed": "allows NULL from now on",
    "index": "index renamed",
    "recomputed": "recomputed",
    "ended": "ended, the process that worked on it is gone",
    "leftover": "left as it is; nothing here uses it",
}
# How many different values an entry lists: enough to look at, never a copy of the table. Each row has its own.
SAMPLE: Final = 100


@dataclass(frozen=True)
class Entry:
    """One line of the report; `rows` is None where rows do not matter."""

    table: str
    column: str
    action: str
    detail: str = ""
    rows: int | None = None
    data: Any = None

    def __post_init__(self) -> None:
        if self.action not in ACTIONS:
            raise ValueError(f"{self.action} is not an action of adoption")

    def __str__(self) -> str:
        place = f"{self.table}.{self.column}" if self.column else self.table
        return f"{place}: {self.words}"

    @property
    def words(self) -> str:
        """What happened, without the place."""
        rows = "" if self.rows is None else f" ({self.rows:,} row{'' if self.rows == 1 else 's'})"
        detail = f": {self.detail}" if self.detail else ""
        return f"{ACTIONS[self.action]}{rows}{detail}"


def record(entries: Iterable[Entry], using: str) -> None:
    """Keep the entries, in the caller's transaction: they are there exactly when what they tell of is."""
    AdoptionEntry.objects.using(using).bulk_create([AdoptionEntry(**asdict(entry)) for entry in entries])


def is_adopting(using: str) -> bool:
    """Whether this database was adopted: only then is an added column worth an entry."""
    return AdoptionEntry.objects.using(using).exists()


def was_found(using: str, table: str) -> bool:
    """Whether this database was adopted with the table: what is new in a table that is new itself is no news."""
    return AdoptionEntry.objects.using(using).filter(table=table, action="found").exists()


def is_under_way(using: str) -> bool:
    """Whether an adoption has begun that no `migrate` has brought to its end, which is the first verified schema."""
    tables = connections[using].introspection.table_names()
    if {model._meta.db_table for model in (AdoptionEntry, VerifiedSchema)} - set(tables):
        return False
    return is_adopting(using) and not VerifiedSchema.objects.using(using).exists()


def recorded(using: str) -> list[Entry]:
    """The report of the adoption, oldest entry first; empty for a database that was new or is not migrated."""
    if AdoptionEntry._meta.db_table not in connections[using].introspection.table_names():
        return []
    rows = AdoptionEntry.objects.using(using).values("table", "column", "action", "detail", "rows", "data")
    return [Entry(**row) for row in rows.order_by("pk")]
