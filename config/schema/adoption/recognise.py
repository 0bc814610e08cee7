"""Whether a database is empty, ours, or one the older system left; any other is refused before anything is changed."""

from collections.abc import Iterator, Mapping
from typing import Any

from django.apps import apps
from django.core.management.base import CommandError
from django.db import connections, transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.migrations import Migration
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.operations.base import Operation
from django.db.migrations.recorder import MigrationRecorder
from django.db.models import Model

from config.schema.adoption import obstacles
from config.schema.adoption.columns import expected_columns, live_columns
from config.schema.adoption.conversions import NoConversion, conversion
from config.schema.adoption.elsewhere import references_astray, tables_elsewhere
from config.schema.origin import origins

_RIGHTS = """
SELECT pg_get_userbyid(relowner), pg_has_role(relowner, 'USAGE'), row_security_active(oid), current_user
FROM pg_class WHERE oid = to_regclass(%s)
"""


class AdoptionRefused(CommandError):
    """The database, or a value in it, cannot be adopted without losing something; the text names what and where."""


def check_before_migrate(*, using: str, plan: list[tuple[Migration, bool]], **_: Any) -> None:
    """Receiver of `pre_migrate`. Raises AdoptionRefused before the first migration runs."""
    check_plan(connections[using], [migration for migration, backwards in plan if not backwards])


def check_plan(connection: BaseDatabaseWrapper, plan: list[Migration]) -> None:
    """Raise AdoptionRefused where the plan adopts a database and something in that would stop it half way."""
    from config.schema.operations import RecogniseDatabase

    for operation in (operation for migration in plan for operation in migration.operations):
        if isinstance(operation, RecogniseDatabase):
            check(connection, operation.tables, operation.unmanaged, plan)
            check_rows(connection, plan)


def check_rows(connection: BaseDatabaseWrapper, plan: list[Migration]) -> None:
    """Raise AdoptionRefused where one of the migrations would meet a row that has no place in the final schema."""
    from config.schema.operations import ConvergeTable

    if connection.vendor != "postgresql":
        return
    operations: dict[tuple[str, str], list[Operation]] = {}
    for migration in plan:
        for operation in migration.operations:
            if name := getattr(operation, "model_name", None):
                operations.setdefault((migration.app_label, name.lower()), []).append(operation)
    with transaction.atomic(using=connection.alias):
        there = set(connection.introspection.table_names())
        for model in final_models(connection).values():
            found = operations.get((model._meta.app_label, model._meta.model_name or ""), [])
            if model._meta.db_table in there and any(isinstance(item, ConvergeTable) for item in found):
                _check_table(connection, model, found)
        # The planner's functions are temporary, and yet better gone.
        transaction.set_rollback(True, using=connection.alias)


def _check_table(connection: BaseDatabaseWrapper, model: type[Model], found: list[Operation]) -> None:
    from config.schema.adoption import constraints, rehearsal
    from config.schema.adoption.plans import TablePlanner
    from config.schema.operations import ConvergeTable, FillColumn, ResolveDuplicates

    (rules, *_) = (item.rules for item in found if isinstance(item, ConvergeTable))
    fills = {item.name: (item.source, item.function) for item in found if isinstance(item, FillColumn)}
    constraints.plan_primary_key(connection, model)
    constraints.plan_foreign_uniques(connection, model)
    for item in found:
        if isinstance(item, ResolveDuplicates):
            item.plan(connection, model)
    planner = TablePlanner(connection, model, rules)
    planner.check()
    problems = [
        *rehearsal.indexes_in_the_way(connection, planner),
        *rehearsal.overlong_keys(connection, planner, fills),
    ]
    if problems:
        raise AdoptionRefused("\n  ".join(["Nothing was changed, it would stop half way:", *problems]))


