"""The migration operation that ends what an older system left under way."""

from collections import Counter
from collections.abc import Iterable, Mapping
from contextlib import nullcontext
from typing import Any

from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import ProjectState
from django.db.models import Model, Q, QuerySet

from config.schema.adoption import constraints, report
from config.schema.adoption.report import Entry
from config.schema.operations import AdoptionOperation, tell


class SettleRows(AdoptionOperation):
    """In an adopted database, write the values to the rows that nothing will ever work on again.

    `where` must choose none that this system has worked on: the operation may run long after the adoption. What the
    column held is counted in the report, which keeps the ids.
    """

    def __init__(self, model_name: str, column: str, where: Q, values: Mapping[str, Any]) -> None:
        self.model_name = model_name
        self.column = column
        self.where = where
        self.values = values

    def rows(self, model: type[Model], using: str) -> QuerySet[Any]:
        """The rows' keys with what the column holds."""
        return model._default_manager.using(using).filter(self.where).values_list("pk", self.column)

    def entries(self, model: type[Model], found: Iterable[tuple[Any, str]]) -> list[Entry]:
        """What to report of these `rows`."""
        held = sorted((str(key), value) for key, value in found)
        if not held:
            return []
        counts = sorted(Counter(value for _, value in held).items())
        told = ", ".join(f"{value} ({count:,})" for value, count in counts)
        detail = f"{told} to {self.values[self.column]!r}"
        return [Entry(model._meta.db_table, self.column, "ended", detail, len(held), [key for key, _ in held])]

    def database_forwards(
        self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, from_state: ProjectState, to_state: ProjectState
    ) -> None:
        connection = schema_editor.connection
        if not report.is_adopting(connection.alias):
            return
        model = to_state.apps.get_model(app_label, self.model_name)
        found = list(self.rows(model, connection.alias))
        if not found:
            return
        postgresql = connection.vendor == "postgresql"
        with constraints.triggers_off(schema_editor, model._meta.db_table) if postgresql else nullcontext():
            model._default_manager.using(connection.alias).filter(self.where).update(**self.values)
        tell(schema_editor, self.entries(model, found))

    def describe(self) -> str:
        return f"End rows of {self.model_name} that the older system left under way"
