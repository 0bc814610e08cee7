"""Repairs on SQLite: what ALTER TABLE cannot do there is done by making the table anew with every row and object."""

from __future__ import annotations

from collections.abc import Iterable

from django.db.backends.base.base import BaseDatabaseWrapper

from config.schema.catalog import Check, Column, ForeignKey, Index, Snapshot, Table
from config.schema.catalog.ddl import Reference, parse_table, raw_items, tokens
from config.schema.compare.pair import Rename, quoted
from config.schema.findings import Finding
from config.schema.repair import words
from config.schema.repair.steps import Refused, Statement, Step

_BELONGINGS = """
SELECT sql FROM sqlite_master WHERE tbl_name = %s AND type IN ('index', 'trigger') AND sql IS NOT NULL
"""
_LOCK = "the whole database file, while it runs"


class Planner:
    """Statements for one finding of one database; `live` is its snapshot, `expected` the shadow's."""

    def __init__(self, connection: BaseDatabaseWrapper, expected: Snapshot, live: Snapshot) -> None:
        self.connection, self.expected, self.live = connection, expected, live
        self._anew: dict[str, tuple[Finding, list[str]]] = {}
        self._new_indexes: list[Step] = []

    def finish(self) -> list[Step]:
        """Each table that has to be made anew, once, with everything that is missing in it; then the indexes."""
        made = [
            Step(
                finding, tuple(self._rebuild(self.expected.tables[name], self.live.tables[name], items)), together=True
            )
            for name, (finding, items) in self._anew.items()
        ]
        return [*made, *self._new_indexes]

    def statements(self, finding: Finding) -> list[Statement]:
        """What mends the finding, [] when `finish` will. Raises Refused when nothing additive does."""
        subject, table = finding.subject, self.expected.tables.get(finding.table)
        if table is None or isinstance(subject, Rename):
            raise Refused("no additive change mends it")
        if isinstance(subject, Table):
            self._free_index(*(index.name for index in subject.indexes if not index.constraint))
            return [Statement(f"{subject.sql};", _LOCK), *self._indexes(subject)]
        live = self.live.tables[table.name]
        if isinstance(subject, Index) and not subject.constraint:
            self._free_index(subject.name)
            self._new_indexes.append(Step(finding, (_index(table, subject),)))
            return []
        first, items = self._anew.get(table.name, (finding, raw_items(live.sql)))
        changed = self._definitions(items, table, live, subject)
        self._rebuild(table, live, changed)
        self._anew[table.name] = first, changed
        return []

    def _free_index(self, *names: str) -> None:
        """Index names are unique in a database: one that is taken says that the table, or the index, was renamed."""
        with self.connection.cursor() as cursor:
            cursor.execute("SELECT name, tbl_name FROM sqlite_master WHERE type = 'index'")
            for name, table in cursor.fetchall():
                if name in names:
                    raise Refused(f"{name} exists already, on {table}: perhaps renamed by hand; remove or rename it")

    def _indexes(self, table: Table) -> Iterable[Statement]:
        return (_index(table, index) for index in table.indexes if not index.constraint)

    def _definitions(self, items: list[str], table: Table, live: Table, subject: object) -> list[str]:
        """The live table's definitions with the expected one of the subject in its place or added."""
        if isinstance(subject, Column):
            return _with_column(items, live, table, subject.name)
        wanted = next((item for item in raw_items(table.sql) if _carries(item, subject, table)), None)
        if wanted is None:
            raise Refused("its definition is not found in the expectation: write a migration")
        if _is_table_constraint(wanted):
            return [*items, wanted]
        return _with_column(items, live, table, _column_of(wanted))

    def _rebuild(self, table: Table, live: Table, items: list[str]) -> list[Statement]:
        name, new = live.name, f"new__{live.name}"
        names, values = self._copied(table, live, items)
        # A comment lasts until the end of its line.
        lines = ", ".join(item + "\n" if "--" in item else item for item in items)
        create = f"CREATE TABLE {quoted(new)} ({lines});"
        copy = f"INSERT INTO {quoted(new)} ({', '.join(names)}) SELECT {', '.join(values)} FROM {quoted(name)};"
        script = [create, copy]
        if parse_table(create).autoincrement and parse_table(live.sql).autoincrement:
            # Keys of deleted rows are not handed out again.
            script.append(
                f"UPDATE sqlite_sequence SET seq = (SELECT max(seq) FROM sqlite_sequence WHERE name IN "
                f"('{name}', '{new}')) WHERE name = '{new}';"
            )
        script += [f"DROP TABLE {quoted(name)};", f"ALTER TABLE {quoted(new)} RENAME TO {quoted(name)};"]
        return [Statement(sql, _LOCK) for sql in (*script, *self._belongings(name))]

    def _copied(self, table: Table, live: Table, items: list[str]) -> tuple[list[str], list[str]]:
        """The columns to copy, and what to copy into them: the live value, or the declared one where there is none."""
        names, values = [], []
        made = {_column_of(item) for item in items if not _is_table_constraint(item)}
        for name in sorted(made):
            found, wanted = _find(live, name), _find(table, name)
            if (found and found.generated) or (wanted and wanted.generated):
                continue
            value = self._value(table, found, wanted)
            if value is not None:
                names.append(quoted(name))
                values.append(value)
        return names, values

    def _value(self, table: Table, found: Column | None, wanted: Column | None) -> str | None:
        fill = wanted and (wanted.default if wanted.default is not None else wanted.backfill)
        if found is None:
            if wanted and not wanted.nullable and fill is None and self._has(table, "1 = 1"):
                raise Refused(f"{wanted.name} is NOT NULL and its field declares no default: write a migration")
            return f"({fill})" if fill is not None else None
        name = quoted(found.name)
        if wanted is None or wanted.nullable or not found.nullable or not self._has(table, f"{name} IS NULL"):
            return name
        if fill is None:
            raise Refused("rows hold NULL there and the field declares no default: a person decides about them")
        return f"coalesce({name}, {fill})"

    def _has(self, table: Table, condition: str) -> bool:
        with self.connection.cursor() as cursor:
            cursor.execute(f"SELECT EXISTS (SELECT 1 FROM {quoted(table.name)} WHERE {condition})")
            return bool(cursor.fetchone()[0])

    def _belongings(self, name: str) -> list[str]:
        """The indexes and triggers that go with the old table and have to come back."""
        with self.connection.cursor() as cursor:
            cursor.execute(_BELONGINGS, [name])
            return [f"{row[0]};" for row in cursor.fetchall()]


