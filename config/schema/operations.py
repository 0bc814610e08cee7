"""Migration operations that may meet their object in the database already.

Subclasses of Django's own, so the migration state stays exact. Each logs what it added and what was there; in an
adopted database that is kept as the adoption's report. Going backwards they refuse to drop what holds rows: it may be
older than the migration. Matching by structure is PostgreSQL's part: adopted databases are.
"""

import logging
import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.exceptions import IrreversibleError
from django.db.migrations.operations import AddConstraint, AddField, AddIndex, CreateModel
from django.db.migrations.state import ProjectState
from django.db.models import Model
from django.db.models.sql import Query

from config.schema import alembic
from config.schema.adoption import constraints, indexes, report
from config.schema.adoption.columns import live_columns
from config.schema.adoption.filling import AdoptionOperation as AdoptionOperation
from config.schema.adoption.filling import FillColumn as FillColumn
from config.schema.adoption.plans import Plan, TablePlanner
from config.schema.adoption.report import Entry
from config.schema.adoption.rules import Rules

logger = logging.getLogger(__name__)

_CONSTRAINT = re.compile(r'CONSTRAINT "([^"]+)"')


class CreateModelIfMissing(CreateModel):
    """Create the model's table, or add the columns that an existing table lacks."""

    def database_forwards(
        self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, from_state: ProjectState, to_state: ProjectState
    ) -> None:
        model = to_state.apps.get_model(app_label, self.name)
        if not self.allow_migrate_model(schema_editor.connection.alias, model):
            return
        if model._meta.db_table in table_names(schema_editor):
            tell(schema_editor, [Entry(model._meta.db_table, "", "found")])
            if schema_editor.connection.vendor == "postgresql":
                # References to the table need it.
                carry_out(schema_editor, model, constraints.plan_primary_key)
            add_missing_columns(schema_editor, model, model._meta.local_concrete_fields)
        else:
            super().database_forwards(app_label, schema_editor, from_state, to_state)
            tell_if_adopting(schema_editor, Entry(model._meta.db_table, "", "added"))

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
            before = from_state.apps.get_model(app_label, self.model_name)
            add_missing_columns(schema_editor, before, [model._meta.get_field(self.name)])

    def database_backwards(
        self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, from_state: ProjectState, to_state: ProjectState
    ) -> None:
        refuse_if_rows(schema_editor, from_state.apps.get_model(app_label, self.model_name))
        super().database_backwards(app_label, schema_editor, from_state, to_state)


class AddConstraintIfMissing(AddConstraint):
    """Add the constraint, in the place of one of the same name that says something else."""

    def database_forwards(
        self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, from_state: ProjectState, to_state: ProjectState
    ) -> None:
        model = to_state.apps.get_model(app_label, self.model_name)
        name = self.constraint.name
        if schema_editor.connection.vendor == "postgresql":
            self._tell(schema_editor, model)
            if isinstance(self.constraint, models.UniqueConstraint) and indexes.adopt_unique(
                schema_editor, model, self.constraint
            ):
                return
            # What an older system called by this name may be another rule; to make it anew is always right.
            schema_editor.execute(
                f"ALTER TABLE {schema_editor.quote_name(model._meta.db_table)} "
                f"DROP CONSTRAINT IF EXISTS {schema_editor.quote_name(name)}"
            )
        elif name in constraint_names(schema_editor, model):
            return
        super().database_forwards(app_label, schema_editor, from_state, to_state)

    def _tell(self, schema_editor: BaseDatabaseSchemaEditor, model: type[Model]) -> None:
        connection, table = schema_editor.connection, model._meta.db_table
        if not report.was_found(connection.alias, table):
            return
        if isinstance(self.constraint, models.UniqueConstraint):
            tell(schema_editor, indexes.plan_unique(connection, model, self.constraint))
        else:
            tell(schema_editor, [Entry(table, "", "added", f"constraint {self.constraint.name}")])


