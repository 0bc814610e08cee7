"""What stands between this application and its rows, beside the shape of its tables: rights, and rules that are off."""

from __future__ import annotations

from collections.abc import Iterator

from config.schema.catalog import Snapshot
from config.schema.compare.pair import Pair, managed, quoted
from config.schema.findings import Finding

# A key of this size is a long way off; the column's type only promised more.
_FAR = 2**31 - 1


def replication_role(expected: Snapshot, actual: Snapshot, database: str) -> Iterator[Finding]:
    """A session that replays what another server has checked: triggers do not fire, those of foreign keys included."""
    if actual.replica:
        yield Finding(
            id="schema.E016",
            database=database,
            name="session_replication_role",
            expected="origin: triggers fire, those of foreign keys among them",
            actual="replica, set for our role, for the database or by the connection's options",
            breaks="references to rows that do not exist are stored, and no trigger fires",
            command=f"in {managed('dbshell', database)}: ALTER DATABASE … or ALTER ROLE … [IN DATABASE …] "
            "RESET session_replication_role;",
        )


def rights(pair: Pair) -> Iterator[Finding]:
    """Tables and columns that our role may not read."""
    hidden = [actual for _, actual in pair.shared if not actual.readable]
    whole = len(hidden) == len(pair.shared)
    for column in hidden[:1] if whole else hidden:
        what = "" if whole else f" ({quoted(column.name)})"
        yield pair.finding(
            "schema.E019",
            column=None if whole else column.name,
            expected="our role may read it",
            actual="permission denied",
            breaks=f"everything that reads {pair.expected.model or pair.expected.name}",
            command=pair.sql(f"GRANT SELECT{what} ON {quoted(pair.expected.name)} TO …; (our role, by the owner)"),
        )


def ceilings(pair: Pair) -> Iterator[Finding]:
    """Sequences that end before the type of their column does."""
    for _, actual in pair.shared:
        if actual.ceiling is None or actual.limits:
            continue
        yield pair.finding(
            "schema.E017",
            column=actual.name,
            name=actual.sequence,
            expected=f"keys up to the last one of {actual.type}",
            actual=f"keys up to {actual.ceiling}",
            breaks="every insert, once that many keys have been given",
            command=pair.sql(f"ALTER SEQUENCE {actual.sequence} AS {actual.type} NO MAXVALUE;"),
            level="warning" if actual.ceiling >= _FAR else None,
        )


def conflicts(pair: Pair) -> Iterator[Finding]:
    """SQLite: a rule with ON CONFLICT drops the new row or the old one where others refuse, and nothing fails."""
    for rule, word in pair.actual.conflicts:
        if (rule, word) in pair.expected.conflicts:
            continue
        lost = {"IGNORE": "the new row is left out", "REPLACE": "the row that is there is deleted, or NULL replaced"}
        yield pair.finding(
            "schema.E019" if word in lost else "schema.E016",
            name=rule,
            expected="a row that breaks the rule is refused",
            actual=f"ON CONFLICT {word}",
            breaks=f"writes: {lost[word]}, and nothing fails" if word in lost else "what else the transaction wrote",
            command=pair.sql(""),
        )
