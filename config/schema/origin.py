"""Which migration makes a table or a column."""

from __future__ import annotations

from django.db.migrations.loader import MigrationLoader
from django.db.migrations.state import ProjectState

Key = tuple[str, str]


def origins() -> dict[tuple[str, str | None], Key]:
    """For each (table, column) and (table, None) of the migrated models: the migration that first makes it."""
    loader = MigrationLoader(None, ignore_no_migrations=True)
    state = loader.project_state([])
    seen: dict[tuple[str, str, str | None], Key] = {}
    for key in _plan(loader):
        state = loader.graph.nodes[key].mutate_state(state, preserve=False)
        _note(state, seen, key)
    return _by_table(state, seen)


def _plan(loader: MigrationLoader) -> list[Key]:
    plan: dict[Key, None] = {}
    for leaf in sorted(loader.graph.leaf_nodes()):
        plan.update(dict.fromkeys(loader.graph.forwards_plan(leaf)))
    return list(plan)


def _note(state: ProjectState, seen: dict[tuple[str, str, str | None], Key], migration: Key) -> None:
    for (app, model), model_state in state.models.items():
        for name in (None, *model_state.fields):
            seen.setdefault((app, model, name), migration)


def _by_table(state: ProjectState, seen: dict[tuple[str, str, str | None], Key]) -> dict[tuple[str, str | None], Key]:
    found: dict[tuple[str, str | None], Key] = {}
    for model in state.apps.get_models():
        options = model._meta
        app, name, table = options.app_label, options.model_name or "", options.db_table
        for field in (None, *options.local_concrete_fields):
            if made := seen.get((app, name, field.name if field else None)):
                found[table, field.column if field else None] = made
        for many in options.local_many_to_many:
            through = many.remote_field.through
            if (made := seen.get((app, name, many.name))) and through is not None:
                found.setdefault((through._meta.db_table, None), made)
    return found
