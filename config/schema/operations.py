"""Migration operations that may meet their object in the database already.

Subclasses of Django's own, so the migration state stays exact. Going backwards they refuse to drop what holds rows: it
may have been there before the migration.
"""

import logging
from typing import Any

from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.exceptions import IrreversibleError
from django.db.migrations.operations import AddConstraint, AddField, AddIndex, CreateModel
from django.db.migrations.state import ProjectState
from django.db.models import Model

logger = logging.getLogger(__name__)


class CreateModelIfMissing(CreateModel):
    """Create the model's table, or add the columns that an existing table lacks."""

    def database_forwards(
        self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, from_state: ProjectState, to_state: ProjectState
    ) -> None:
        model = to_state.apps.get_model(app_label, self.name)
        if not self.allow_migrate_model(schema_editor.connection.alias, model):
            return
        if model._meta.db_table not in table_names(schema_editor):
            super().database_forwards(app_label, schema_editor, from_state, to_state)
            logger.info("%s: table added", model._meta.db_table)
            return
        logger.info("%s: table was there", model._meta.db_table)
        present = column_names(schema_editor, model)
        for field in model._meta.local_concrete_fields:
            add_column_if_missing(schema_editor, model, field, present)

    def database_backwards(
        self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, from_state: ProjectState, to_state: ProjectState
    ) -> None:
        refuse_if_rows(schema_editor, from_state.apps.get_model(app_label, self.name))
        super().database_backwards(app_label, schema_editor, from_state, to_state)


class AddFieldIfMissing(AddField):
    """Add the field's column unless the table has it."""

    def database_forwards(
        self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, from_state: ProjectState, to_state: ProjectState
    ) -> None:
        model = to_state.apps.get_model(app_label, self.model_name)
        if self.allow_migrate_model(schema_editor.connection.alias, model):
            field = model._meta.get_field(self.name)
            before = from_state.apps.get_model(app_label, self.model_name)
            add_column_if_missing(schema_editor, before, field, column_names(schema_editor, model))

    def database_backwards(
        self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, from_state: ProjectState, to_state: ProjectState
    ) -> None:
        refuse_if_rows(schema_editor, from_state.apps.get_model(app_label, self.model_name))
        super().database_backwards(app_label, schema_editor, from_state, to_state)


class AddConstraintIfMissing(AddConstraint):
    def database_forwards(
        self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, from_state: ProjectState, to_state: ProjectState
    ) -> None:
        model = to_state.apps.get_model(app_label, self.model_name)
        if self.constraint.name not in constraint_names(schema_editor, model):
            super().database_forwards(app_label, schema_editor, from_state, to_state)


class AddIndexIfMissing(AddIndex):
    def database_forwards(
        self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, from_state: ProjectState, to_state: ProjectState
    ) -> None:
        model = to_state.apps.get_model(app_label, self.model_name)
        if self.index.name not in constraint_names(schema_editor, model):
            super().database_forwards(app_label, schema_editor, from_state, to_state)


def table_names(schema_editor: BaseDatabaseSchemaEditor) -> set[str]:
    with schema_editor.connection.cursor() as cursor:
        return set(schema_editor.connection.introspection.table_names(cursor))


def column_names(schema_editor: BaseDatabaseSchemaEditor, model: type[Model]) -> set[str]:
    with schema_editor.connection.cursor() as cursor:
        description = schema_editor.connection.introspection.get_table_description(cursor, model._meta.db_table)
    return {column.name for column in description}


def constraint_names(schema_editor: BaseDatabaseSchemaEditor, model: type[Model]) -> set[str]:
    with schema_editor.connection.cursor() as cursor:
        return set(schema_editor.connection.introspection.get_constraints(cursor, model._meta.db_table))


def add_column_if_missing(
    schema_editor: BaseDatabaseSchemaEditor, model: type[Model], field: Any, present: set[str]
) -> None:
    if field.column in present:
        logger.info("%s.%s: column was there", model._meta.db_table, field.column)
        return
    schema_editor.add_field(model, field)
    logger.info("%s.%s: column added", model._meta.db_table, field.column)


def refuse_if_rows(schema_editor: BaseDatabaseSchemaEditor, model: type[Model]) -> None:
    if model._default_manager.using(schema_editor.connection.alias).exists():
        raise IrreversibleError(
            f"{model._meta.db_table} holds rows that may be older than this migration; it is not undone."
        )
