"""How far a database has come along the migrations, and what is amiss with what has run.

What a migration will make is the migration's: no repair makes it before, and whoever reads of it is sent to
`migrate`. So where some are still to come, the database is compared with what those that have run make as well:
whatever differs there too does not come with a migration, and is mended before the rest can run.
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

from config.schema import history, unknown
from config.schema.catalog import Column, Snapshot, Table, snapshot
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

    def __init__(self, connection: BaseDatabaseWrapper, rows: Collection[history.Row]) -> None:
        self._connection = connection
        self._loader = history.HistoryLoader(row.key for row in rows)
        self.lost = frozenset(history.lost(rows))
        self.to_come = self._loader.graph.nodes.keys() - self._loader.applied_migrations.keys() - self.lost
        # Where nothing at all is recorded, the history's own table belongs to what is to come.
        own = set() if rows else {MigrationRecorder.Migration._meta.app_label}
        self._apps = frozenset(own | {app for app, _ in self.to_come})

    def maker(self, finding: Finding) -> Key | None:
        """The migration that makes the missing table or column."""
        return self._made_by.get((finding.table, finding.column)) if finding.id in MISSING else None

    def brings(self, finding: Finding, wanted: Snapshot) -> bool:
        """Whether the finding of a comparison with `wanted` may be nothing but a migration that has not run."""
        if not self._may_bring(finding, wanted):
            return False
        app = _app(wanted.tables[finding.table])
        return app in self._untold or self.drift is None or _at(finding) not in self.drift

    def due(self, found: Collection[Finding], wanted: Snapshot) -> list[Finding]:
        """What differs from what has run already, as a comparison with that tells it.

        That is what `found`, by a comparison with `wanted`, does not owe to what is to come, and the tables and
        columns that are missing now and that what is to come removes.
        """
        if self.drift is None:
            return list(found)
        told = {_at(finding) for finding in found}
        gone = [f for at, f in self.drift.items() if f.id in MISSING and at not in told]
        left = [self.drift.get(_at(f), f) for f in found if _at(f) in self.drift or not self._may_bring(f, wanted)]
        return [*left, *gone]

    @cached_property
    def expected(self) -> Snapshot | None:
        """What the migrations that have run make in the apps with others to come; None where no shadow can be built."""
        state = self._loader.project_state([])
        for key in plan_of(self._loader):
            if key not in self.to_come:
                state = self._loader.graph.nodes[key].mutate_state(state, preserve=False)
        apps = {app for app, _ in self.to_come}
        models = [m for m in migrated_models(state.apps, self._connection) if m._meta.app_label in apps]
        try:
            return build(self._connection, state, models)
        except ShadowError:
            return None

    @cached_property
    def drift(self) -> dict[_At, Finding] | None:
        """What differs from `expected`, by its place; None where that is not known."""
        wanted = self.expected
        if wanted is None:
            return None
        actual = unknown.judged(self._connection, wanted, snapshot(self._connection, wanted.tables.keys()))
        return {_at(finding): finding for finding in differences(wanted, actual, self._connection.alias)}

    @cached_property
    def _made_by(self) -> dict[Place, Key]:
        return origins(self._loader)

    @cached_property
    def _untold(self) -> frozenset[str]:
        """Apps with operations to come of which the state of the models does not tell what they change."""
        nodes = self._loader.graph.nodes
        return frozenset(key[0] for key in self.to_come if any(map(_tells_nothing, nodes[key].operations)))

    def _may_bring(self, finding: Finding, wanted: Snapshot) -> bool:
        table = wanted.tables.get(finding.table)
        behind = isinstance(finding.subject, Column) and finding.subject.highest is not None
        return table is not None and finding.id not in _OF_ROWS and not behind and _app(table) in self._apps


def sent_to_migrate(found: Iterable[Finding], wanted: Snapshot, progress: Progress) -> Iterator[Finding]:
    """The findings, each with the command that comes first."""
    for finding in found:
        comes = progress.brings(finding, wanted)
        yield replace(finding, command=managed("migrate", finding.database)) if comes else finding


def _app(table: Table) -> str:
    return (table.model or "").partition(".")[0]


def _at(finding: Finding) -> _At:
    """Where it is, and what was expected there: a migration that changes what is missing is not known by its name."""
    expected = "" if finding.id in MISSING else finding.expected
    return finding.id, finding.table, finding.column, finding.name, expected


def _tells_nothing(operation: Operation) -> bool:
    """Whether the operation may change tables of which the state of the models says nothing, as SQL does.

    RunPython is for rows: Django's documentation keeps changes of the schema out of it.
    """
    if isinstance(operation, SeparateDatabaseAndState):
        return any(map(_tells_nothing, operation.database_operations))
    return not isinstance(operation, ModelOperation | FieldOperation | IndexOperation | RunPython)
