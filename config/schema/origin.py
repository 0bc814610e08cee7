"""Which migration makes a table or a column, and whose migrations are still to come."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Any

from django.db import connection
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.utils import strip_quotes, truncate_name
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder
from django.db.migrations.state import ModelState, ProjectState
from django.db.models import Field

from config.schema import history
from config.schema.catalog import Column, Snapshot
from config.schema.compare.pair import managed
from config.schema.findings import Finding

Key = tuple[str, str]
Place = tuple[str, str | None]

#: What no migration brings along: a person decides about it, whatever is still to run.
_OF_ROWS = frozenset({"schema.E018", "schema.E019"})


def origins() -> dict[Place, Key]:
    """For each (table, column) and (table, None) of the migrated models: the migration that makes it.

    By the names that the database has: what gives a column or a table another name is what makes that name.
    """
    loader = MigrationLoader(None, ignore_no_migrations=True)
    state = loader.project_state([])
    made: dict[Place, Key] = {}
    for key in _plan(loader):
        state = loader.graph.nodes[key].mutate_state(state, preserve=False)
        made = {place: made.get(place, key) for place in _places(state)}
    return made


def _plan(loader: MigrationLoader) -> list[Key]:
    plan: dict[Key, None] = {}
    for leaf in sorted(loader.graph.leaf_nodes()):
        plan.update(dict.fromkeys(loader.graph.forwards_plan(leaf)))
    return list(plan)


def _places(state: ProjectState) -> Iterator[Place]:
    """The tables and columns of a state. Its models are not made for it: that takes seconds for a long history."""
    for (app, name), model in state.models.items():
        if model.options.get("proxy"):
            continue
        table = _table(model, app, name)
        yield table, None
        for label, field in model.fields.items():
            if not field.many_to_many:
                yield table, field.db_column or (f"{label}_id" if field.remote_field else label)
            elif field.remote_field.through is None:
                yield from _places_between(field, name, _table_between(field, label, table))


def _table(model: ModelState, app: str, name: str) -> str:
    return str(model.options.get("db_table") or _fitting(f"{app}_{name}"))


def _table_between(field: Field[Any, Any], label: str, table: str) -> str:
    """The table of a many-to-many field, named by Django's rule."""
    given = getattr(field, "db_table", None)
    return given or _fitting(f"{strip_quotes(table)}_{label}")


def _places_between(field: Field[Any, Any], name: str, table: str) -> Iterator[Place]:
    """The table of a many-to-many field between this model and another, or itself, and its columns."""
    relation: Any = field.remote_field
    target = str(relation.model).rpartition(".")[2].lower()
    ends = (f"from_{name}", f"to_{name}") if target in (name, "self") else (name, target)
    for column in (None, "id", *(f"{end}_id" for end in ends)):
        yield table, column


def _fitting(name: str) -> str:
    """The name as Django shortens it: for the default database, whatever the one that is looked at."""
    return truncate_name(name, connection.ops.max_name_length())


def pending_apps(database: BaseDatabaseWrapper, past: Iterable[Finding]) -> frozenset[str]:
    """The labels of the apps that `migrate` will change; `past` is what was found in the history.

    Raises HistoryUnreadableError.
    """
    if not any(finding.id == "schema.E001" for finding in past):
        return frozenset()
    return _pending(history.recorded_rows(database))


def _pending(rows: list[history.Row]) -> frozenset[str]:
    """The labels of the apps with migrations to come.

    One whose row is lost while later ones have theirs does not count: `migrate` will not run it. Where
    nothing at all is recorded, the history's own table belongs to what is to come.
    """
    loader = history.HistoryLoader(row.key for row in rows)
    to_come = loader.graph.nodes.keys() - loader.applied_migrations.keys() - set(history.lost(rows))
    own = set() if rows else {MigrationRecorder.Migration._meta.app_label}
    return frozenset(app for app, _ in to_come) | own


def comes_with_migrations(finding: Finding, expected: Snapshot, pending: frozenset[str]) -> bool:
    """Whether the finding may be nothing but a migration that has not run: then `migrate` comes first."""
    table = expected.tables.get(finding.table)
    behind = isinstance(finding.subject, Column) and finding.subject.highest is not None
    of_schema = finding.id not in _OF_ROWS and not behind
    return table is not None and of_schema and (table.model or "").partition(".")[0] in pending


def sent_to_migrate(found: Iterable[Finding], expected: Snapshot, pending: frozenset[str]) -> Iterator[Finding]:
    """The findings, each with the command that comes first."""
    for finding in found:
        comes = comes_with_migrations(finding, expected, pending)
        yield replace(finding, command=managed("migrate", finding.database)) if comes else finding
