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

from django.db import transaction
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
    RelationKind,
    RowSecurity,
    Snapshot,
    Table,
    Trigger,
)

_KINDS: dict[str, RelationKind] = {
    "r": "table",
    "p": "partitioned table",
    "v": "view",
    "m": "materialized view",
    "f": "foreign table",
}
_TYPE_KINDS = {"e": "enum type", "d": "domain", "r": "range type", "c": "composite type"}
_IDENTITIES: dict[str, Identity] = {"a": "always", "d": "by default", "": ""}
_ACTIONS = {"a": "NO ACTION", "r": "RESTRICT", "c": "CASCADE", "n": "SET NULL", "d": "SET DEFAULT"}
_INDEX_KINDS: dict[str, IndexKind] = {"p": "primary key", "u": "unique", "x": "exclusion"}
# The two bits of pg_index.indoption: 1 descending, 2 NULLs first.
_ORDER = {0: "", 1: "DESC NULLS LAST", 2: "NULLS FIRST", 3: "DESC"}

# What every table has and pg_attribute numbers below zero.
_SYSTEM_COLUMNS = {-1: "ctid", -2: "xmin", -3: "cmin", -4: "xmax", -5: "cmax", -6: "tableoid"}
_DEFAULT_COLLATION = 100

#: How long a comparison waits for a table that somebody has locked.
LOCK_TIMEOUT = "4s"

# The joins are written in the order in which they are to be made: to look for a better one takes longer than to join.
# And the planner expects far more of the catalog than is there: to compile would take twenty times as long as to read.
_SETTINGS = (
    f"SELECT set_config('lock_timeout', '{LOCK_TIMEOUT}', true), set_config('join_collapse_limit', '1', true), "
    "set_config('jit', 'off', true)"
)

Row = tuple[Any, ...]
#: A column: its table's oid and its number there.
Place = tuple[int, int]
Grouped = dict[int, list[Any]]


