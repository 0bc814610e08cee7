"""The verdict: is this database in line with the code?"""

from __future__ import annotations

from config.schema.catalog import Snapshot
from config.schema.findings import Report


def verify(using: str = "default") -> Report:
    """The start check: the history and the live fingerprint, one query each.

    A fingerprint that is not the stored one, or no stored entry, leads to `compare`.
    A database that cannot be reached or read is a report with schema.E000, never an exception.
    """
    raise NotImplementedError


def verified(using: str = "default") -> bool:
    """Whether the live fingerprint is one that a full comparison has found free of errors.

    One query on the caller's connection, inside its transaction if there is one.
    """
    raise NotImplementedError


def compare(using: str = "default") -> Report:
    """Always the full comparison of the live database with the shadow, and the history."""
    raise NotImplementedError


def expected(using: str = "default") -> Snapshot:
    """What the migrations on disk make, read back from the shadow."""
    raise NotImplementedError


def store_verified(using: str = "default") -> Report:
    """A full comparison; stores expectation and fingerprint when it finds nothing worse than warnings.

    `migrate` calls it at its end. Returns the comparison's report.
    """
    raise NotImplementedError
