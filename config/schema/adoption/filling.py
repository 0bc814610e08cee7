"""Filling a column from another by a function in Python, and what all operations on adopted tables have in common."""

import logging
from collections.abc import Callable, Iterator
from typing import Any

from django.db import transaction
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.operations.base import Operation
from django.db.migrations.state import ProjectState
from django.db.models import Model

from config.schema.adoption import constraints

logger = logging.getLogger(__name__)


class AdoptionOperation(Operation):
    """An operation that only concerns tables an older system left: it changes no state and is nothing to undo."""

    reduces_to_sql = False
    reversible = True

    def state_forwards(self, app_label: str, state: ProjectState) -> None:
        pass

    def database_backwards(
        self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, from_state: ProjectState, to_state: ProjectState
    ) -> None:
        pass


class FillColumn(AdoptionOperation):
    """Fill an empty text column from another by a function in Python, in batches, from where an earlier run stopped.

    Where most of a large PostgreSQL table is to be filled, its values are gathered first and written by one rewrite: an
    UPDATE writes every index of the table, too, and takes six times as long.
    """

    BATCH = 10_000
    #: From this number of rows on, the table is rewritten.
    MANY = 100_000

    def __init__(self, model_name: str, name: str, source: str, function: Callable[[str], str]) -> None:
        self.model_name = model_name
        self.name = name
        self.source = source
        self.function = function

    def database_forwards(
        self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, from_state: ProjectState, to_state: ProjectState
    ) -> None:
        model = to_state.apps.get_model(app_label, self.model_name)
        if schema_editor.connection.vendor == "postgresql" and self._empty(schema_editor, model).count() >= self.MANY:
            self._rewrite(schema_editor, model)
        for values in self._batches(schema_editor, model):
            self._write(schema_editor, model, values)

    def _empty(self, schema_editor: BaseDatabaseSchemaEditor, model: type[Model]) -> Any:
        rows = model._default_manager.using(schema_editor.connection.alias).filter(**{self.name: ""})
        return rows.exclude(**{self.source: None}).exclude(**{self.source: ""})

    def _batches(self, schema_editor: BaseDatabaseSchemaEditor, model: type[Model]) -> Iterator[list[tuple[Any, str]]]:
        rows = self._empty(schema_editor, model).order_by("pk").values_list("pk", self.source)
        filled = 0
        batch = list(rows[: self.BATCH])
        while batch:
            yield [(pk, self.function(text)) for pk, text in batch]
            filled += len(batch)
            logger.info("%s.%s: %s rows filled", model._meta.db_table, self.name, f"{filled:,}")
            batch = list(rows.filter(pk__gt=batch[-1][0])[: self.BATCH])

    def _rewrite(self, schema_editor: BaseDatabaseSchemaEditor, model: type[Model]) -> None:
        quote, pk = schema_editor.quote_name, model._meta.pk
        field: Any = model._meta.get_field(self.name)
        table, column = quote(model._meta.db_table), quote(field.column)
        key, type_ = quote(str(pk.column)), pk.db_type(schema_editor.connection)
        with transaction.atomic(using=schema_editor.connection.alias):
            # Nobody changes a text whose key has been made.
            schema_editor.execute(f"LOCK TABLE {table} IN SHARE MODE")
            schema_editor.execute(
                f"CREATE TEMPORARY TABLE filling (key {type_} PRIMARY KEY, value text) ON COMMIT DROP;"
                f"CREATE OR REPLACE FUNCTION pg_temp.filled(row_key {type_}, present text) RETURNS text "
                "LANGUAGE plpgsql STABLE AS $$ DECLARE made text; BEGIN "
                "SELECT value INTO made FROM pg_temp.filling WHERE key = row_key; "
                "RETURN coalesce(made, present); END $$"
            )
            with schema_editor.connection.cursor() as cursor:
                for values in self._batches(schema_editor, model):
                    cursor.execute(
                        f"INSERT INTO pg_temp.filling SELECT * FROM unnest(%s::{type_}[], %s::text[])",
                        [list(part) for part in zip(*values, strict=True)],
                    )
            logger.info("%s.%s: rewriting the table", model._meta.db_table, self.name)
            schema_editor.execute(
                f"ALTER TABLE {table} ALTER COLUMN {column} TYPE {field.db_type(schema_editor.connection)} "
                f"USING pg_temp.filled({key}, {column})"
            )
            schema_editor.execute("DROP TABLE pg_temp.filling")

    def _write(
        self, schema_editor: BaseDatabaseSchemaEditor, model: type[Model], values: list[tuple[Any, str]]
    ) -> None:
        if schema_editor.connection.vendor != "postgresql":
            rows = [model(pk=pk, **{self.name: value}) for pk, value in values]
            model._default_manager.using(schema_editor.connection.alias).bulk_update(rows, [self.name], batch_size=100)
            return
        quote, pk = schema_editor.quote_name, model._meta.pk
        keys, texts = zip(*values, strict=True)
        # Where the migration is not atomic, triggers that are put off must not stay so after a kill.
        with (
            transaction.atomic(using=schema_editor.connection.alias),
            constraints.triggers_off(schema_editor, model._meta.db_table),
            schema_editor.connection.cursor() as cursor,
        ):
            cursor.execute(
                f"UPDATE {quote(model._meta.db_table)} SET {quote(self.name)} = v.value "
                f"FROM unnest(%s::{pk.db_type(schema_editor.connection)}[], %s::text[]) AS v (key, value) "
                f"WHERE {quote(str(pk.column))} = v.key AND v.value <> ''",
                [list(keys), list(texts)],
            )

    def describe(self) -> str:
        return f"Fill {self.name} of {self.model_name} from {self.source}"