def check(
    connection: BaseDatabaseWrapper,
    tables: Mapping[str, frozenset[str]],
    unmanaged: frozenset[str],
    plan: list[Migration],
) -> None:
    """Raise AdoptionRefused unless the database is empty or its tables of these names are the older system's.

    `tables` maps each table to the columns it cannot be without; `unmanaged` are tables that may stand beside them.
    """
    with connection.cursor() as cursor:
        found = {info.name: info.type for info in connection.introspection.get_table_list(cursor)}
    ours = tables.keys() & found.keys()
    models = final_models(connection) if ours else {}
    problems = [
        problem
        for table in sorted(ours)
        for problem in _problems(connection, models[table], found[table], tables[table])
    ]
    problems += _taken(connection, {name: kind for name, kind in found.items() if name not in tables})
    if connection.vendor == "postgresql":
        problems += tables_elsewhere(connection, tables)
        problems += references_astray(connection, [models[table] for table in sorted(ours)])
        problems += _obstacles(connection, plan, models)
    known = {model._meta.db_table for model in apps.get_models(include_auto_created=True)}
    known.add(MigrationRecorder.Migration._meta.db_table)
    strangers = sorted(name for name, kind in found.items() if kind in "pt" and name not in known | unmanaged)
    if strangers and not ours:
        problems.append(
            f"It holds {len(strangers)} tables of another application ({', '.join(strangers[:5])}"
            f"{' …' if len(strangers) > 5 else ''}) and none of this one's. Is DATABASE_URL the right database?"
        )
    if problems:
        name = connection.settings_dict["NAME"]
        raise AdoptionRefused(
            "\n  ".join([f"The database {name!r} is left as it is, it cannot be adopted:", *problems])
        )


def _obstacles(
    connection: BaseDatabaseWrapper, plan: list[Migration], models: Mapping[str, type[Model]]
) -> Iterator[str]:
    yield from obstacles.rights(connection)
    if models and not obstacles.was_adopted(connection):
        known = {(model._meta.app_label, model._meta.model_name or ""): model for model in models.values()}
        yield from obstacles.columns_to_come(connection, plan, known)
        yield from obstacles.names_to_come(connection, plan, known)


def _problems(
    connection: BaseDatabaseWrapper, model: type[Model], kind: str, signature: frozenset[str]
) -> Iterator[str]:
    table = model._meta.db_table
    if kind not in "pt":
        yield f"{table} is not a table (a view?)."
        return
    with connection.cursor() as cursor:
        columns = {info.name for info in connection.introspection.get_table_description(cursor, table)}
    if missing := sorted(signature - columns):
        yield f"{table} has no column {', '.join(missing)}: it is not the table of this name that is known here."
    elif connection.vendor == "postgresql":
        yield from obstacles.odd_table(connection, table)
        yield from _forbidden(connection, table)
        yield from _foreign_types(connection, model)


def _taken(connection: BaseDatabaseWrapper, found: Mapping[str, str]) -> Iterator[str]:
    """What has the name of a table that a migration still to come makes, and is another thing.

    One with all the columns of that migration is ours, and only its row in the history is lost: to record it must stay
    possible.
    """
    made = origins(MigrationLoader(None, ignore_no_migrations=True))
    applied = MigrationLoader(connection).applied_migrations
    for table in sorted(found.keys() & {table for table, column in made if column is None}):
        maker = made[table, None]
        wanted = {column for (place, column), key in made.items() if place == table and column and key == maker}
        if maker not in applied and (fault := _fault(connection, table, found[table], wanted)):
            yield (
                f"{table} is there already, and it is not the table that {'.'.join(maker)} will make: {fault}. "
                f"Rename it, or move it to a schema that is not on the search path."
            )


def _fault(connection: BaseDatabaseWrapper, table: str, kind: str, wanted: set[str]) -> str:
    """Why this is not the table with the wanted columns; "" if it is."""
    if kind not in "pt":
        return "it is no table (a view?)"
    with connection.cursor() as cursor:
        columns = {info.name for info in connection.introspection.get_table_description(cursor, table)}
    missing = sorted(wanted - columns)
    return f"it has no column {', '.join(missing)}" if missing else ""


def _forbidden(connection: BaseDatabaseWrapper, table: str) -> Iterator[str]:
    with connection.cursor() as cursor:
        cursor.execute(_RIGHTS, [connection.ops.quote_name(table)])
        owner, owned, hidden, role = cursor.fetchone()
    if hidden:
        yield f"{table} has row security, which hides rows from the role {role}: adopt as a role that sees them all."
    if not owned:
        yield f"{table} belongs to {owner}, and the role {role} may not change it: adopt as {owner}."


def _foreign_types(connection: BaseDatabaseWrapper, model: type[Model]) -> Iterator[str]:
    table = model._meta.db_table
    live = live_columns(connection, table)
    if live["id"].type != "uuid":
        yield f"{table}.id is {live['id'].type}; the known table's is uuid."
    for name, expected in expected_columns(connection, model).items():
        if name in live and name != "id":
            try:
                conversion(name, live[name], expected)
            except NoConversion as error:
                yield f"{table}.{name}: {error}."


def final_models(connection: BaseDatabaseWrapper) -> dict[str, type[Model]]:
    """Table name -> model, as all migrations on disk leave them."""
    state = MigrationLoader(connection).project_state()
    return {model._meta.db_table: model for model in state.apps.get_models()}
