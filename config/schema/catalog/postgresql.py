"""Reads a PostgreSQL catalog into a snapshot: three questions, and one more for domains, whatever the number of tables.

What can be asked at once is one script: on a near server the way there and back takes as long as a small query.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from itertools import groupby
from operator import itemgetter
from typing import Any, NamedTuple

from django.db import InternalError, ProgrammingError, transaction
from django.db.backends.base.base import BaseDatabaseWrapper

from config.schema.catalog import queries
from config.schema.catalog.objects import (
    Check,
    Column,
    ForeignKey,
    Identity,
    Index,
    IndexKind,
    Key,
    Other,
    RowSecurity,
    Snapshot,
    Table,
    Trigger,
)
from config.schema.catalog.questions import GoneError, Row, about, ask, still_there
from config.schema.catalog.reader import SnapshotError
from config.schema.catalog.relations import KINDS, Family, Relation, as_others, choose, hidden_behind

_TYPE_KINDS = {"e": "enum type", "d": "domain", "r": "range type", "c": "composite type"}
_IDENTITIES: dict[str, Identity] = {"a": "always", "d": "by default", "": ""}
_ACTIONS = {"a": "NO ACTION", "r": "RESTRICT", "c": "CASCADE", "n": "SET NULL", "d": "SET DEFAULT"}
_INDEX_KINDS: dict[str, IndexKind] = {"p": "primary key", "u": "unique", "x": "exclusion"}
# The two bits of pg_index.indoption: 1 descending, 2 NULLs first.
_ORDER = {0: "", 1: "DESC NULLS LAST", 2: "NULLS FIRST", 3: "DESC"}

# What every table has and pg_attribute numbers below zero.
_SYSTEM_COLUMNS = {-1: "ctid", -2: "xmin", -3: "cmin", -4: "xmax", -5: "cmax", -6: "tableoid"}
_DEFAULT_COLLATION = 100
_HIGHEST = {"smallint": 2**15 - 1, "integer": 2**31 - 1, "bigint": 2**63 - 1}

#: How long a comparison waits for a table that somebody has locked.
LOCK_TIMEOUT = "4s"

# The joins are written in the order in which they are to be made: to look for a better one takes longer than to join.
# And the planner expects far more of the catalog than is there: to compile would take twenty times as long as to read.
_SETTINGS = (
    f"SELECT set_config('lock_timeout', '{LOCK_TIMEOUT}', true), set_config('join_collapse_limit', '1', true), "
    "set_config('jit', 'off', true), current_setting('session_replication_role') = 'replica'"
)

# All questions see the database as it was at the first of them. It has to come before any question.
_ONE_MOMENT = "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY"

_ATTEMPTS = 3
# What the server says of an object that was there a moment ago: "cache lookup failed", no such table, column, object.
_GONE = frozenset({"XX000", "42P01", "42703", "42704"})

#: A column: its table's oid and its number there.
Place = tuple[int, int]
Grouped = dict[int, list[Any]]


@dataclass(frozen=True, slots=True)
class _State:
    """What is wrong with the next key of a sequence: `highest` and `limits` as in `Column`."""

    highest: int | None = None
    limits: str = ""


class ColumnRow(NamedTuple):
    """A row of pg_attribute, in the order the query gives; `domain` is the type's oid where it is one."""

    table: int
    number: int
    name: str
    quoted: str
    collation_oid: int
    type: str
    nullable: bool
    default: str | None
    has_default: bool
    identity: str
    generated: str
    collation: str | None
    domain: int | None
    readable: bool


class Sequence(NamedTuple):
    """What a column draws its keys from, in the order the query gives."""

    table: int
    column: int
    name: str
    readable: bool
    increment: int
    minimum: int
    maximum: int
    cycles: bool

    def ceiling(self, type_: str) -> int | None:
        """The last key that it hands out, where the column could take more."""
        return self.maximum if self.maximum < _HIGHEST.get(type_, 0) else None

    @property
    def limits(self) -> str:
        words = f"INCREMENT BY {self.increment} MINVALUE {self.minimum} MAXVALUE {self.maximum}"
        return f"{words} CYCLE" if self.cycles else words

    def state(self, highest: int | None, last: int, called: bool) -> _State:
        """Whether the next key is taken, or beyond the last one that the sequence may hand out."""
        following = last + self.increment if called else last
        if following > self.maximum and self.cycles:
            following = self.minimum
        free = following if highest is None else max(following, highest + 1)
        if free > self.maximum:
            return _State(limits=self.limits)
        return _State(highest=highest if highest is not None and following <= highest else None)


