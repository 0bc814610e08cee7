"""What `migrate` would do to this database, found by reading and undone where reading needs something temporary."""

from collections.abc import Iterator
from typing import Any

from django.db import connections, transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.operations import AddConstraint, CreateModel
from django.db.models import BaseConstraint, UniqueConstraint

from config.schema import operations
from config.schema.adoption import constraints, indexes
from config.schema.adoption.additions import adopts
from config.schema.adoption.plans import TablePlanner
from config.schema.adoption.recognise import check_plan
from config.schema.adoption.report import Entry
from config.schema.adoption.rules import Rules
from config.schema.adoption.settling import SettleRows


def dry_run(using: str) -> list[Entry]:
    """The entries that an adoption by the unapplied migrations would report.

    Row counts are those of now. Raises AdoptionRefused as `migrate` would.
    """
    connection = connections[using]
    with transaction.atomic(using=using):
        entries = list(_entries(connection))
        transaction.set_rollback(True, using=using)
    return _once(entries)


def _entries(connection: BaseDatabaseWrapper) -> Iterator[Entry]:
    executor = MigrationExecutor(connection)
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    check_plan(connection, [migration for migration, _ in plan])
    models = executor.loader.project_state().apps
    with connection.cursor() as cursor:
        there = {info.name for info in connection.introspection.get_table_list(cursor)}
    coming = [migration for migration, _ in plan]
    first = next((number for number, migration in enumerate(coming) if adopts(migration)), 0)
    pending = [(migration.app_label, operation) for migration in coming[first:] for operation in migration.operations]
    for _, operation in pending:
        if isinstance(operation, operations.RecogniseDatabase):
            yield from (Entry(t, "", "leftover", "table") for t in sorted(operation.unmanaged & there))
    rules = {op.model_name: op.rules for _, op in pending if isinstance(op, operations.ConvergeTable)}
    for app_label, operation in pending:
        for name in _model_names(operation):
            model = _model(models, app_label, name)
            if isinstance(operation, operations.RecomputeColumn) and model._meta.db_table in there:
                yield from _recomputed(TablePlanner(connection, model, rules.get(name, Rules())), operation)
            elif isinstance(operation, SettleRows) and model._meta.db_table in there and rules:
                planner = TablePlanner(connection, model, rules.get(name, Rules()))
                yield from operation.entries(model, _planned(planner, operation.rows(model, connection.alias)))
            elif model is not None:
                yield from _operation(connection, operation, model, there)


def _model_names(operation: Any) -> tuple[str, ...]:
    if names := getattr(operation, "model_names", None):
        return tuple(names)
    name = getattr(operation, "model_name", getattr(operation, "name", None))
    return (name,) if name else ()


def _operation(connection: BaseDatabaseWrapper, operation: Any, model: Any, there: set[str]) -> Iterator[Entry]:
    table = model._meta.db_table
    if isinstance(operation, CreateModel):
        yield Entry(table, "", "found" if table in there else "added")
    if table not in there:
        return
    if isinstance(operation, CreateModel):
        yield from constraints.plan_primary_key(connection, model).entries
    elif isinstance(operation, operations.DropForeignUniques):
        yield from constraints.plan_foreign_uniques(connection, model).entries
    elif isinstance(operation, operations.ConvergeTable | operations.ResolveDuplicates):
        yield from operation.plan(connection, model).entries
        yield from constraints.leftovers(connection, model)
    elif isinstance(operation, operations.AddIndexIfMissing):
        yield from indexes.plan_index(connection, model, operation.index)
    elif isinstance(operation, AddConstraint):
        yield from _constraint(connection, model, operation.constraint)


def _constraint(connection: BaseDatabaseWrapper, model: Any, constraint: BaseConstraint) -> Iterator[Entry]:
    table = model._meta.db_table
    if isinstance(constraint, UniqueConstraint):
        yield from indexes.plan_unique(connection, model, constraint)
        return
    if definition := _definitions(connection, table).get(constraint.name):
        yield Entry(table, "", "constraint", f"{constraint.name} gives way: {definition}")
    yield Entry(table, "", "added", f"constraint {constraint.name}")


def _recomputed(planner: TablePlanner, operation: operations.RecomputeColumn) -> Iterator[Entry]:
    """How many rows would get another value, by what their columns will hold when it is computed."""
    rows = planner.model._default_manager.using(planner.connection.alias)
    changed = rows.exclude(**{operation.name: operation.expression}).values("pk")
    ((count,),) = _planned(planner, changed, "SELECT count(*) FROM ({}) AS changed")
    if count:
        yield Entry(planner.table, operation.name, "recomputed", rows=count)


def _planned(planner: TablePlanner, rows: Any, statement: str = "{}") -> list[tuple[Any, ...]]:
    """What the statement, in the place of whose braces the query comes, finds in the rows as they will be."""
    compiled, params = rows.query.get_compiler(connection=planner.connection).as_sql()
    planned = planner.planned_rows().replace("%", "%%")
    with planner.connection.cursor() as cursor:
        # Under the table's name: the query reads the planned rows in its place.
        cursor.execute(f"WITH {planner.quoted(planner.table)} AS ({planned}) {statement.format(compiled)}", params)
        return list(cursor.fetchall())


def _definitions(connection: BaseDatabaseWrapper, table: str) -> dict[str, str]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT conname, pg_get_constraintdef(oid) FROM pg_constraint WHERE conrelid = to_regclass(%s)",
            [connection.ops.quote_name(table)],
        )
        return dict(cursor.fetchall())


def _model(models: Any, app_label: str, name: str) -> Any:
    try:
        return models.get_model(app_label, name)
    except LookupError:  # a model that a later migration deletes
        return None


def _once(entries: list[Entry]) -> list[Entry]:
    """Several migrations look at the same table; what they would all report is told once."""
    return list({(e.table, e.column, e.action, e.detail): e for e in entries}.values())