def _index(table: Table, index: Index) -> Statement:
    return Statement(words.create_index(index, table), _LOCK)


def _is_table_constraint(item: str) -> bool:
    return tokens(item)[0] in ("constraint", "primary", "unique", "check", "foreign")


def _column_of(item: str) -> str:
    return tokens(item)[0].strip('"')


def _find(table: Table, name: str) -> Column | None:
    return next((column for column in table.columns if column.name.lower() == name), None)


def _with_column(items: list[str], live: Table, table: Table, name: str) -> list[str]:
    """The definitions with the expected one of this column, in the place of the live one if there is one."""
    wanted = {_column_of(item): item for item in raw_items(table.sql) if not _is_table_constraint(item)}
    found, expected = _find(live, name.lower()), _find(table, name.lower())
    new = wanted[name.lower()]
    if found is None:
        columns = [item for item in items if not _is_table_constraint(item)]
        # A check or key within its definition is missing with the column, and has come with it.
        added = [] if name.lower() in map(_column_of, columns) else [new]
        return [*columns, *added, *items[len(columns) :]]
    if expected is None or found.type != expected.type or found.nullable < expected.nullable or found.generated:
        raise Refused("the column differs in more than what is missing: write a migration")
    if found.default is not None and expected.default is None:
        raise Refused("the column has a default that nobody declares, which would be lost: write a migration")
    return [new if not _is_table_constraint(item) and _column_of(item) == name.lower() else item for item in items]


def _carries(item: str, subject: object, table: Table) -> bool:
    """Whether this definition of the expected table is the one that makes the subject."""
    statement = parse_table(f"CREATE TABLE x ({_context(item, table)})")
    if isinstance(subject, Check):
        return any(expression == subject.expression for _, expression in statement.checks)
    if isinstance(subject, ForeignKey):
        return any(_same_reference(reference, subject) for _, reference in statement.references)
    if isinstance(subject, Index) and subject.kind == "primary key":
        return "primary key" in " ".join(tokens(item)) and _mentions(item, subject)
    if isinstance(subject, Index):
        return tuple(column.lower() for column in subject.columns) in statement.uniques
    return False


def _context(item: str, table: Table) -> str:
    """The definition between the names of all columns, so that those are told from other words."""
    others = [quoted(column.name) for column in table.columns if not item.startswith(quoted(column.name))]
    return ", ".join([*others, item] if _is_table_constraint(item) else [item, *others])


def _mentions(item: str, index: Index) -> bool:
    return all(quoted(column.lower()) in tokens(item) for column in index.columns)


def _same_reference(reference: Reference, key: ForeignKey) -> bool:
    same = (reference.columns, reference.target) == (key.columns, key.target)
    return same and reference.target_columns == key.target_columns