class AddIndexIfMissing(AddIndex):
    """Add the index, or give its name to one of the same structure. In a migration that is not atomic, concurrently."""

    def database_forwards(
        self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, from_state: ProjectState, to_state: ProjectState
    ) -> None:
        model = to_state.apps.get_model(app_label, self.model_name)
        if schema_editor.connection.vendor != "postgresql":
            if self.index.name not in constraint_names(schema_editor, model):
                super().database_forwards(app_label, schema_editor, from_state, to_state)
            return
        if not indexes.adopt_index(schema_editor, model, self.index):
            concurrently = not schema_editor.connection.in_atomic_block
            schema_editor.add_index(model, self.index, concurrently=concurrently)  # type: ignore[call-arg]


class EnsureColumns(AdoptionOperation):
    """Add those of the model's columns that the table lacks, although migrations before this one added them."""

    def __init__(self, model_name: str, names: tuple[str, ...]) -> None:
        self.model_name = model_name
        self.names = names

    def database_forwards(
        self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, from_state: ProjectState, to_state: ProjectState
    ) -> None:
        model = to_state.apps.get_model(app_label, self.model_name)
        add_missing_columns(schema_editor, model, [model._meta.get_field(name) for name in self.names])

    def describe(self) -> str:
        return f"Ensure {len(self.names)} columns of {self.model_name}"


class RecogniseDatabase(AdoptionOperation):
    """Tell the older system's tables from another application's, see `config.schema.adoption.recognise`.

    The check runs before the first migration of a `migrate`, so that a refusal leaves everything as it was.
    """

    def __init__(self, tables: Mapping[str, frozenset[str]], unmanaged: frozenset[str]) -> None:
        self.tables = tables
        self.unmanaged = unmanaged

    def database_forwards(
        self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, from_state: ProjectState, to_state: ProjectState
    ) -> None:
        there = table_names(schema_editor)
        tell(schema_editor, [Entry(table, "", "leftover", "table") for table in sorted(self.unmanaged & there)])
        if alembic.TABLE in there:
            alembic.record_alembic_version(schema_editor.connection)

    def describe(self) -> str:
        return "Recognise the tables of the older system"


class RecomputeColumn(AdoptionOperation):
    """Write a derived column anew where it is not what the expression says."""

    def __init__(self, model_name: str, name: str, expression: Any) -> None:
        self.model_name = model_name
        self.name = name
        self.expression = expression

    def database_forwards(
        self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, from_state: ProjectState, to_state: ProjectState
    ) -> None:
        model = to_state.apps.get_model(app_label, self.model_name)
        rows = model._default_manager.using(schema_editor.connection.alias).exclude(**{self.name: self.expression})
        if not (count := rows.count()):
            return
        if schema_editor.connection.vendor == "postgresql":
            rewrite_column(schema_editor, model, self.name, self.expression)
        else:
            rows.update(**{self.name: self.expression})
        tell_if_adopting(schema_editor, Entry(model._meta.db_table, self.name, "recomputed", rows=count))

    def describe(self) -> str:
        return f"Recompute {self.name} of {self.model_name}"


class RenameColumnsIfPresent(AdoptionOperation):
    """Give columns of an older system's table the names that the migrations after this one expect."""

    def __init__(self, table: str, renames: Mapping[str, str]) -> None:
        self.table = table
        self.renames = renames

    def database_forwards(
        self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, from_state: ProjectState, to_state: ProjectState
    ) -> None:
        if schema_editor.connection.vendor != "postgresql":
            return
        columns = live_columns(schema_editor.connection, self.table)
        for old, new in self.renames.items():
            if old in columns and new not in columns:
                quote = schema_editor.quote_name
                schema_editor.execute(f"ALTER TABLE {quote(self.table)} RENAME {quote(old)} TO {quote(new)}")
                tell(schema_editor, [Entry(self.table, new, "renamed", f"was {old}")])

    def describe(self) -> str:
        return f"Rename columns of {self.table} that an older system called otherwise"


