"""What plain migrations made while an adoption was under way: they do not report it themselves."""

from collections.abc import Iterator

from django.db import connections
from django.db.migrations import Migration
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.operations import AddConstraint, AddField, CreateModel
from django.db.migrations.operations.base import Operation
from django.db.models import Model

from config.schema import history
from config.schema.adoption.recognise import final_models
from config.schema.adoption.report import Entry, is_under_way, record, recorded


def record_additions(using: str) -> None:
    """Add to the report of an adoption under way what it lacks of the tables, columns and constraints just made."""
    if not is_under_way(using):
        return
    told = recorded(using)
    known = {(entry.table, entry.column, entry.action, entry.detail) for entry in told}
    found = {entry.table for entry in told if entry.action == "found"}
    entries = {
        (entry.table, entry.column, entry.action, entry.detail): entry
        for entry in _additions(using)
        if entry.table in found or not (entry.column or entry.detail)
    }
    record([entry for place, entry in entries.items() if place not in known], using)


def adopts(migration: Migration) -> bool:
    """Whether the adoption begins with this migration; what comes before has nothing to do with it."""
    from config.schema.operations import RecogniseDatabase

    return any(isinstance(operation, RecogniseDatabase) for operation in migration.operations)


def _additions(using: str) -> Iterator[Entry]:
    models = {
        (model._meta.app_label, model._meta.model_name): model for model in final_models(connections[using]).values()
    }
    nodes = MigrationLoader(None, ignore_no_migrations=True).graph.nodes
    run = [nodes[row.key] for row in history.recorded_rows(connections[using]) if row.key in nodes]
    first = next((number for number, migration in enumerate(run) if adopts(migration)), len(run))
    for migration in run[first:]:
        for operation in migration.operations:
            label = getattr(operation, "model_name", None) or getattr(operation, "name", "")
            if model := models.get((migration.app_label, str(label).lower())):
                yield from _of_operation(operation, model)


def _of_operation(operation: Operation, model: type[Model]) -> Iterator[Entry]:
    from config.schema.operations import AddConstraintIfMissing, AddFieldIfMissing, CreateModelIfMissing

    table = model._meta.db_table
    if isinstance(operation, CreateModelIfMissing | AddFieldIfMissing | AddConstraintIfMissing):
        return
    if isinstance(operation, CreateModel):
        yield Entry(table, "", "added")
    elif isinstance(operation, AddField):
        columns = {field.name: str(field.column) for field in model._meta.local_concrete_fields}
        if operation.name in columns:
            yield Entry(table, columns[operation.name], "added")
    elif isinstance(operation, AddConstraint):
        yield Entry(table, "", "added", f"constraint {operation.constraint.name}")