class Relation(NamedTuple):
    """A row of pg_class, in the order the query gives."""

    oid: int
    schema: str
    name: str
    kind: str
    persistence: str
    row_security: bool
    row_security_active: bool
    visible: bool
    reachable: bool
    partition: bool
    partition_key: list[str]
    heirs: list[str]
    parents: list[str]
    bound: str | None
    quoted: str

    @property
    def qualified(self) -> str:
        """The name as a model writes it in db_table when the search path does not lead to it."""
        return f'{self.schema}"."{self.name}'

    @property
    def label(self) -> str:
        return self.name if self.visible else self.qualified


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
    identity: str
    generated: str
    collation: str | None
    domain: int | None


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

    Only read: it is rolled back, and with it the settings. Whoever holds a table locked must not hold up a start for
    ever (the server locks it, too, to word an expression).
    """
    with transaction.atomic(using=connection.alias):
        found = _snapshot(connection, tables)
        transaction.set_rollback(True, using=connection.alias)
    return found


def _snapshot(connection: BaseDatabaseWrapper, tables: Collection[str] | None) -> Snapshot:
    _, rows, types = _answers(connection, _SETTINGS, queries.RELATIONS, queries.TYPES)
    relations = [Relation(*row) for row in rows]
    chosen = _choose(relations, tables)
    labels = {relation.oid: relation.label for relation in relations} | {r.oid: name for name, r in chosen.items()}
    details = _details(connection, {relation.oid: relation for relation in chosen.values()}, labels)
    taken = {relation.oid for relation in chosen.values()}
    return Snapshot(
        engine="postgresql",
        version=str(connection.pg_version // 10000),  # type: ignore[attr-defined]
        tables={name: _table(name, relation, relations, details) for name, relation in chosen.items()},
        others=(*_other_relations(relations, taken), *(Other(_TYPE_KINDS[k], n, schema) for n, schema, k in types)),
    )


def _answers(connection: BaseDatabaseWrapper, *statements: str) -> list[list[Row]]:
    """The rows of each statement, asked in one go. Only what the catalog said, quoted by the server, enters them."""
    with connection.cursor() as cursor:
        cursor.execute(";".join(statements))
        answers = [cursor.fetchall()]
        while cursor.nextset():
            answers.append(cursor.fetchall())
    return answers


def _about(oids: Iterable[int], *formats: str) -> list[str]:
    """The queries about these oids."""
    array = f"'{{{','.join(map(str, oids))}}}'::oid[]"
    return [text.replace("%s", array) for text in formats]


def _choose(relations: list[Relation], tables: Collection[str] | None) -> dict[str, Relation]:
    if tables is None:
        return {r.name: r for r in relations if r.visible and not r.partition and r.kind in "rp"}
    by_name = {r.qualified: r for r in relations} | {r.name: r for r in relations if r.visible}
    return {name: by_name[name] for name in tables if name in by_name}


def _other_relations(relations: list[Relation], taken: set[int]) -> Iterable[Other]:
    for relation in relations:
        if relation.oid not in taken and not relation.partition:
            kind = f"temporary {_KINDS[relation.kind]}" if relation.persistence == "t" else _KINDS[relation.kind]
            yield Other(kind, relation.name, relation.schema, relation.reachable)


def _details(connection: BaseDatabaseWrapper, tables: dict[int, Relation], labels: dict[int, str]) -> _Details:
    version = connection.pg_version  # type: ignore[attr-defined]
    about = queries.COLUMNS, queries.constraints(version), queries.indexes(version), queries.TRIGGERS, queries.SEQUENCES
    found, constraints, indexes, triggers, drawn = _answers(connection, *_about(tables, *about))
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
        triggers=_group((row[0], Trigger(*row[1:])) for row in triggers),
    )


def _strict_domains(connection: BaseDatabaseWrapper, domains: set[int]) -> set[int]:
    """Those of the domains that refuse NULL."""
    return {row[0] for row in _answers(connection, *_about(domains, queries.STRICT_DOMAINS))[0]} if domains else set()


def _group(pairs: Iterable[tuple[int, Any]]) -> Grouped:
    grouped: Grouped = defaultdict(list)
    for oid, item in pairs:
        grouped[oid].append(item)
    return grouped


def _table(name: str, relation: Relation, relations: list[Relation], details: _Details) -> Table:
    security: RowSecurity = "active" if relation.row_security_active else "other roles" if relation.row_security else ""
    return Table(
        name=name,
        schema=relation.schema,
        columns=tuple(details.columns.get(relation.oid, ())),
        indexes=tuple(details.indexes.get(relation.oid, ())),
        checks=tuple(details.checks.get(relation.oid, ())),
        foreign_keys=tuple(details.foreign_keys.get(relation.oid, ())),
        triggers=tuple(details.triggers.get(relation.oid, ())),
        kind=_KINDS[relation.kind],
        logged=relation.persistence != "u",
        row_security=security,
        hides=_hidden_behind(relation, relations),
        partition_key=tuple(relation.partition_key or ()),
        heirs=tuple(relation.heirs),
        parents=tuple(relation.parents),
        bound=relation.bound or "",
    )


def _hidden_behind(relation: Relation, relations: list[Relation]) -> tuple[str, ...]:
    if not relation.visible:
        return ()
    return tuple(r.schema for r in relations if r.name == relation.name and r.reachable and not r.visible)


def _column(
    row: ColumnRow, sequences: dict[Place, Sequence], states: dict[Place, _State], unproven: set[Any], strict: set[int]
) -> Column:
    place = row.table, row.number
    sequence = sequences.get(place)
    state = states.get(place, _State())
    kind = _IDENTITIES[row.identity] or ("serial" if sequence else "")
    return Column(
        name=row.name,
        type=row.type,
        nullable=row.nullable and row.domain not in strict,
        default=None if row.generated or kind else row.default,
        identity=kind,
        generated=row.default if row.generated else None,
        collation=row.collation,
        sequence=sequence.name if sequence else None,
        highest=state.highest,
        limits=state.limits,
        unproven=place in unproven,
        domain=row.domain is not None,
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
    for n, highest, last, called in _answers(connection, " UNION ALL ".join(parts))[0]:
        states[readable[n]] = sequences[readable[n]].state(highest, last, called)
    return states


def _indexes(rows: list[Row], columns: dict[Place, ColumnRow]) -> list[tuple[int, Index]]:
    """Each index with its table's oid, by name; a row of the query is one column or expression of an index."""
    groups = (list(group) for _, group in groupby(rows, key=itemgetter(0)))
    found = [(parts[0][1], _index(parts[0], [_part(part, columns) for part in parts])) for parts in groups]
    return sorted(found, key=lambda pair: pair[1].name)


def _part(row: Row, columns: dict[Place, ColumnRow]) -> tuple[bool, Key]:
    """Whether it is only included, and the column or expression with its operator class, collation and order."""
    included, number, expression, operators, collation_oid, collation, order = row[12:]
    column = columns.get((row[1], number))
    own = collation_oid in (0, None, column.collation_oid if column else _DEFAULT_COLLATION)
    named = None if own else collation or 'COLLATE "default"'
    # What is only included has no order.
    options = " ".join(filter(None, (operators, named, _ORDER[order or 0])))
    return included, Key(column.quoted if column else expression, options)


def _index(row: Row, parts: list[tuple[bool, Key]]) -> Index:
    name, method, unique, valid, distinct, condition, contype, deferrable, deferred, operators = row[2:12]
    return Index(
        name=name,
        kind=_INDEX_KINDS.get(contype, "unique" if unique else "index"),
        keys=tuple(key for included, key in parts if not included),
        method=method,
        condition=condition,
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
    return Check(name=row[1], expression=row[3], validated=row[4], enforced=row[5], columns=columns)


def _foreign_key(row: Row, names: dict[Place, str], labels: dict[int, str]) -> ForeignKey:
    table, name, _, _, validated, enforced, target, on_delete, on_update, deferrable, deferred, silent = row[:12]
    columns, target_columns, named_elsewhere = row[12:]
    return ForeignKey(
        name=name,
        columns=_named(table, columns, names),
        target=labels[target],
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
    return tuple(_SYSTEM_COLUMNS.get(number) or names[table, number] for number in numbers or () if number)
