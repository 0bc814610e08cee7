"""The relations of a PostgreSQL database: which there are, which are asked for, and which is part of which."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from typing import NamedTuple

from config.schema.catalog.objects import Other, RelationKind
from config.schema.catalog.questions import Row

KINDS: dict[str, RelationKind] = {
    "r": "table",
    "p": "partitioned table",
    "v": "view",
    "m": "materialized view",
    "f": "foreign table",
}


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
    bound: str | None
    quoted_schema: str
    quoted_name: str
    free: bool

    @property
    def quoted(self) -> str:
        """As SQL of any session writes it."""
        return f"{self.quoted_schema}.{self.quoted_name}"

    @property
    def written(self) -> str:
        """As SQL of this session writes it."""
        return self.quoted_name if self.visible else self.quoted

    @property
    def qualified(self) -> str:
        """The name as a model writes it in db_table when the search path does not lead to it."""
        return f'{self.schema}"."{self.name}'

    @property
    def label(self) -> str:
        return self.name if self.visible else self.qualified


class Family:
    """Which relation is part of which, or inherits from which."""

    def __init__(self, relations: list[Relation], links: list[Row]) -> None:
        self._by_oid = {relation.oid: relation for relation in relations}
        self._below: dict[int, list[Relation]] = defaultdict(list)
        self._above: dict[int, list[Relation]] = defaultdict(list)
        for parent, heir in links:
            if parent in self._by_oid and heir in self._by_oid:
                self._below[parent].append(self._by_oid[heir])
                self._above[heir].append(self._by_oid[parent])

    @property
    def relations(self) -> Iterable[Relation]:
        return self._by_oid.values()

    def parents(self, relation: Relation) -> list[Relation]:
        return self._above.get(relation.oid, [])

    def heirs(self, relation: Relation) -> list[Relation]:
        """Other tables whose rows are among its own; partitions are itself."""
        return [] if relation.kind == "p" else self._below.get(relation.oid, [])

    def partitions(self, relation: Relation) -> list[Relation]:
        return self._below.get(relation.oid, []) if relation.kind == "p" else []

    def below(self, relation: Relation) -> Iterator[Relation]:
        """Its partitions and those of them."""
        for part in self.partitions(relation):
            yield part
            yield from self.below(part)


def choose(relations: list[Relation], tables: Collection[str] | None) -> dict[str, Relation]:
    if tables is None:
        return {r.name: r for r in relations if r.visible and r.free and not r.partition and r.kind in "rp"}
    by_name = {r.qualified: r for r in relations} | {r.name: r for r in relations if r.visible}
    return {name: by_name[name] for name in tables if name in by_name}


def as_others(others: list[Relation], like: dict[int, str]) -> Iterable[Other]:
    for relation in others:
        kind = f"temporary {KINDS[relation.kind]}" if relation.persistence == "t" else KINDS[relation.kind]
        yield Other(kind, relation.name, relation.schema, relation.reachable, like.get(relation.oid, ""))


def hidden_behind(relation: Relation, relations: Iterable[Relation]) -> tuple[str, ...]:
    if not relation.visible:
        return ()
    return tuple(r.schema for r in relations if r.name == relation.name and r.reachable and not r.visible)
