"""A snapshot of a database's schema, in the database's own words.

Both sides of a comparison are such snapshots: of the live database, and of the shadow that Django's
schema editor builds from the migrations (see `config.schema.shadow`).
"""

from config.schema.catalog.objects import (
    Check,
    Column,
    ForeignKey,
    Index,
    Key,
    Other,
    Snapshot,
    Table,
    Trigger,
)
from config.schema.catalog.reader import SnapshotError, snapshot

__all__ = [
    "Check",
    "Column",
    "ForeignKey",
    "Index",
    "Key",
    "Other",
    "Snapshot",
    "SnapshotError",
    "Table",
    "Trigger",
    "snapshot",
]
