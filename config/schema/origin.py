"""Which migration makes a table or a column."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.db import connection
from django.db.backends.utils import strip_quotes, truncate_name
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.state import ModelState, ProjectState
from django.db.models import Field

Key = tuple[str, str]
Place = tuple[str, str | None]


def origins(loader: MigrationLoader) -> dict[Place, Key]:
    """For each (table, column) and (table, None) of the migrated models: the migration of its graph that makes it.

    By the names that the database has: what gives a column or a table another name is what makes that name.
    """
    state = loader.project_state([])
    made: dict[Place, Key] = {}
    for key in plan_of(loader):
        state = loader.graph.nodes[key].mutate_state(state, preserve=False)
        made = {place: made.get(place, key) for place in _places(state)}
    return made


def plan_of(loader: MigrationLoader) -> list[Key]:
    """All migrations of the graph, in an order in which they can run."""
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
