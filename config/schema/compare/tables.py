"""Tables: missing, out of reach, hidden, unlogged; and what nobody owns."""

from __future__ import annotations

import re
from collections.abc import Iterator

from config.schema.catalog import Other, Snapshot, Table
from config.schema.compare.pair import Pair, in_schema, managed, quoted
from config.schema.findings import Finding

_TYPES = frozenset({"enum type", "domain", "range type", "composite type"})


def missing(expected: Snapshot, actual: Snapshot, database: str) -> Iterator[Finding]:
    for name, table in expected.tables.items():
        if name in actual.tables:
            continue
        elsewhere = sorted({other.schema for other in actual.others if other.name == name and not other.reachable})
        yield Finding(
            id="schema.E010",
            database=database,
            table=name,
            expected=f"the table of {table.model or name}",
            actual="no such table" if not elsewhere else f"not on the search path; found in {', '.join(elsewhere)}",
            breaks=f"everything that reads or writes {table.model or name}",
            command=f'in {managed("dbshell", database)}: ALTER TABLE "{elsewhere[0]}".{quoted(name)} SET SCHEMA …;'
            if elsewhere
            else managed("schema repair", database),
            subject=None if elsewhere else table,
        )


def unowned(expected: Snapshot, actual: Snapshot, database: str) -> Iterator[Finding]:
    known = {other.name for other in expected.others} | expected.tables.keys()
    used = {_type_name(column.type) for table in expected.tables.values() for column in table.columns}
    for other in actual.others:
        temporary = other.kind.startswith("temporary ")
        if temporary or not other.reachable or other.name in known or (other.kind in _TYPES and other.name in used):
            continue
        if other.like:
            yield _once_a_partition(other, database)
            continue
        yield Finding(
            id="schema.W002",
            database=database,
            table=other.name,
            expected="nothing of this name",
            actual=f"a {other.kind}",
            breaks="nothing: the code does not see it",
            command=f"name it in SCHEMA['OBJECTS'] with a reason, or in {managed('dbshell', database)}: {_drop(other)}",
        )


def _once_a_partition(other: Other, database: str) -> Finding:
    attach = f"ALTER TABLE {quoted(other.like)} ATTACH PARTITION {quoted(other.name)} …;"
    return Finding(
        id="schema.E019",
        database=database,
        table=other.name,
        expected=f"a partition of {other.like}, whose columns it has",
        actual=f"a {other.kind} by itself",
        breaks=f"lists and counts of {other.like}, if it was a partition: its rows are missing from them",
        command=f"in {managed('dbshell', database)}: {attach} or, if it was put aside on purpose, name it in "
        "SCHEMA['OBJECTS'] with a reason",
        subject=other,
    )


def _type_name(words: str) -> str:
    """Without schema, length and brackets: `public.state[]` is `state`."""
    return re.sub(r"(\([^)]*\))?(\[\])*$", "", words).rpartition(".")[2].strip('"')


def _drop(other: Other) -> str:
    kind = other.kind.upper()
    word = {"ENUM TYPE": "TYPE", "RANGE TYPE": "TYPE", "COMPOSITE TYPE": "TYPE", "PARTITIONED TABLE": "TABLE"}
    return f"DROP {word.get(kind, kind)} {in_schema(other.name, other.schema)};"


def hidden(pair: Pair) -> Iterator[Finding]:
    """Rows that are there and that queries do not reach: they answer with fewer rows, and with no error."""
    table = pair.actual
    if is_stand_in(table):
        yield _hidden(pair, "a table", f"a {table.kind}", pair.sql(f"DROP {table.kind.upper()} {quoted(table.name)};"))
    if table.hides:
        where = ", ".join(table.hides)
        actual = f"the one in {table.schema} is read, and hides the one in {where}"
        command = pair.sql(f"DROP TABLE {quoted(table.schema)}.{quoted(table.name)}; or mend the search path")
        yield _hidden(pair, "one table of this name on the search path", actual, command)
    if table.row_security == "active":
        yield _hidden(
            pair, "no row security", "row security hides rows from our role", pair.alter("DISABLE ROW LEVEL SECURITY")
        )


def is_stand_in(table: Table) -> bool:
    """Something in the place of a table: it has neither keys nor constraints to compare."""
    return table.kind not in ("table", "partitioned table")


def _hidden(pair: Pair, expected: str, actual: str, command: str) -> Finding:
    return pair.finding(
        "schema.E019",
        expected=expected,
        actual=actual,
        breaks="lists and counts: rows are missing from them and nothing fails",
        command=command,
    )


def row_security(pair: Pair) -> Iterator[Finding]:
    if pair.actual.row_security == "other roles":
        yield pair.finding(
            "schema.W002",
            name="row security",
            expected="no row security",
            actual="on, without effect on our role",
            breaks="nothing for our role; others see fewer rows",
            command=pair.alter("DISABLE ROW LEVEL SECURITY"),
        )


def storage(pair: Pair) -> Iterator[Finding]:
    if not pair.actual.logged:
        yield pair.finding(
            "schema.W003",
            expected="a logged table",
            actual="UNLOGGED",
            breaks="the table is empty after a crash of the server, and on a standby",
            command=pair.alter("SET LOGGED"),
        )


def inheritance(pair: Pair) -> Iterator[Finding]:
    """A table that became part of another one, or another one part of it."""
    table, none = pair.actual, "no inheritance"
    for heir in table.heirs:
        actual, breaks = (
            f"{heir} inherits from it",
            "lists and counts: rows of the other table are among them, unchecked",
        )
        leave = pair.sql(f"ALTER TABLE {heir} NO INHERIT {quoted(table.name)};")
        yield pair.finding("schema.E019", name=heir, expected=none, actual=actual, breaks=breaks, command=leave)
    for parent in table.parents:
        if table.bound:
            actual, breaks = f"a partition of {parent} {table.bound}", "every write of a row outside of these bounds"
            leave = pair.sql(f"ALTER TABLE {parent} DETACH PARTITION {quoted(table.name)};")
            yield pair.finding("schema.E016", name=parent, expected=none, actual=actual, breaks=breaks, command=leave)
        else:
            actual, breaks = f"it inherits from {parent}", "nothing known; who writes to that table writes to this one"
            leave = pair.alter(f"NO INHERIT {parent}")
            yield pair.finding("schema.W002", name=parent, expected=none, actual=actual, breaks=breaks, command=leave)


def triggers(pair: Pair) -> Iterator[Finding]:
    """A trigger's function may do anything; of a rule it is known when it takes the place of what was asked for."""
    nothing_known = "nothing known; it may change or refuse what the code writes"
    for trigger in pair.actual.triggers:
        yield pair.finding(
            "schema.E019" if trigger.instead else "schema.W002",
            name=trigger.name,
            expected="no trigger or rule",
            actual=trigger.definition,
            breaks="writes: they do something else, and nothing fails" if trigger.instead else nothing_known,
            command=f"name {pair.expected.name}.{trigger.name} in SCHEMA['OBJECTS'] with a reason, or drop it",
            subject=trigger,
        )
