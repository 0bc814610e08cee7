"""The assertions that hold after every adoption, whatever the database was like."""

from collections import Counter
from dataclasses import dataclass
from typing import Any

from django.db import connection

from config.schema import alembic, guard
from config.schema.adoption.report import recorded
from config.schema.catalog import Snapshot
from config.schema.operations import ConvergeTable
from tests.legacy import content, structure
from tests.legacy.chain import Chain
from tests.legacy.content import Table, meaning, number
from tests.legacy.oracle import MANAGED, Expected, Now, expected_row, new_name


@dataclass(frozen=True)
class Proof:
    """What a database held before its adoption, and what a new one looks like."""

    before: dict[str, Table]
    fresh: Snapshot

    def check(self, gone: dict[str, set[str]] | None = None) -> None:
        """Assert everything. `gone` are the rows that had to give way, by table."""
        self.check_rows(gone or {})
        self.check_schema()

    def check_rows(self, gone: dict[str, set[str]]) -> None:
        after = content.read(set(self.before))
        kept: Counter[tuple[str, str]] = Counter()
        for name, old in self.before.items():
            assert name in after, f"the table {name} is gone"
            if name not in MANAGED:
                assert after[name] == old, f"{name} is not ours and changed"
                continue
            expected_ids = old.rows.keys() - gone.get(name, set())
            assert after[name].rows.keys() == expected_ids, f"{name}: other rows than before"
            for row_id in expected_ids:
                expected = expected_row(name, old.rows[row_id], self._declared(name), self.before)
                _check_row(name, row_id, expected, after[name])
                self._check_unknown(name, row_id, after[name])
                kept.update((name, column) for column in expected.kept)
        _check_report(kept)

    def _declared(self, table: str) -> dict[str, str]:
        return {column.name: column.type for column in self.fresh.tables[table].columns}

    def _check_unknown(self, table: str, row_id: str, after: Table) -> None:
        """Columns that nothing here declares keep their type and every value."""
        before = self.before[table]
        row = before.rows[row_id]
        for column, text in row.items():
            if new_name(table, column, row) not in self._declared(table):
                assert after.types.get(column) == before.types[column], f"{table}.{column} is gone or of another type"
                assert after.rows[row_id][column] == text, f"{table}.{column} of {row_id} changed"

    def check_schema(self) -> None:
        live = structure.managed()
        missing, extra = structure.beyond(self.fresh, live)
        assert not missing, f"a new database has {missing}, this one has not; it has {extra}"
        strange = [item for item in extra if not _is_leftover(item[1])]
        assert not strange, f"beyond a new database, and no mere leftover: {strange}"
        report = guard.compare()
        assert report.ok, report.as_text()
        found = Counter((warning.id, warning.table) for warning in report.warnings)
        strangers = [other.name for other in live.others if other.reachable and other.name != alembic.TABLE]
        left = [table for table, _ in extra] + strangers
        expected = Counter(("schema.W002", table) for table in left)
        assert (dict(found - expected), dict(expected - found)) == ({}, {}), "warnings nobody expects, and missing ones"


def _is_leftover(part: tuple[Any, ...]) -> bool:
    if part[0] == "column":
        nullable, default = part[3], part[4]
        return nullable or default is not None
    if part[:2] == ("index", "unique"):
        # It says less than the key it contains: nothing is refused because of it.
        return bool({name for name, _ in part[2]} & {"id", "key"})
    return part[0] == "trigger" or part[:2] == ("index", "index")


def _check_row(table: str, row_id: str, expected: Expected, after: Table) -> None:
    row = after.rows[row_id]
    for column, value in expected.values.items():
        actual = meaning(after.types[column], row[column])
        place = f"{table}.{column} of {row_id}"
        if value is Now:
            assert actual is not None, f"{place} has no time"
        else:
            assert actual == meaning_of(value, after.types[column]), f"{place} is {actual!r}, not {value!r}"
    kept = meaning("jsonb", row["legacy_values"]) or {}
    assert {key: _as_kept(value) for key, value in kept.items()} == {
        key: _as_kept(value) for key, value in expected.kept.items()
    }, f"{table} {row_id}: values kept aside"


def meaning_of(value: Any, type_: str) -> Any:
    """The oracle's value as `meaning` gives values of the type: texts of numbers are numbers."""
    if isinstance(value, str) and type_.startswith(("numeric", "integer")):
        return number(value)
    return value


def _as_kept(value: Any) -> Any:
    """Kept numbers are compared as numbers, whatever their digits; everything else as text."""
    if isinstance(value, tuple):
        value = str(value[1]).lower()
    parsed = number(str(value))
    return str(value) if parsed is None else parsed


def _check_report(kept: Counter[tuple[str, str]]) -> None:
    told: Counter[tuple[str, str]] = Counter()
    for entry in recorded(connection.alias):
        if entry.action in ("kept", "orphaned"):
            told[entry.table, entry.column] += entry.rows or 0
    assert told == kept, "the report counts other values kept aside than there are"


def check_nothing_to_do(chain: Chain) -> None:
    """Each operation of the adoption, looking at the adopted database once more, finds it in shape."""
    models = chain.final.apps
    for migration, steps in chain.steps.items():
        for step in steps:
            if isinstance(step.operation, ConvergeTable):
                model = models.get_model(migration.app_label, step.operation.model_name)
                plan = step.operation.plan(connection, model)
                assert not plan.statements, f"a second run would change {model._meta.db_table}: {plan.statements}"
