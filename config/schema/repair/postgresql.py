"""Repairs on PostgreSQL, staged so that a busy table is locked for moments only."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from django.db.backends.base.base import BaseDatabaseWrapper

from config.schema.catalog import Check, Column, ForeignKey, Index, Key, Snapshot, Table
from config.schema.compare.constraints import deferral
from config.schema.compare.pair import Rename, in_schema, quoted
from config.schema.findings import Finding
from config.schema.repair import words
from config.schema.repair.steps import Refused, Statement, Step

_INTEGERS = ("smallint", "integer", "bigint")
_SHORT = "ACCESS EXCLUSIVE on {}, for a moment"
_SCAN = "SHARE UPDATE EXCLUSIVE on {}: reads and writes go on"
_ROWS = "ROW EXCLUSIVE on {}, and the rows it writes"
_BOTH = "SHARE ROW EXCLUSIVE on both tables"
_READS = "while it reads all rows"


class Planner:
    """Statements for one finding of one database; `live` is its snapshot, `expected` the shadow's."""

    def __init__(self, connection: BaseDatabaseWrapper, expected: Snapshot, live: Snapshot) -> None:
        self.connection, self.expected, self.live = connection, expected, live
        self._late: list[tuple[Finding, Table, ForeignKey]] = []
        self._made: list[tuple[str, Index]] = []

    def finish(self) -> list[Step]:
        """What can only be done when everything else is: foreign keys of new tables, which may refer to each other."""
        return [self._late_key(*late) for late in self._late]

    def _late_key(self, finding: Finding, table: Table, key: ForeignKey) -> Step:
        try:
            self._require_target(key)
        except Refused as reason:
            return Step(finding, refused=str(reason))
        return Step(finding, (self._alter(table.name, f"ADD {words.foreign_key(key)}", _BOTH),))

    def statements(self, finding: Finding) -> list[Statement]:
        """What mends the finding. Raises Refused when nothing additive does."""
        subject, table = finding.subject, self.expected.tables.get(finding.table)
        if table is None:
            raise Refused("no additive change mends it")
        if isinstance(subject, Table):
            return self._table(finding, subject)
        if isinstance(subject, Column):
            return self._column(finding, table, subject)
        if isinstance(subject, Index):
            return self._index(table, subject)
        if isinstance(subject, Check):
            return self._check(table, subject)
        if isinstance(subject, ForeignKey):
            return self._foreign_key(table, subject)
        if isinstance(subject, Rename):
            return [self._rename(table, subject)]
        raise Refused("no additive change mends it")

    def _alter(self, table: str, action: str, lock: str = _SHORT, on_failure: str = "") -> Statement:
        return Statement(f"ALTER TABLE {quoted(table)} {action};", lock.format(table), on_failure=on_failure)

    def _is_partitioned(self, table: Table) -> bool:
        """PostgreSQL can do less with a partitioned table: neither CONCURRENTLY, nor NOT VALID, nor USING INDEX."""
        return table.name in self.live.tables and self.live.tables[table.name].kind == "partitioned table"

    def _concurrently(self, table: Table) -> str:
        """Nothing can be built concurrently inside a transaction (tests) either."""
        return "" if self.connection.in_atomic_block or self._is_partitioned(table) else "CONCURRENTLY "

    def _schema(self, table: Table) -> str | None:
        """Where the table is or will be, and its indexes with it; None: where the search path leads first."""
        if table.name in self.live.tables:
            return self.live.tables[table.name].schema
        schema, mark, _ = table.name.partition('"."')
        return schema.strip('"') if mark else None

    def _index_name(self, table: Table, name: str) -> str:
        return in_schema(name, self._schema(table))

    def _table(self, finding: Finding, table: Table) -> list[Statement]:
        self._free_index(table, *(index.name for index in table.indexes))
        parts = [words.column(column) for column in table.columns]
        primary = [index for index in table.indexes if index.kind == "primary key"]
        parts += [f"CONSTRAINT {quoted(key.name)} PRIMARY KEY ({words.keys(key, table)})" for key in primary]
        parts += [words.check(check) for check in table.checks]
        create = f"CREATE TABLE {quoted(table.name)} ({', '.join(parts)});"
        made = [Statement(create, "none: the table is new")]
        for index in table.indexes:
            if index.kind != "primary key":
                made += self._new_index(table, index, "")
        self._made += [(table.name, index) for index in table.indexes]
        self._late += [(finding, table, key) for key in table.foreign_keys]
        return made

    def _column(self, finding: Finding, table: Table, column: Column) -> list[Statement]:
        if finding.id == "schema.E011":
            return self._new_column(table, column)
        if finding.id == "schema.E014":
            return self._not_null(table, column)
        if column.highest is not None:
            return [self._catch_up(table, column)]
        if column.identity:
            return self._identity(table, column)
        return [self._alter(table.name, f"ALTER COLUMN {quoted(column.name)} SET DEFAULT {column.default}")]

    def _new_column(self, table: Table, column: Column) -> list[Statement]:
        given = column.default is not None or column.identity or column.generated
        if column.nullable or given or self._is_empty(table):
            return [self._alter(table.name, f"ADD COLUMN {words.column(column)}")]
        if column.backfill is None:
            raise Refused(
                f"it is NOT NULL, {table.name} has rows, and its field declares no default: write a migration"
            )
        return [
            self._alter(table.name, f"ADD COLUMN {words.column(column, default=column.backfill)}"),
            self._alter(table.name, f"ALTER COLUMN {quoted(column.name)} DROP DEFAULT"),
        ]

    def _is_empty(self, table: Table) -> bool:
        with self.connection.cursor() as cursor:
            cursor.execute(f"SELECT NOT EXISTS (SELECT 1 FROM {quoted(table.name)})")
            return bool(cursor.fetchone()[0])

    def _not_null(self, table: Table, column: Column) -> list[Statement]:
        """By a check that is validated first. One that an interrupted repair left is used; none is left by this one."""
        name, proof = quoted(column.name), f"{column.name[:50]}_not_null"
        remove = f"ALTER TABLE {quoted(table.name)} DROP CONSTRAINT IF EXISTS {quoted(proof)};"
        made = [*self._backfill(table, column)]
        if not self._has_proof(table, column, proof):
            self._free(table, proof)
            add = f"ADD CONSTRAINT {quoted(proof)} CHECK ({name} IS NOT NULL) NOT VALID"
            made.append(self._alter(table.name, add))
        final = f"ALTER COLUMN {name} SET NOT NULL, DROP CONSTRAINT {quoted(proof)}"
        return [
            *made,
            self._alter(table.name, f"VALIDATE CONSTRAINT {quoted(proof)}", _SCAN, remove),
            self._alter(table.name, final, on_failure=remove),
        ]

    def _has_proof(self, table: Table, column: Column, name: str) -> bool:
        found = next((check for check in self.live.tables[table.name].checks if check.name == name), None)
        return found is not None and found.expression.strip("()").replace('"', "") == f"{column.name} IS NOT NULL"

    def _backfill(self, table: Table, column: Column) -> list[Statement]:
        name = quoted(column.name)
        with self.connection.cursor() as cursor:
            cursor.execute(f"SELECT EXISTS (SELECT 1 FROM {quoted(table.name)} WHERE {name} IS NULL)")
            if not cursor.fetchone()[0]:
                return []
        value = column.default if column.default is not None else column.backfill
        if value is None:
            raise Refused("rows hold NULL there and the field declares no default: a person decides about them")
        update = f"UPDATE {quoted(table.name)} SET {name} = {value} WHERE {name} IS NULL;"
        return [Statement(update, _ROWS.format(table.name))]

    def _catch_up(self, table: Table, column: Column) -> Statement:
        highest = f"(SELECT max({quoted(column.name)}) FROM {quoted(table.name)})"
        return Statement(f"SELECT setval({_text(column.sequence)}, {highest});", "ROW EXCLUSIVE on the sequence")

    def _identity(self, table: Table, column: Column) -> list[Statement]:
        live = self.live.tables[table.name].column(column.name)
        name = quoted(column.name)
        if (
            live is None
            or live.default is not None
            or live.nullable
            or live.type not in ("smallint", "integer", "bigint")
        ):
            raise Refused("the column cannot take an identity as it is: write a migration")
        if live.identity == "always":
            return [self._alter(table.name, f"ALTER COLUMN {name} SET GENERATED BY DEFAULT")]
        sequence = f"pg_get_serial_sequence({_text(quoted(table.name))}, {_text(column.name)})"
        highest = f"(SELECT coalesce(max({name}), 0) + 1 FROM {quoted(table.name)})"
        return [
            self._alter(table.name, f"ALTER COLUMN {name} ADD GENERATED BY DEFAULT AS IDENTITY"),
            Statement(f"SELECT setval({sequence}, {highest}, false);", "ROW EXCLUSIVE on the sequence"),
        ]

    def _index(self, table: Table, index: Index) -> list[Statement]:
        made = self._valid_index(table, index) if index.valid else self._rebuilt_index(table, index)
        self._made.append((table.name, replace(index, valid=True)))
        return made

    def _valid_index(self, table: Table, index: Index) -> list[Statement]:
        self._free_index(table, index.name)
        if index.constraint:
            self._free(table, index.name)
        if self._is_partitioned(table):
            return self._index_over_partitions(table, index)
        return self._new_index(table, index, self._concurrently(table))

    def _rebuilt_index(self, table: Table, index: Index) -> list[Statement]:
        concurrently, name = self._concurrently(table), self._index_name(table, index.name)
        alone, lock = bool(concurrently), _SCAN.format(table.name)
        if index.constraint:
            return [Statement(f"REINDEX INDEX {concurrently}{name};", lock, alone)]
        carcass = Statement(f"DROP INDEX {concurrently}{name};", lock, alone)
        return [carcass, *self._new_index(table, index, concurrently)]

    def _free_index(self, table: Table, *names: str) -> None:
        """Index names are unique in a schema: one that is taken says that the table, or the index, was renamed."""
        with self.connection.cursor() as cursor:
            cursor.execute(_TAKEN, [list(names), self._schema(table)])
            if taken := cursor.fetchone():
                raise Refused(f"{taken[0]} exists already, on {taken[1]}: perhaps renamed by hand; remove or rename it")

    def _new_index(self, table: Table, index: Index, concurrently: str) -> list[Statement]:
        if index.kind == "exclusion":
            return [
                self._alter(table.name, f"ADD {words.exclusion(index, table)}", f"ACCESS EXCLUSIVE on {{}}, {_READS}")
            ]
        create = words.create_index(index, table, concurrently)
        lock = _SCAN.format(table.name) if concurrently else f"SHARE on {table.name}"
        made = [Statement(create, lock, alone=bool(concurrently))]
        if index.constraint:
            kind = f"{index.kind.upper()} USING INDEX {quoted(index.name)} {deferral(index.deferrable)}"
            made.append(self._alter(table.name, f"ADD CONSTRAINT {quoted(index.name)} {kind}".strip()))
        return made

    def _index_over_partitions(self, table: Table, index: Index) -> list[Statement]:
        """With the partition key in what is unique, as PostgreSQL demands; nothing is built beside the traffic."""
        if index.kind == "index":
            return [Statement(words.create_index(index, table), f"SHARE on {table.name} and its partitions, {_READS}")]
        columns = {column.strip('"') for column in index.columns}
        lacking = [name for name in self.live.tables[table.name].partition_key if name not in columns]
        index = replace(index, keys=(*index.keys, *map(Key, lacking)))
        if not index.constraint:
            return self._new_index(table, index, "")
        action = f"ADD {words.key_constraint(index, table)}"
        return [self._alter(table.name, action, f"ACCESS EXCLUSIVE on {{}} and its partitions, {_READS}")]

    def _check(self, table: Table, check: Check) -> list[Statement]:
        validate = self._alter(table.name, f"VALIDATE CONSTRAINT {quoted(check.name)}", _SCAN)
        if not check.validated:
            return [validate]
        self._free(table, check.name)
        return [self._alter(table.name, f"ADD {words.check(check)} NOT VALID"), validate]

    def _foreign_key(self, table: Table, key: ForeignKey) -> list[Statement]:
        name = quoted(key.name)
        validate = self._alter(table.name, f"VALIDATE CONSTRAINT {name}", _SCAN)
        if not key.fires:
            return list(self._awake(table, key))
        if not key.enforced:
            return [self._alter(table.name, f"ALTER CONSTRAINT {name} ENFORCED")]
        if not key.validated:
            return [validate]
        self._free(table, key.name)
        self._require_target(key)
        if self._is_partitioned(table):
            return [self._alter(table.name, f"ADD {words.foreign_key(key)}", f"{_BOTH}, {_READS}")]
        return [self._alter(table.name, f"ADD {words.foreign_key(key)} NOT VALID", _BOTH), validate]

    def _require_target(self, key: ForeignKey) -> None:
        """Raises Refused where no key of the other table is, or is made by this plan, that this one could refer to."""
        there = self.live.tables.get(key.target)
        made = [index for table, index in self._made if table == key.target]
        known = there is not None or key.target in self.expected.tables
        if known and not any(_identifies(index, key) for index in (*(there.indexes if there else ()), *made)):
            columns = ", ".join(key.target_columns)
            raise Refused(f"it refers to ({columns}) of {key.target}, whose key has to be mended first")

    def _free(self, table: Table, name: str) -> None:
        live = self.live.tables[table.name]
        if name in {check.name for check in live.checks} | {key.name for key in live.foreign_keys}:
            raise Refused(f"another constraint named {name} stands in the way: remove it with a migration")

    def _awake(self, table: Table, key: ForeignKey) -> Iterable[Statement]:
        """The key's own triggers only: others may be disabled for a reason."""
        with self.connection.cursor() as cursor:
            cursor.execute(_SLEEPING, [quoted(table.name), key.name])
            for relation, trigger in cursor.fetchall():
                yield Statement(
                    f"ALTER TABLE {relation} ENABLE TRIGGER {quoted(trigger)};", f"SHARE ROW EXCLUSIVE on {relation}"
                )

    def _rename(self, table: Table, rename: Rename) -> Statement:
        if rename.constraint:
            return self._alter(table.name, f"RENAME CONSTRAINT {quoted(rename.old)} TO {quoted(rename.new)}")
        sql = f"ALTER INDEX {self._index_name(table, rename.old)} RENAME TO {quoted(rename.new)};"
        return Statement(sql, f"SHARE UPDATE EXCLUSIVE on {rename.old}")


def _identifies(index: Index, key: ForeignKey) -> bool:
    """Whether the foreign key can refer to what this index keeps unique."""
    whole = index.kind in ("unique", "primary key") and index.condition is None and not index.deferrable
    return whole and index.valid and {c.strip('"') for c in index.columns} == set(key.target_columns)


def _text(words: str | None) -> str:
    """As a literal."""
    return "'" + (words or "").replace("'", "''") + "'"


_TAKEN = """
SELECT x.relname, i.indrelid::regclass::text
FROM pg_index i JOIN pg_class x ON x.oid = i.indexrelid JOIN pg_namespace n ON n.oid = x.relnamespace
WHERE x.relname = ANY (%s) AND n.nspname = coalesce(%s, current_schema()) LIMIT 1
"""
_SLEEPING = """
SELECT t.tgrelid::regclass::text, t.tgname FROM pg_trigger t JOIN pg_constraint c ON c.oid = t.tgconstraint
WHERE c.conrelid = %s::regclass AND c.conname = %s AND t.tgenabled NOT IN ('O', 'A')
"""
