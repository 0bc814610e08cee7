"""How far a database has come along the migrations, and what is amiss with what has run.

What a migration will make is the migration's: no repair makes it before, and whoever reads of it is sent to
`migrate`. So where some are still to come, the database is compared with what those that have run make as well:
whatever differs there is drift, does not come with a migration, and is mended before the rest can run.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import replace
from functools import cached_property

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.migrations.operations import RunPython, SeparateDatabaseAndState
from django.db.migrations.operations.base import Operation
from django.db.migrations.operations.fields import FieldOperation
from django.db.migrations.operations.models import IndexOperation, ModelOperation
from django.db.migrations.recorder import MigrationRecorder
from django.db.migrations.state import ProjectState

from config.schema import history, rows, unknown
from config.schema.catalog import Check, Column, ForeignKey, Index, Snapshot, Table, snapshot
from config.schema.compare import differences
from config.schema.compare.pair import managed
from config.schema.findings import Finding
from config.schema.origin import Key, Place, origins, plan_of
from config.schema.shadow import ShadowError, build, migrated_models

#: The findings for which the migration that makes the place is known.
MISSING = frozenset({"schema.E010", "schema.E011"})
#: What no migration brings along: a person decides about it, whatever is still to run.
_OF_ROWS = frozenset({"schema.E018", "schema.E019"})

_At = tuple[str, str, str | None, str | None, str]


class Progress:
    """How far these rows of its history say that a database has come.

    A migration whose row is lost while later ones have theirs has run: `migrate` will not run it.
    """

    def __init__(self, connection: BaseDatabaseWrapper, recorded: Collection[history.Row]) -> None:
        self._connection = connection
        self._loader = history.HistoryLoader(row.key for row in recorded)
        self.lost = frozenset(history.lost(recorded))
        self.to_come = self._loader.graph.nodes.keys() - self._loader.applied_migrations.keys() - self.lost
        # Where nothing at all is recorded, the history's own table belongs to what is to come.
        self._own = frozenset() if recorded else frozenset({MigrationRecorder.Migration._meta.app_label})

    def maker(self, finding: Finding) -> Key | None:
        """The migration that makes the missing table or column."""
        return self._made_by.get((finding.table, finding.column)) if finding.id in MISSING else None

    def told(self, found: Iterable[Finding]) -> Iterator[Finding]:
        """The findings of a comparison with all migrations: drift as it is told by what has run.

        And what is missing that what is to come removes or renames, which it would not find.
        """
        drift, known = self.drift or {}, set()
        for finding in found:
            known.add(_at(finding))
            yield drift.get(_at(finding), finding)
        yield from (finding for at, finding in drift.items() if at not in known and self._is_gone(finding))

    def brings(self, finding: Finding, wanted: Snapshot) -> bool:
        """Whether the finding, as `told`, may be nothing but a migration that has not run.

        An app of which nobody can tell is left to `migrate` as a whole, as long as that can run.
        """
        table = self._table(finding, wanted)
        behind = isinstance(finding.subject, Column) and finding.subject.highest is not None
        if table is None or behind or finding.id in _OF_ROWS:
            return False
        left = self._untold if not self.lost else frozenset()
        if self.drift is None:
            return _app(table) in {app for app, _ in self.to_come}
        return _app(table) in left or _at(finding) not in self.drift

    def disproves(self, finding: Finding, wanted: Snapshot) -> bool:
        """Whether the finding, as `told`, tells against what has run."""
        if self.drift is None or self._table(finding, wanted) is None:
            return self.maker(finding) not in self.to_come
        return _at(finding) in self.drift

    @cached_property
    def expected(self) -> Snapshot | None:
        """What the migrations that have run make; None where no shadow can be built."""
        state = ProjectState(real_apps=self._loader.unmigrated_apps)
        for key in plan_of(self._loader):
            if key not in self.to_come:
                state = self._loader.graph.nodes[key].mutate_state(state, preserve=False)
        models = [m for m in migrated_models(state.apps, self._connection) if m._meta.app_label not in self._own]
        try:
            return build(self._connection, state, models)
        except ShadowError:
            return None

    @cached_property
    def drift(self) -> dict[_At, Finding] | None:
        """What differs from `expected`, by its place; None where that is not known."""
        if self.expected is None or self._actual is None:
            return None
        found = differences(self.expected, self._actual, self._connection.alias)
        broken = rows.broken_promises(self._connection, self.expected, self._actual)
        return {_at(finding): finding for finding in (*found, *broken)}

    @cached_property
    def _actual(self) -> Snapshot | None:
        if self.expected is None:
            return None
        live = snapshot(self._connection, self.expected.tables.keys())
        return unknown.judged(self._connection, self.expected, live)

    def _is_gone(self, finding: Finding) -> bool:
        """A table, column, constraint or index of which nothing has the name."""
        if finding.id in MISSING:
            return True
        live = self._actual.tables.get(finding.table) if self._actual else None
        if live is None or not isinstance(finding.subject, Index | Check | ForeignKey):
            return False
        names = {item.name for items in (live.indexes, live.checks, live.foreign_keys) for item in items}
        return finding.name not in names

    def _table(self, finding: Finding, wanted: Snapshot) -> Table | None:
        run = self.expected.tables if self.expected else {}
        return wanted.tables.get(finding.table) or run.get(finding.table)

    @cached_property
    def _made_by(self) -> dict[Place, Key]:
        return origins(self._loader)

    @cached_property
    def _untold(self) -> frozenset[str]:
        """Apps with operations to come of which the state of the models does not tell what they change."""
        nodes = self._loader.graph.nodes
        return frozenset(key[0] for key in self.to_come if any(map(_tells_nothing, nodes[key].operations)))


def has_all_of(connection: BaseDatabaseWrapper, migration: Key) -> bool:
    """Whether the database is what the migrations that have run and this one make: its row alone is lost."""
    recorded = [*history.recorded_rows(connection), history.Row(0, *migration)]
    drift = Progress(connection, recorded).drift
    return drift is not None and not any(finding.is_error for finding in drift.values())


def sent_to_migrate(found: Iterable[Finding], wanted: Snapshot, progress: Progress) -> Iterator[Finding]:
    """The findings as `told`, each with the command that comes first."""
    for finding in progress.told(found):
        comes = progress.brings(finding, wanted)
        yield replace(finding, command=managed("migrate", finding.database), detail="") if comes else finding


def _app(table: Table) -> str:
    return (table.model or "").partition(".")[0]


def _at(finding: Finding) -> _At:
    """Where it is. What has neither column nor name is known by what was expected."""
    expected = "" if finding.column or finding.name or finding.id in MISSING else finding.expected
    return finding.id, finding.table, finding.column, finding.name, expected


def _tells_nothing(operation: Operation) -> bool:
    """Whether the operation may change tables of which the state of the models says nothing, as SQL does.

    RunPython is for rows: Django's documentation keeps changes of the schema out of it.
    """
    if isinstance(operation, SeparateDatabaseAndState):
        inner = operation.database_operations
        return any(map(_tells_nothing, inner)) or bool(inner and not operation.state_operations)
    return not isinstance(operation, ModelOperation | FieldOperation | IndexOperation | RunPython)
