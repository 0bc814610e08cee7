"""What the guard reports: findings, and the report that holds them."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, field, fields
from typing import Any, Literal, NamedTuple

Level = Literal["error", "warning"]


class Meaning(NamedTuple):
    """The level an id normally has and what it stands for."""

    level: Level
    text: str


#: Every id the guard can report; docs/checks.md has a section for each.
IDS: dict[str, Meaning] = {
    "schema.E000": Meaning("error", "the database cannot be reached or read"),
    "schema.E001": Meaning("error", "migrations are not applied"),
    "schema.E002": Meaning("error", "the migration history is inconsistent"),
    "schema.E003": Meaning("error", "models changed with no migration"),
    "schema.E010": Meaning("error", "a table is missing"),
    "schema.E011": Meaning("error", "a column is missing"),
    "schema.E012": Meaning("error", "a column's type cannot hold or return what the model says"),
    "schema.E013": Meaning("error", "a column is NOT NULL and the model may write NULL"),
    "schema.E014": Meaning("error", "a column may be NULL and the model says never"),
    "schema.E015": Meaning("error", "an unknown column refuses what inserts leave in it: every insert fails"),
    "schema.E016": Meaning("error", "a key, unique, check or foreign key is missing, not enforced or another one"),
    "schema.E017": Meaning("error", "an identity, sequence, default or generated value is missing or different"),
    "schema.E018": Meaning("error", "rows break a promise that the database no longer enforces"),
    "schema.E019": Meaning("error", "rows are hidden from this application, or not its own, or its writes are lost"),
    "schema.W001": Meaning("warning", "the database is ahead of this code, and this code still works on it"),
    "schema.W002": Meaning("warning", "the database has something that nobody owns"),
    "schema.W003": Meaning("warning", "an index is missing or invalid, or storage differs: slow, not wrong"),
    "schema.W004": Meaning("warning", "the alembic_version table has changed since adoption"),
}


#: Warnings that are worth a look some day, but not at every start: things nobody owns, things that are slow.
QUIET = frozenset({"schema.W002", "schema.W003"})


@dataclass(frozen=True, slots=True)
class Finding:
    """One difference, in words a person can act on.

    `table` is empty for what concerns the whole database. `name` is that of an index, constraint,
    trigger or migration. `level` is that of the id unless the consequence is milder. `subject` is the object
    to make or to mend, for the repair; it is not part of what is reported.
    """

    id: str
    database: str
    table: str = ""
    column: str | None = None
    name: str | None = None
    expected: str = ""
    actual: str = ""
    breaks: str = ""
    command: str = ""
    detail: str = ""
    level: Level | None = None
    subject: object = field(default=None, compare=False, repr=False)

    def __post_init__(self) -> None:
        if self.id not in IDS:
            raise ValueError(f"{self.id} is not an id of the schema guard")
        if self.level is None:
            object.__setattr__(self, "level", IDS[self.id].level)

    @property
    def is_error(self) -> bool:
        return self.level == "error"

    @property
    def place(self) -> str:
        """The object the finding is about: `table.column`, `table (name)`, or the database."""
        place = f"{self.table}.{self.column}" if self.column else self.table
        if self.name:
            place = f"{place} ({self.name})" if place else self.name
        return place or f"database {self.database!r}"

    def as_dict(self) -> dict[str, Any]:
        """What is reported, by name: every field but `subject`."""
        return {item.name: getattr(self, item.name) for item in fields(self) if item.compare}

    def as_text(self) -> str:
        """A block of lines: id and place, then each known fact on a line of its own."""
        facts = (
            ("expected", self.expected),
            ("actual", self.actual),
            ("breaks", self.breaks),
            ("detail", self.detail),
            ("to mend", self.command),
        )
        head = f"{self.id} {self.level}: {self.place}: {IDS[self.id].text}"
        return "\n".join([head, *(f"    {label + ':':<10}{text}" for label, text in facts if text)])


@dataclass(frozen=True, slots=True)
class Report:
    """The findings of one verification of one database."""

    findings: tuple[Finding, ...] = ()
    database: str = "default"
    #: Of the live schema, where the verification computed it.
    fingerprint: str = field(default="", compare=False)

    @classmethod
    def of(cls, findings: Iterable[Finding], database: str = "default", fingerprint: str = "") -> Report:
        """Errors first, then by id and place; a finding reported twice is kept once."""
        unique = dict.fromkeys(findings)
        return cls(tuple(sorted(unique, key=lambda f: (not f.is_error, f.id, f.place))), database, fingerprint)

    @property
    def errors(self) -> tuple[Finding, ...]:
        return tuple(finding for finding in self.findings if finding.is_error)

    @property
    def warnings(self) -> tuple[Finding, ...]:
        return tuple(finding for finding in self.findings if not finding.is_error)

    @property
    def ok(self) -> bool:
        """Nothing worse than warnings."""
        return not self.errors

    def as_text(self) -> str:
        """One block per finding and a last line that counts them."""
        if not self.findings:
            return f"Database {self.database!r} is in line with the code."
        count = f"Database {self.database!r}: {len(self.errors)} error(s), {len(self.warnings)} warning(s)."
        return "\n".join([*(finding.as_text() for finding in self.findings), count])

    def in_brief(self) -> str:
        """The text without what a person need not read to act.

        That is warnings which neither break nor threaten anything, and what unapplied migrations will make.
        """
        untold = [finding for finding in self.findings if self._is_quiet(finding)]
        if not untold:
            return self.as_text()
        told = Report(tuple(finding for finding in self.findings if finding not in untold), self.database)
        blocks = [finding.as_text() for finding in told.findings]
        count = f"Database {self.database!r}: {len(self.errors)} error(s), {len(self.warnings)} warning(s)"
        rest = f"{len(untold)} that follow from the others or are harmless: manage.py schema diff lists them."
        return "\n".join([*blocks, f"{count}; {rest}"])

    def _is_quiet(self, finding: Finding) -> bool:
        """What stops a start is told, whatever its id: a W002 is an error once the rule that ignored it has run out."""
        harmless = finding.id in QUIET and not finding.is_error
        return harmless or self.comes_with_migrations(finding)

    def comes_with_migrations(self, finding: Finding) -> bool:
        """Whether it is a missing table or column that a migration of this report's schema.E001 will make."""
        commands = {other.command for other in self.findings if other.id == "schema.E001"}
        return finding.id in ("schema.E010", "schema.E011") and finding.command in commands

    def as_json(self) -> str:
        """A stable document: `{version, database, ok, errors, warnings, findings: [{id, level, …}]}`."""
        document = {
            "version": 1,
            "database": self.database,
            "ok": self.ok,
            "errors": len(self.errors),
            "warnings": len(self.warnings),
            "findings": [finding.as_dict() for finding in self.findings],
        }
        return json.dumps(document, indent=2)
