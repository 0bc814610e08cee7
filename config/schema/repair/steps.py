"""The steps of a repair plan."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from config.schema.findings import Finding


class Refused(Exception):
    """A finding that no additive repair mends; the text says why and what to do instead."""


@dataclass(frozen=True, slots=True)
class Statement:
    """One statement and the lock it takes. `alone`: it must not run inside a transaction.

    `on_failure` is run when it fails, so that nothing is left of the statements before it that stands in the way.
    """

    sql: str
    lock: str
    alone: bool = False
    on_failure: str = ""


@dataclass(frozen=True, slots=True)
class Step:
    """What mends one finding: statements, each in a short transaction of its own, or the reason why there are none.

    `together`: the statements belong into one transaction, with foreign keys checked at its end.
    """

    finding: Finding
    statements: tuple[Statement, ...] = ()
    refused: str = ""
    together: bool = False

    def as_dict(self) -> dict[str, Any]:
        """What is told of it, by name."""
        finding = self.finding
        return {
            **{name: getattr(finding, name) for name in ("id", "level", "table", "column", "name")},
            "refused": self.refused,
            "statements": [{"sql": statement.sql, "lock": statement.lock} for statement in self.statements],
        }

    def as_text(self) -> str:
        """The finding, then each statement with its lock, exactly as it will run; or why nothing will."""
        lines = [f"-- {self.finding.id} {self.finding.place}"]
        if self.refused:
            lines.append(f"-- nothing will run: {self.refused}")
        for statement in self.statements:
            lines += [f"-- lock: {statement.lock}"]
            lines += [f"-- if it fails: {statement.on_failure}"] if statement.on_failure else []
            lines += [statement.sql]
        return "\n".join(lines)
