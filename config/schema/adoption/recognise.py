"""Whether a database is empty, ours, or one the older system left; any other is refused before anything is changed."""

from collections.abc import Iterator, Mapping
from typing import Any

from django.apps import apps
from django.core.management.base import CommandError
from django.db import connections, transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.migrations import Migration
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder
from django.db.models import Model

from config.schema.adoption.columns import expected_columns, live_columns
from config.schema.adoption.conversions import NoConversion, conversion
from config.schema.adoption.elsewhere import references_astray, tables_elsewhere
from config.schema.origin import origins

_RIGHTS = """
SELECT pg_get_userbyid(relowner), pg_has_role(relowner, 'USAGE'), row_security_active(oid), current_user
FROM pg_class WHERE oid = to_regclass(%s)
"""

# What reads a table's columns by their types: PostgreSQL then refuses to change those. And rules, which make another
# statement of one that writes.
_READERS = """
SELECT 'the view ' || v.relname FROM pg_depend d
JOIN pg_rewrite r ON d.classid = 'pg_rewrite'::regclass AND r.oid = d.objid
JOIN pg_class v ON v.oid = r.ev_class AND v.relkind IN ('v', 'm')
WHERE d.refobjid = to_regclass(%s)
UNION SELECT 'the policy ' || polname FROM pg_policy WHERE polrelid = to_regclass(%s)
UNION SELECT 'the rule ' || rulename FROM pg_rewrite WHERE ev_class = to_regclass(%s) AND rulename <> '_RETURN'
UNION SELECT 'the trigger ' || t.tgname || ', by column' FROM pg_trigger t
WHERE t.tgrelid = to_regclass(%s) AND NOT t.tgisinternal AND EXISTS (
    SELECT 1 FROM pg_depend d WHERE d.classid = 'pg_trigger'::regclass AND d.objid = t.oid AND d.refobjsubid > 0)
ORDER BY 1
"""


class AdoptionRefused(CommandError):
    """The database, or a value in it, cannot be adopted without losing something; the text names what and where."""


def check_before_migrate(*, using: str, plan: list[tuple[Migration, bool]], **_: Any) -> None:
    """Receiver of `pre_migrate`. Raises AdoptionRefused before the first migration runs."""
    from config.schema.operations import RecogniseDatabase

    forwards = [migration for migration, backwards in plan if not backwards]
    for operation in (operation for migration in forwards for operation in migration.operations):
        if isinstance(operation, RecogniseDatabase):
            check(connections[using], operation.tables, operation.unmanaged)
            check_rows(connections[using], forwards)


def check_rows(connection: BaseDatabaseWrapper, plan: list[Migration]) -> None:
    """Raise AdoptionRefused where one of the migrations would meet a row that has no place in the final schema."""
    from config.schema.adoption.constraints import plan_primary_key
    from config.schema.adoption.plans import TablePlanner
    from config.schema.operations import ConvergeTable

    rules = {
        (migration.app_label, operation.model_name.lower()): operation.rules
        for migration in plan
        for operation in migration.operations
        if isinstance(operation, ConvergeTable)
    }
    if connection.vendor != "postgresql" or not rules:
        return
    with transaction.atomic(using=connection.alias):
        there = set(connection.introspection.table_names())
        for model in final_models(connection).values():
            key = (model._meta.app_label, model._meta.model_name or "")
            if key in rules and model._meta.db_table in there:
                plan_primary_key(connection, model)
                TablePlanner(connection, model, rules[key]).check()
        # The planner's functions are temporary, and yet better gone.
        transaction.set_rollback(True, using=connection.alias)


def check(connection: BaseDatabaseWrapper, tables: Mapping[str, frozenset[str]], unmanaged: frozenset[str]) -> None:
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
        cursor.execute(_READERS, [connection.ops.quote_name(table)] * 4)
        readers = [str(row[0]) for row in cursor.fetchall()]
    if readers:
        yield f"{table} is read by {', '.join(readers)}: drop that before, and make it again afterwards."
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
