"""The objects of a schema snapshot: plain values, comparable and storable as JSON."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from typing import Any, Literal

Identity = Literal["", "by default", "always", "serial", "rowid"]
IndexKind = Literal["index", "unique", "primary key", "exclusion"]
RelationKind = Literal["table", "partitioned table", "view", "materialized view", "foreign table"]
RowSecurity = Literal["", "active", "other roles"]


@dataclass(frozen=True, slots=True)
class Column:
    """A column. `type` and `default` are the server's words, for example `character varying(120)`.

    Only in an expectation: `field` (`app.Model.field`) and `backfill`, the SQL literal that the field
    declares for rows that have no value. Only in a live database: `highest` is the highest key when the
    column's sequence would hand out one that is taken, `limits` those of a sequence that hands out none that fits,
    `ceiling` the last key of one that ends before the column's type does, `unproven` says that a NOT NULL constraint
    has not been validated, `readable` whether our role may read it, and `familiar`, of a column that no model knows,
    that it is registered, or was there when its table had every column that a model does know.
    """

    name: str
    type: str
    nullable: bool
    default: str | None = None
    identity: Identity = ""
    generated: str | None = None
    collation: str | None = None
    field: str | None = None
    backfill: str | None = None
    sequence: str | None = None
    highest: int | None = None
    limits: str = ""
    unproven: bool = False
    domain: bool = False
    ceiling: int | None = None
    readable: bool = True
    familiar: bool = False


@dataclass(frozen=True, slots=True)
class Key:
    """One key of an index: a column or expression, and what differs from the type's usual order."""

    expression: str
    options: str = ""


@dataclass(frozen=True, slots=True)
class Index:
    """An index, whether it stands alone or carries a primary key, unique or exclusion constraint.

    `declared` says that the model names it (Meta.indexes, Meta.constraints), so that its name is API.
    """

    name: str
    kind: IndexKind
    keys: tuple[Key, ...]
    method: str = "btree"
    condition: str | None = None
    include: tuple[str, ...] = ()
    nulls_distinct: bool = True
    deferrable: str = ""
    operators: tuple[str, ...] = ()
    valid: bool = True
    constraint: bool = False
    declared: bool = False

    @property
    def columns(self) -> tuple[str, ...]:
        return tuple(key.expression for key in self.keys)


@dataclass(frozen=True, slots=True)
class Check:
    """A CHECK constraint; `enforced` is False for NOT ENFORCED, `validated` for NOT VALID.

    Only in a live database, and of a check on unknown columns: `accepts` says whether it is met by what inserts leave
    there; None is not known.
    """

    name: str
    expression: str
    columns: tuple[str, ...] = ()
    validated: bool = True
    enforced: bool = True
    declared: bool = False
    accepts: bool | None = None


@dataclass(frozen=True, slots=True)
class ForeignKey:
    """A foreign key. `target` is the referenced table's name as the models write it."""

    name: str
    columns: tuple[str, ...]
    target: str
    target_columns: tuple[str, ...]
    on_delete: str = "NO ACTION"
    on_update: str = "NO ACTION"
    deferrable: str = ""
    validated: bool = True
    enforced: bool = True
    fires: bool = True


@dataclass(frozen=True, slots=True)
class Trigger:
    """A trigger or rewrite rule that somebody put on a table; `instead` says that writes go nowhere else."""

    name: str
    definition: str
    enabled: bool = True
    instead: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """A relation a model reads and writes. `hides` names schemas whose table of this name is not reached.

    `heirs` are the tables that inherit from it and `parents` those it inherits from; `bound` is that of a partition.
    `partitions`, only in a live database, are those of a partitioned table, as tables. `conflicts` are what SQLite does
    with rows that break a rule where that is not to refuse them: the rule and the word, such as IGNORE.
    """

    name: str
    schema: str
    columns: tuple[Column, ...]
    indexes: tuple[Index, ...] = ()
    checks: tuple[Check, ...] = ()
    foreign_keys: tuple[ForeignKey, ...] = ()
    triggers: tuple[Trigger, ...] = ()
    kind: RelationKind = "table"
    logged: bool = True
    row_security: RowSecurity = ""
    hides: tuple[str, ...] = ()
    partition_key: tuple[str, ...] = ()
    heirs: tuple[str, ...] = ()
    parents: tuple[str, ...] = ()
    bound: str = ""
    partitions: tuple[Table, ...] = ()
    conflicts: tuple[tuple[str, str], ...] = ()
    model: str | None = None
    sql: str = ""

    def column(self, name: str) -> Column | None:
        return next((column for column in self.columns if column.name == name), None)

    def expressions(self) -> Iterator[str]:
        """Every expression of the table, as the server words it; plain columns of indexes are none."""
        yield from (check.expression for check in self.checks)
        yield from (text for column in self.columns for text in (column.default, column.generated) if text)
        names = {column.name for column in self.columns}
        for index in self.indexes:
            yield from (text for text in index.columns if text.strip('"') not in names)
            if index.condition:
                yield index.condition


@dataclass(frozen=True, slots=True)
class Other:
    """A table, view or type beside those asked for. `schema` is where it was found.

    `like` names the partitioned table that has the same columns: it may have been a partition of it.
    """

    kind: str
    name: str
    schema: str = ""
    reachable: bool = True
    like: str = ""


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The schema of one database, tables by the name the models use.

    `restored` maps the words of an expression to those the same server uses for it after a dump and
    restore (`(table, words after restore) -> words`), so that a restored database is no drift.
    `replica` says that the session that read it fires no triggers, so that no foreign key is enforced.
    """

    engine: str
    version: str
    tables: dict[str, Table]
    others: tuple[Other, ...] = ()
    restored: dict[tuple[str, str], str] = field(default_factory=dict)
    replica: bool = False

    def as_json(self) -> str:
        """The document that `from_json` reads back into an equal snapshot."""
        document = asdict(self)
        document["restored"] = [[*key, words] for key, words in self.restored.items()]
        return json.dumps(document, sort_keys=True)

    @classmethod
    def from_json(cls, text: str) -> Snapshot:
        """The snapshot that `as_json` wrote. Raises ValueError or KeyError for any other text."""
        document = json.loads(text)
        return cls(
            engine=document["engine"],
            version=document["version"],
            tables={name: _table(data) for name, data in document["tables"].items()},
            others=tuple(Other(**data) for data in document["others"]),
            restored={(table, words): original for table, words, original in document["restored"]},
        )


def _tuples(data: dict[str, Any]) -> dict[str, Any]:
    return {key: tuple(value) if isinstance(value, list) else value for key, value in data.items()}


def _index(data: dict[str, Any]) -> Index:
    return Index(**_tuples({**data, "keys": [Key(**key) for key in data["keys"]]}))


def _table(data: dict[str, Any]) -> Table:
    parts: dict[str, Any] = {
        "columns": [Column(**item) for item in data["columns"]],
        "indexes": [_index(item) for item in data["indexes"]],
        "checks": [Check(**_tuples(item)) for item in data["checks"]],
        "foreign_keys": [ForeignKey(**_tuples(item)) for item in data["foreign_keys"]],
        "triggers": [Trigger(**item) for item in data["triggers"]],
    }
    parts["conflicts"] = [tuple(pair) for pair in data.get("conflicts", ())]
    return Table(**_tuples({**data, **parts}))