class ConvergeTable(AdoptionOperation):
    """Bring the rows and columns of an adopted table to what the model declares, losing nothing.

    Values are converted, folded into their vocabulary, filled in or kept aside (see `config.schema.adoption.rules`) in
    one rewrite of the table; then foreign keys follow the model's rules. A table that is in shape is only read. Raises
    AdoptionRefused where a value would be lost, before anything is changed.
    """

    def __init__(self, model_name: str, rules: Rules) -> None:
        self.model_name = model_name
        self.rules = rules

    def plan(self, connection: BaseDatabaseWrapper, model: type[Model]) -> Plan:
        """What there is to do, found by reading."""
        return (
            constraints.plan_foreign_rules(connection, model)
            + TablePlanner(connection, model, self.rules).plan()
            + constraints.plan_foreign_keys(connection, model)
        )

    def database_forwards(
        self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, from_state: ProjectState, to_state: ProjectState
    ) -> None:
        model = to_state.apps.get_model(app_label, self.model_name)
        if schema_editor.connection.vendor == "postgresql":
            carry_out(schema_editor, model, self.plan)

    def describe(self) -> str:
        return f"Bring the table of {self.model_name} to its shape"


class ResolveDuplicates(AdoptionOperation):
    """Make room for a unique key: see `config.schema.adoption.constraints.plan_duplicates`."""

    def __init__(self, model_name: str, columns: tuple[str, ...], distinguish: str | None = None) -> None:
        self.model_name = model_name
        self.columns = columns
        self.distinguish = distinguish

    def plan(self, connection: BaseDatabaseWrapper, model: type[Model]) -> Plan:
        """What there is to do, found by reading."""
        return constraints.plan_duplicates(connection, model, self.columns, self.distinguish)

    def database_forwards(
        self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, from_state: ProjectState, to_state: ProjectState
    ) -> None:
        model = to_state.apps.get_model(app_label, self.model_name)
        if schema_editor.connection.vendor == "postgresql":
            carry_out(schema_editor, model, self.plan)

    def describe(self) -> str:
        return f"Resolve rows of {self.model_name} with the same {', '.join(self.columns)}"


class DropForeignUniques(AdoptionOperation):
    """Remove unique keys that no model declares: see `config.schema.adoption.constraints.plan_foreign_uniques`."""

    atomic = True

    def __init__(self, *model_names: str) -> None:
        self.model_names = model_names

    def database_forwards(
        self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, from_state: ProjectState, to_state: ProjectState
    ) -> None:
        if schema_editor.connection.vendor == "postgresql":
            for name in self.model_names:
                model = to_state.apps.get_model(app_label, name)
                carry_out(schema_editor, model, constraints.plan_foreign_uniques)

    def describe(self) -> str:
        return f"Drop unique keys that nothing here declares, of {', '.join(self.model_names)}"


class ReportLeftovers(AdoptionOperation):
    """Record the columns and indexes of adopted tables that nothing here declares."""

    def __init__(self, *model_names: str) -> None:
        self.model_names = model_names

    def database_forwards(
        self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, from_state: ProjectState, to_state: ProjectState
    ) -> None:
        if schema_editor.connection.vendor != "postgresql":
            return
        for name in self.model_names if report.is_adopting(schema_editor.connection.alias) else ():
            model = to_state.apps.get_model(app_label, name)
            tell(schema_editor, constraints.leftovers(schema_editor.connection, model))

    def describe(self) -> str:
        return f"List leftovers of {', '.join(self.model_names)}"


