"""Reads a PostgreSQL catalog into a snapshot: nine queries, and one more for domains, whatever the number of tables."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager
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
_ACTIONS = {"a": "NO ACTION", "r": "RESTRICT", "c": "CASCADE", "n": "SET NULL", "d": "SET DEFAULT"}
_INDEX_KINDS: dict[str, IndexKind] = {"p": "primary key", "u": "unique", "x": "exclusion"}
# The two bits of pg_index.indoption: 1 descending, 2 NULLs first.
_ORDER = {0: "", 1: "DESC NULLS LAST", 2: "NULLS FIRST", 3: "DESC"}

#: How long a comparison waits for a table that somebody has locked.
LOCK_TIMEOUT = "4s"

# The joins are written in the order in which they are to be made: to look for a better one takes longer than to join.
_SETTINGS = "SELECT set_config('lock_timeout', %s, true), set_config('join_collapse_limit', '1', true)"

Row = tuple[Any, ...]
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


class Sequence(NamedTuple):
    """What a column draws its keys from, in the order the query gives."""

    table: int
    column: str
    name: str
    table_name: str
    readable: bool
    quoted_column: str
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
    """See `config.schema.catalog.snapshot`."""
    with _patience(connection):
        return _snapshot(connection, tables)


@contextmanager
def _patience(connection: BaseDatabaseWrapper) -> Iterator[None]:
    """Whoever holds a table locked must not hold up a start for ever: the server locks it, too, to word an expression.

    Only read in there: it is rolled back, and with it the setting.
    """
    with transaction.atomic(using=connection.alias):
        with connection.cursor() as cursor:
            cursor.execute(_SETTINGS, [LOCK_TIMEOUT])
        yield
        transaction.set_rollback(True, using=connection.alias)


def _snapshot(connection: BaseDatabaseWrapper, tables: Collection[str] | None) -> Snapshot:
    version = connection.pg_version  # type: ignore[attr-defined]
    relations = [Relation(*row) for row in _rows(connection, queries.RELATIONS)]
    chosen = _choose(relations, tables)
    labels = {relation.oid: relation.label for relation in relations} | {r.oid: name for name, r in chosen.items()}
    details = _details(connection, [relation.oid for relation in chosen.values()], labels, version)
    taken = {relation.oid for relation in chosen.values()}
    return Snapshot(
        engine="postgresql",
        version=str(version // 10000),
        tables={name: _table(name, relation, relations, details) for name, relation in chosen.items()},
        others=(*_other_relations(relations, taken), *_types(connection)),
    )


def _rows(connection: BaseDatabaseWrapper, sql: str, *params: Any) -> list[Row]:
    with connection.cursor() as cursor:
        cursor.execute(sql, params or None)
        return list(cursor.fetchall())


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


def _types(connection: BaseDatabaseWrapper) -> Iterable[Other]:
    for name, schema, kind in _rows(connection, queries.TYPES):
        yield Other(_TYPE_KINDS[kind], name, schema)


def _details(connection: BaseDatabaseWrapper, oids: list[int], labels: dict[int, str], version: int) -> _Details:
    constraints = _rows(connection, queries.constraints(version), oids)
    columns = _rows(connection, queries.COLUMNS, oids)
    strict = _strict_domains(connection, {row[8] for row in columns if row[8]})
    drawn = [Sequence(*row) for row in _rows(connection, queries.SEQUENCES, oids, oids)]
    sequences = {(sequence.table, sequence.column): sequence for sequence in drawn}
    states = _states(connection, drawn)
    unproven = {(row[0], name) for row in constraints if row[2] == "n" for name in row[12]}
    return _Details(
        columns=_group((row[0], _column(row, sequences, states, unproven, strict)) for row in columns),
        indexes=_group(_indexes(_rows(connection, queries.indexes(version), oids))),
        checks=_group((row[0], _check(row)) for row in constraints if row[2] == "c"),
        foreign_keys=_group((row[0], _foreign_key(row, labels)) for row in constraints if row[2] == "f"),
        triggers=_group((row[0], Trigger(*row[1:])) for row in _rows(connection, queries.TRIGGERS, oids, oids)),
    )


def _strict_domains(connection: BaseDatabaseWrapper, domains: set[int]) -> set[int]:
    """Those of the domains that refuse NULL."""
    return {row[0] for row in _rows(connection, queries.STRICT_DOMAINS, list(domains))} if domains else set()


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
    row: Row, sequences: dict[Any, Sequence], states: dict[Any, _State], unproven: set[Any], strict: set[int]
) -> Column:
    oid, name, type_, nullable, default, identity, generated, collation, domain = row
    sequence = sequences.get((oid, name))
    state = states.get((oid, name), _State())
    kind: Identity = "always" if identity == "a" else "by default" if identity == "d" else "serial" if sequence else ""
    return Column(
        name=name,
        type=type_,
        nullable=nullable and domain not in strict,
        default=None if generated or kind else default,
        identity=kind,
        generated=default if generated else None,
        collation=collation,
        sequence=sequence.name if sequence else None,
        highest=state.highest,
        limits=state.limits,
        unproven=(oid, name) in unproven,
        domain=domain is not None,
    )


def _states(connection: BaseDatabaseWrapper, sequences: list[Sequence]) -> dict[tuple[int, str], _State]:
    """Those of the sequences whose next key does not fit, in one query."""
    readable = [sequence for sequence in sequences if sequence.readable]
    states = {(one.table, one.column): _State(limits=one.limits) for one in sequences if one.increment <= 0}
    if not readable:
        return states
    # Only catalog names, quoted by the server, enter this statement.
    parts = [
        f"SELECT {n}, (SELECT max({one.quoted_column}) FROM {one.table_name}), last_value, is_called FROM {one.name}"
        for n, one in enumerate(readable)
    ]
    for n, highest, last, called in _rows(connection, " UNION ALL ".join(parts)):
        states[readable[n].table, readable[n].column] = readable[n].state(highest, last, called)
    return states


def _indexes(rows: list[Row]) -> list[tuple[int, Index]]:
    """Each index with its table's oid, by name; a row of the query is one column or expression of an index."""
    groups = (list(group) for _, group in groupby(rows, key=itemgetter(0)))
    found = [(parts[0][1], _index(parts[0], [part[-4:] for part in parts])) for parts in groups]
    return sorted(found, key=lambda pair: pair[1].name)


def _index(row: Row, parts: list[Row]) -> Index:
    name, method, unique, valid, distinct, condition, contype, deferrable, deferred, operators = row[2:12]
    return Index(
        name=name,
        kind=_INDEX_KINDS.get(contype, "unique" if unique else "index"),
        keys=tuple(
            Key(expression, " ".join(filter(None, (options, _ORDER[order]))))
            for included, expression, options, order in parts
            if not included
        ),
        method=method,
        condition=condition,
        include=tuple(expression for included, expression, *_ in parts if included),
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


def _check(row: Row) -> Check:
    return Check(name=row[1], expression=row[3], validated=row[4], enforced=row[5], columns=tuple(row[12]))


def _foreign_key(row: Row, labels: dict[int, str]) -> ForeignKey:
    _, name, _, _, validated, enforced, target, on_delete, on_update, deferrable, deferred, silent, columns, to = row
    return ForeignKey(
        name=name,
        columns=tuple(columns),
        target=labels[target],
        target_columns=tuple(to),
        on_delete=_ACTIONS[on_delete],
        on_update=_ACTIONS[on_update],
        deferrable=_deferrable(deferrable, deferred),
        validated=validated,
        enforced=enforced,
        fires=not silent,
    )