@dataclass(frozen=True, slots=True)
class _Details:
    """What the catalog says of the chosen relations, by the relation's oid."""

    columns: Grouped
    indexes: Grouped
    checks: Grouped
    foreign_keys: Grouped
    triggers: Grouped


def snapshot(connection: BaseDatabaseWrapper, tables: Collection[str] | None) -> Snapshot:
    """See `config.schema.catalog.snapshot`.

    What somebody drops meanwhile is still in the catalog as we see it, and the server can word it no more: it is read
    anew then. Raises SnapshotError when that does not help.
    """
    for _ in range(_ATTEMPTS):
        try:
            return _read(connection, tables)
        except GoneError as error:
            gone: Exception = error
        except (InternalError, ProgrammingError) as error:
            if getattr(error.__cause__, "sqlstate", None) not in _GONE:
                raise
            gone = error
    raise SnapshotError(f"the schema was changed while it was read, {_ATTEMPTS} times: {gone}") from gone


def _read(connection: BaseDatabaseWrapper, tables: Collection[str] | None) -> Snapshot:
    """Only read: it is rolled back, and with it the settings.

    Whoever holds a table locked must not hold up a start for ever (the server locks it, too, to word an expression).
    """
    # Within somebody's transaction the view of the database is theirs.
    start = [_ONE_MOMENT] if connection.get_autocommit() else []
    with transaction.atomic(using=connection.alias):
        found = _snapshot(connection, tables, start)
        transaction.set_rollback(True, using=connection.alias)
    return found