def carry_out(
    schema_editor: BaseDatabaseSchemaEditor,
    model: type[Model],
    planned: Callable[[BaseDatabaseWrapper, type[Model]], Plan],
) -> None:
    """Lock the model's table, plan, run the plan's statements and keep its report."""
    # Foreign keys of a table just made wait for the end of the migration: the plan must see them.
    while schema_editor.deferred_sql:
        schema_editor.execute(schema_editor.deferred_sql.pop(0), None)
    # The rows that were counted are the rows that are changed.
    schema_editor.execute(f"LOCK TABLE {schema_editor.quote_name(model._meta.db_table)} IN ACCESS EXCLUSIVE MODE")
    plan = planned(schema_editor.connection, model)
    tell(schema_editor, plan.entries)
    if not plan.statements:
        return
    with constraints.triggers_off(schema_editor, model._meta.db_table):
        for number, statement in enumerate(plan.statements, start=1):
            # A rewrite has no progress to ask the server for: who waits sees what runs, and since when.
            logger.info("%s: step %d of %d: %.60s …", model._meta.db_table, number, len(plan.statements), statement)
            schema_editor.execute(statement)


def rewrite_column(schema_editor: BaseDatabaseSchemaEditor, model: type[Model], name: str, expression: Any) -> None:
    """Write the expression to the column of every row by rewriting the table.

    On a large table with many indexes that takes a fraction of an UPDATE's time and leaves no dead rows.
    """
    query = Query(model, alias_cols=False)
    compiler = query.get_compiler(connection=schema_editor.connection)
    sql, params = compiler.compile(expression.resolve_expression(query))
    value = sql % tuple(schema_editor.quote_value(param) for param in params)
    column: Any = model._meta.get_field(name)
    quote = schema_editor.quote_name
    alter = f"ALTER TABLE {quote(model._meta.db_table)} ALTER COLUMN {quote(column.column)}"
    schema_editor.execute(f"{alter} TYPE {column.db_type(schema_editor.connection)} USING ({value})")


def tell(schema_editor: BaseDatabaseSchemaEditor, entries: Iterable[Entry]) -> None:
    """Log the entries and keep them as part of the adoption's report."""
    entries = list(entries)
    for entry in entries:
        logger.info("%s", entry)
    report.record(entries, schema_editor.connection.alias)


def tell_if_adopting(schema_editor: BaseDatabaseSchemaEditor, *entries: Entry) -> None:
    """Log the entries; in a database that is being adopted keep them, too."""
    if report.is_adopting(schema_editor.connection.alias):
        tell(schema_editor, entries)
    else:
        for entry in entries:
            logger.info("%s", entry)


def table_names(schema_editor: BaseDatabaseSchemaEditor) -> set[str]:
    with schema_editor.connection.cursor() as cursor:
        return set(schema_editor.connection.introspection.table_names(cursor))


def constraint_names(schema_editor: BaseDatabaseSchemaEditor, model: type[Model]) -> set[str]:
    """The names of an SQLite table's indexes and constraints.

    Read from its statement as Django writes it: Django's introspection parses the whole of it in Python, each time.
    """
    with schema_editor.connection.cursor() as cursor:
        cursor.execute("SELECT name, sql FROM sqlite_master WHERE tbl_name = %s", [model._meta.db_table])
        return {found for name, sql in cursor.fetchall() for found in (name, *_CONSTRAINT.findall(sql or ""))}


def add_missing_columns(schema_editor: BaseDatabaseSchemaEditor, model: type[Model], fields: Iterable[Any]) -> None:
    """Add the fields' columns that the model's table lacks."""
    table = model._meta.db_table
    with schema_editor.connection.cursor() as cursor:
        cursor.execute(f"SELECT * FROM {schema_editor.quote_name(table)} LIMIT 0")
        present = {column[0] for column in cursor.description}
    added = []
    for field in fields:
        if field.column in present:
            logger.info("%s", Entry(table, field.column, "found"))
        else:
            schema_editor.add_field(model, field)
            added.append(Entry(table, field.column, "added"))
    if report.was_found(schema_editor.connection.alias, table):
        tell(schema_editor, added)
    else:
        for entry in added:
            logger.info("%s", entry)


def refuse_if_rows(schema_editor: BaseDatabaseSchemaEditor, model: type[Model]) -> None:
    """Raise IrreversibleError when the model's table holds rows."""
    if model._default_manager.using(schema_editor.connection.alias).exists():
        raise IrreversibleError(
            f"{model._meta.db_table} holds rows that may be older than this migration; it is not undone."
        )
