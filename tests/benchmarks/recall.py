"""Which of the guard's own mutations each rival notices, every mutation in a PostgreSQL database of its own.

A rival has noticed a mutation when it says anything else than about the clean database, or fails: neither id nor
place need be right. The guard has to report the id that the mutation list wants.
"""

from __future__ import annotations

from collections.abc import Callable
from io import StringIO
from typing import Any

from django.db import connection

# Settings of a session, not of the database: no other session sees what they do.
OF_A_SESSION = ("SET LOCAL", "CREATE TEMP")
FAILED = "failed:"
Says = Callable[[str], object]


def recall(host: str) -> dict[str, list[str]]:
    """By rival the mutations it did not notice; under `mutations` all that were put to it."""
    from tests.schema import zoo
    from tests.schema.mutable import Zoo
    from tests.schema.mutations_postgresql import MUTATIONS

    own = str(connection.settings_dict["NAME"])
    version = connection.pg_version  # type: ignore[attr-defined]
    create(own, "zoo")
    state = zoo.migrate(connection)
    zoo.fill(connection, state)
    expected = zoo.expectation(connection, state)
    create(own, "zoo_clean", "zoo")
    says = rivals(host, models_for_sqldiff(state))
    silent = {name: said(say, "zoo_clean") for name, say in says.items()}
    # Whoever fails on the clean database already cannot be asked about the others.
    says = {name: say for name, say in says.items() if not silent[name].startswith(FAILED)}
    missed: dict[str, list[str]] = {"mutations": [], "the guard": [], **{name: [] for name in says}}
    for label, change, wanted, *minimum in MUTATIONS:
        if any(words in change for words in OF_A_SESSION) or (minimum and version < minimum[0] * 10000):
            continue
        missed["mutations"].append(label)
        create(own, "mutant", "zoo")
        mutant = Zoo(connection, expected)  # type: ignore[arg-type]
        mutant.mutate(change)
        if wanted not in {finding.id for finding in mutant.findings()}:
            missed["the guard"].append(label)
        for name, say in says.items():
            if said(say, "mutant") == silent[name]:
                missed[name].append(label)
        drop(own, "mutant")
    use(own)
    return missed


def models_for_sqldiff(state: Any) -> list[Any]:
    """The managed models without their descending indexes, at whose names ('-weight') sqldiff fails."""
    readable = state.clone()
    readable.__dict__.pop("apps", None)
    for model in readable.models.values():
        indexes = model.options.get("indexes", [])
        plain = [index for index in indexes if not any(name.startswith("-") for name in index.fields)]
        model.options = {**model.options, "indexes": plain}
    return [model for model in readable.apps.get_models(include_auto_created=True) if model._meta.managed]


def use(name: str) -> None:
    """From here on Django's connection is one to the database of this name."""
    connection.close()
    connection.settings_dict["NAME"] = name


def create(own: str, name: str, template: str = "template1") -> None:
    """Make the database and use it. Asked for in our own one: a template must be used by nobody."""
    use(own)
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE DATABASE {name} TEMPLATE {template}")
    use(name)


def drop(own: str, name: str) -> None:
    use(own)
    with connection.cursor() as cursor:
        cursor.execute(f"DROP DATABASE {name} WITH (FORCE)")


def said(say: Says, name: str) -> str:
    # What a rival fails with is its own affair: it has not kept silent.
    try:
        return repr(say(name))
    except Exception as error:  # noqa: BLE001
        return f"{FAILED} {type(error).__name__}"


def rivals(host: str, models: list[Any]) -> dict[str, Says]:
    """What each rival says of the database of a name, beside the clean one called zoo_clean."""
    import results
    import sqlalchemy
    from alembic.autogenerate import compare_metadata
    from alembic.migration import MigrationContext
    from django_extensions.management.commands.sqldiff import PostgresqlSQLDiff
    from results.dbdiff import Migration
    from sqlalchemy.pool import NullPool

    def engine(name: str) -> Any:
        return sqlalchemy.create_engine(f"postgresql+psycopg://postgres@/{name}?host={host}", poolclass=NullPool)

    clean = sqlalchemy.MetaData()
    clean.reflect(engine("zoo_clean"))

    def alembic(name: str) -> object:
        with engine(name).connect() as connected:
            return compare_metadata(MigrationContext.configure(connected, opts={"compare_server_default": True}), clean)

    def dbdiff(name: str) -> object:
        migration = Migration(
            *(results.db(f"postgresql://postgres@/{each}?host={host}") for each in (name, "zoo_clean"))
        )
        migration.set_safety(False)
        migration.add_all_changes()
        return migration.sql

    def sqldiff(name: str) -> object:
        options = {
            "all_applications": True,
            "dense_output": False,
            "include_defaults": True,
            "include_proxy_models": False,
            "only_existing": True,
            "sql": True,
        }
        use(name)
        diff = PostgresqlSQLDiff(models, options, stdout=StringIO(), stderr=StringIO())
        diff.load()
        diff.find_differences()
        return diff.differences

    return {"Alembic compare_metadata": alembic, "results dbdiff": dbdiff, "django-extensions sqldiff": sqldiff}