def _snapshot(connection: BaseDatabaseWrapper, tables: Collection[str] | None, start: list[str]) -> Snapshot:
    first = *start, _SETTINGS, queries.RELATIONS, queries.INHERITANCE, queries.TYPES
    [(*_, replica)], rows, links, types = ask(connection, *first)
    relations = [Relation(*row) for row in rows]
    chosen = choose(relations, tables)
    family = Family(relations, links)
    labels = {relation.oid: relation.label for relation in relations} | {r.oid: name for name, r in chosen.items()}
    details = _details(connection, list(chosen.values()), family, labels)
    taken = {relation.oid for relation in chosen.values()}
    others = [r for r in relations if r.oid not in taken and r.free and not r.partition]
    like = _former_partitions(connection, others, chosen, details)
    return Snapshot(
        engine="postgresql",
        version=str(connection.pg_version // 10000),  # type: ignore[attr-defined]
        tables={name: _table(name, relation, family, details) for name, relation in chosen.items()},
        others=(*as_others(others, like), *(Other(_TYPE_KINDS[k], n, schema) for n, schema, k in types)),
        replica=replica,
    )


def _former_partitions(
    connection: BaseDatabaseWrapper, others: list[Relation], chosen: dict[str, Relation], details: _Details
) -> dict[int, str]:
    """The tables that have the columns of a partitioned one, which they may have been part of, with its name."""
    shapes = {
        frozenset((column.name, column.type) for column in details.columns[relation.oid]): name
        for name, relation in chosen.items()
        if relation.kind == "p"
    }
    tables = [relation.oid for relation in others if relation.kind in "rp"]
    if not shapes or not tables:
        return {}
    found = _group((row[0], row[1:]) for row in ask(connection, *about(tables, queries.SHAPES))[0])
    return {oid: shapes[shape] for oid, rows in found.items() if (shape := frozenset(rows)) in shapes}


def _details(
    connection: BaseDatabaseWrapper, chosen: list[Relation], family: Family, labels: dict[int, str]
) -> _Details:
    version = connection.pg_version  # type: ignore[attr-defined]
    tables = {relation.oid: relation for relation in chosen}
    script = about(
        [*tables, *(part.oid for relation in chosen for part in family.below(relation))],
        *(queries.COLUMNS, queries.constraints(version), queries.indexes(version), queries.TRIGGERS),
    )
    # A partition draws its keys from the sequence of its table, if from any.
    script += about(tables, queries.SEQUENCES)
    found, constraints, indexes, triggers, drawn = ask(connection, *script)
    rows = [ColumnRow(*row) for row in found]
    columns = {(row.table, row.number): row for row in rows}
    names = {place: row.name for place, row in columns.items()}
    sequences = {(one.table, one.column): one for one in (Sequence(*row) for row in drawn)}
    states = _states(connection, sequences, columns, tables)
    strict = _strict_domains(connection, {row.domain for row in rows if row.domain})
    unproven = {(row[0], number) for row in constraints if row[2] == "n" for number in row[12]}
    return _Details(
        columns=_group((row.table, _column(row, sequences, states, unproven, strict)) for row in rows),
        indexes=_group(_indexes(indexes, columns)),
        checks=_group((row[0], _check(row, names)) for row in constraints if row[2] == "c"),
        foreign_keys=_group((row[0], _foreign_key(row, names, labels)) for row in constraints if row[2] == "f"),
        triggers=_group((row[0], _trigger(*row[1:])) for row in triggers),
    )


def _trigger(name: str, definition: str | None, enabled: bool, instead: bool) -> Trigger:
    return Trigger(name, still_there(definition, name), enabled, instead)


def _strict_domains(connection: BaseDatabaseWrapper, domains: set[int]) -> set[int]:
    """Those of the domains that refuse NULL."""
    return {row[0] for row in ask(connection, *about(domains, queries.STRICT_DOMAINS))[0]} if domains else set()


def _group(pairs: Iterable[tuple[int, Any]]) -> Grouped:
    grouped: Grouped = defaultdict(list)
    for oid, item in pairs:
        grouped[oid].append(item)
    return grouped


def _table(name: str, relation: Relation, family: Family, details: _Details) -> Table:
    security: RowSecurity = "active" if relation.row_security_active else "other roles" if relation.row_security else ""
    return Table(
        name=name,
        schema=relation.schema,
        columns=tuple(details.columns.get(relation.oid, ())),
        indexes=tuple(details.indexes.get(relation.oid, ())),
        checks=tuple(details.checks.get(relation.oid, ())),
        foreign_keys=tuple(details.foreign_keys.get(relation.oid, ())),
        triggers=tuple(details.triggers.get(relation.oid, ())),
        kind=KINDS[relation.kind],
        logged=relation.persistence != "u",
        row_security=security,
        hides=hidden_behind(relation, family.relations),
        partition_key=tuple(relation.partition_key or ()),
        heirs=tuple(heir.written for heir in family.heirs(relation)),
        parents=tuple(parent.written for parent in family.parents(relation)),
        bound=relation.bound or "",
        partitions=tuple(_table(part.label, part, family, details) for part in family.partitions(relation)),
    )


def _column(
    row: ColumnRow, sequences: dict[Place, Sequence], states: dict[Place, _State], unproven: set[Any], strict: set[int]
) -> Column:
    place = row.table, row.number
    sequence = sequences.get(place)
    state = states.get(place, _State())
    kind = _IDENTITIES[row.identity] or ("serial" if sequence else "")
    default = still_there(row.default, row.name) if row.has_default else row.default
    return Column(
        name=row.name,
        type=row.type,
        nullable=row.nullable and row.domain not in strict,
        default=None if row.generated or kind else default,
        identity=kind,
        generated=default if row.generated else None,
        collation=row.collation,
        sequence=sequence.name if sequence else None,
        highest=state.highest,
        limits=state.limits,
        ceiling=sequence.ceiling(row.type) if sequence else None,
        unproven=place in unproven,
        domain=row.domain is not None,
        readable=row.readable,
    )


def _states(
    connection: BaseDatabaseWrapper,
    sequences: dict[Place, Sequence],
    columns: dict[Place, ColumnRow],
    tables: dict[int, Relation],
) -> dict[Place, _State]:
    """Those of the sequences whose next key does not fit, in one query."""
    readable = [place for place, sequence in sequences.items() if sequence.readable]
    states = {place: _State(limits=one.limits) for place, one in sequences.items() if one.increment <= 0}
    if not readable:
        return states
    parts = [
        f"SELECT {n}, (SELECT max({columns[place].quoted}) FROM {tables[place[0]].quoted}), last_value, is_called "
        f"FROM {sequences[place].name}"
        for n, place in enumerate(readable)
    ]
    for n, highest, last, called in ask(connection, " UNION ALL ".join(parts))[0]:
        states[readable[n]] = sequences[readable[n]].state(highest, last, called)
    return states


def _indexes(rows: list[Row], columns: dict[Place, ColumnRow]) -> list[tuple[int, Index]]:
    """Each index with its table's oid, by name; a row of the query is one column or expression of an index."""
    groups = (list(group) for _, group in groupby(rows, key=itemgetter(0)))
    found = [(parts[0][1], _index(parts[0], [_part(part, columns) for part in parts])) for parts in groups]
    return sorted(found, key=lambda pair: pair[1].name)


def _part(row: Row, columns: dict[Place, ColumnRow]) -> tuple[bool, Key]:
    """Whether it is only included, and the column or expression with its operator class, collation and order."""
    included, number, expression, operators, collation_oid, collation, order = row[13:]
    column = columns.get((row[1], number))
    own = collation_oid in (0, None, column.collation_oid if column else _DEFAULT_COLLATION)
    named = None if own else collation or 'COLLATE "default"'
    # What is only included has no order.
    options = " ".join(filter(None, (operators, named, _ORDER[order or 0])))
    return included, Key(column.quoted if column else still_there(expression, row[2]), options)


def _index(row: Row, parts: list[tuple[bool, Key]]) -> Index:
    name, method, unique, valid, distinct, condition, partial, contype, deferrable, deferred, operators = row[2:13]
    return Index(
        name=name,
        kind=_INDEX_KINDS.get(contype, "unique" if unique else "index"),
        keys=tuple(key for included, key in parts if not included),
        method=method,
        condition=still_there(condition, name) if partial else None,
        include=tuple(key.expression for included, key in parts if included),
        nulls_distinct=distinct,
        deferrable=_deferrable(deferrable, deferred),
        operators=tuple(operators or ()),
        valid=valid,
        constraint=contype is not None,
    )


def _deferrable(deferrable: bool | None, deferred: bool | None) -> str:
    if not deferrable:
        return ""
    return "initially deferred" if deferred else "deferrable"


def _check(row: Row, names: dict[Place, str]) -> Check:
    columns = _named(row[0], row[12], names)
    return Check(
        name=row[1], expression=still_there(row[3], row[1]), validated=row[4], enforced=row[5], columns=columns
    )


def _foreign_key(row: Row, names: dict[Place, str], labels: dict[int, str]) -> ForeignKey:
    table, name, _, _, validated, enforced, target, on_delete, on_update, deferrable, deferred, silent = row[:12]
    columns, target_columns, named_elsewhere = row[12:]
    return ForeignKey(
        name=name,
        columns=_named(table, columns, names),
        target=still_there(labels.get(target), f"what {name} refers to"),
        target_columns=tuple(named_elsewhere or ()) or _named(target, target_columns, names),
        on_delete=_ACTIONS[on_delete],
        on_update=_ACTIONS[on_update],
        deferrable=_deferrable(deferrable, deferred),
        validated=validated,
        enforced=enforced,
        fires=not silent,
    )


def _named(table: int, numbers: list[int] | None, names: dict[Place, str]) -> tuple[str, ...]:
    """The columns of these numbers; 0 stands for the row as a whole."""
    known = (_SYSTEM_COLUMNS.get(number) or names.get((table, number)) for number in numbers or () if number)
    return tuple(still_there(name, "a column of a constraint") for name in known)
