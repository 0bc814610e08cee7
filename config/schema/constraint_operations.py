"""Migration operations that add a constraint to a busy table: PostgreSQL reads the rows while others write.

SQLite has one writer at a time and makes the table anew: there the constraint holds for every row at once.
"""

from typing import Any

from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.operations import AddConstraint
from django.db.migrations.operations.models import IndexOperation
from django.db.migrations.state import ProjectState


class AddConstraintNotValid(AddConstraint):
    """Add a CHECK that PostgreSQL puts to what is written from now on; see ValidateConstraint."""

    def database_forwards(
        self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, from_state: ProjectState, to_state: ProjectState
    ) -> None:
        if schema_editor.connection.vendor != "postgresql":
            super().database_forwards(app_label, schema_editor, from_state, to_state)
            return
        model = to_state.apps.get_model(app_label, self.model_name)
        if self.allow_migrate_model(schema_editor.connection.alias, model):
            added = self.constraint.create_sql(model, schema_editor)
            schema_editor.execute(f"{added} NOT VALID", params=None)


class ValidateConstraint(IndexOperation):
    """Let PostgreSQL put the constraint to the rows from before. In a later migration than the one that added it."""

    reversible = True
    option_name = "constraints"

    def __init__(self, model_name: str, name: str) -> None:
        self.model_name = model_name
        self.name = name

    def state_forwards(self, app_label: str, state: ProjectState) -> None:
        pass

    def database_forwards(
        self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, from_state: ProjectState, to_state: ProjectState
    ) -> None:
        model = to_state.apps.get_model(app_label, self.model_name)
        if schema_editor.connection.vendor == "postgresql" and self.allow_migrate_model(
            schema_editor.connection.alias, model
        ):
            quote = schema_editor.quote_name
            schema_editor.execute(
                f"ALTER TABLE {quote(model._meta.db_table)} VALIDATE CONSTRAINT {quote(self.name)}", params=None
            )

    def database_backwards(self, *_: Any) -> None:
        """A constraint that was validated stays so."""

    def describe(self) -> str:
        return f"Validate constraint {self.name} of {self.model_name}"
