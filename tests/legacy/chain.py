"""The migrations that adopt, replayed on many databases for the price of their SQL.

`migrate` spends most of its time on rendering the states of the models, which are the same for every database. Here
they are rendered once. `test_migrate.py` puts `migrate` itself to the same proof.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from django.db import connection, transaction
from django.db.migrations import Migration
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.operations.base import Operation
from django.db.migrations.recorder import MigrationRecorder
from django.db.migrations.state import ProjectState

from config.schema.adoption.recognise import check_before_migrate
from pipeline.roles import grant

OURS = ("prospects", "pipeline")


@dataclass(frozen=True)
class Step:
    """One operation with the states of the models before and after it."""

    migration: Migration
    operation: Operation
    before: ProjectState
    after: ProjectState


class Chain:
    """All migrations on disk: `others` know nothing of adopted tables, `ours` begin with the first that does."""

    def __init__(self) -> None:
        self.loader = MigrationLoader(None)
        graph = self.loader.graph
        keys = dict.fromkeys(key for leaf in graph.leaf_nodes() for key in graph.forwards_plan(leaf))
        self.others = [graph.nodes[key] for key in keys if not self._follows_ours(key)]
        self.ours = [graph.nodes[key] for key in keys if self._follows_ours(key)]

    def _follows_ours(self, key: tuple[str, str]) -> bool:
        return any(app in OURS for app, _ in self.loader.graph.forwards_plan(key))

    def migrate_others(self) -> None:
        """Run the migrations that have nothing to do with adopted tables."""
        executor = MigrationExecutor(connection)
        executor.migrate([], plan=[(migration, False) for migration in self.others])

    def adopt(self) -> None:
        """Run the rest, as `migrate` does: each migration in its transaction. Raises AdoptionRefused as it does."""
        check_before_migrate(using=connection.alias, plan=[(migration, False) for migration in self.ours])
        recorder = MigrationRecorder(connection)
        for migration, steps in self.steps.items():
            with connection.schema_editor(atomic=migration.atomic) as editor:
                for step in steps:
                    self._run(step, editor)
            recorder.record_applied(migration.app_label, migration.name)

    @property
    def final(self) -> ProjectState:
        """The models as the last migration leaves them."""
        return next(steps[-1].after for steps in reversed(self.steps.values()) if steps)

    def _run(self, step: Step, editor: object) -> None:
        alone = not step.migration.atomic and step.operation.atomic
        arguments = (step.migration.app_label, editor, step.before, step.after)
        if alone:
            with transaction.atomic():
                step.operation.database_forwards(*arguments)
        else:
            step.operation.database_forwards(*arguments)

    @cached_property
    def steps(self) -> dict[Migration, list[Step]]:
        nodes = [(migration.app_label, migration.name) for migration in self.others]
        state = self.loader.project_state(nodes)
        assert state.apps, "rendered once, so that each state after it only renders what changes"
        found: dict[Migration, list[Step]] = {}
        for migration in self.ours:
            steps = list(_steps_of(migration, state))
            state = steps[-1].after if steps else state
            # Roles are rows of Django's own tables: as costly as half of the rest, and no part of any proof here.
            found[migration] = [step for step in steps if getattr(step.operation, "code", None) is not grant]
        return found


def _steps_of(migration: Migration, state: ProjectState) -> Iterator[Step]:
    for operation in migration.operations:
        after = state.clone()
        operation.state_forwards(migration.app_label, after)
        yield Step(migration, operation, state, after)
        state = after
