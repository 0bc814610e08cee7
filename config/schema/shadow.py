"""The expectation: what the migrations on disk make, built by Django and read back from the database.

Django's schema editor builds the project state in a shadow (PostgreSQL: temporary tables inside a
transaction that is rolled back; SQLite: a database in memory) and the catalog reader reads it, so that
both sides of a comparison are the server's own words.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace

from django.apps.registry import Apps
from django.db import DatabaseError, connections, models, router, transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder
from django.db.migrations.state import ProjectState

from config.schema.catalog import Snapshot, Table, snapshot
from config.schema.declared import annotate

Model = type[models.Model]
_SCHEMA_MARK = '"."'
_SHADOW_FIRST = """
SELECT set_config('search_path', concat_ws(', ', 'pg_temp', nullif(current_setting('search_path'), '')), true)
"""


class ShadowError(Exception):
    """The shadow cannot be built with this role on this server; the text is the server's reason."""


def expectation(connection: BaseDatabaseWrapper) -> Snapshot:
    """The schema that the migrations on disk make for this database alias.

    Raises ShadowError when the server refuses to build it (a standby, no TEMP privilege, a missing extension).
    """
    state = leaf_state()
    return build(connection, state, migrated_models(state.apps, connection))


def leaf_state() -> ProjectState:
    """The project state at the leaf nodes, apps without migrations as their models are."""
    return MigrationLoader(None, ignore_no_migrations=True).project_state()


def migrated_models(apps: Apps, connection: BaseDatabaseWrapper) -> list[Model]:
    """The models whose tables `migrate` makes on this alias, Django's own record of migrations included."""
    return [
        *(model for model in apps.get_models() if _migrates(model, connection)),
        MigrationRecorder.Migration,
    ]


def _migrates(model: Model, connection: BaseDatabaseWrapper) -> bool:
    return model._meta.can_migrate(connection) and router.allow_migrate_model(connection.alias, model)


def build(connection: BaseDatabaseWrapper, state: ProjectState, wanted: Iterable[Model]) -> Snapshot:
    """The schema of these models of `state`, built in a shadow and read back.

    The models keep the names they have in the live database, whatever the shadow called them.
    """
    originals = {_key(model): model for model in _with_through(wanted)}
    shadow_apps = _flattened(state).apps if _has_schemas(originals.values()) else state.apps
    shadows = {key: _shadow_of(model, shadow_apps) for key, model in originals.items()}
    helpers = _targets(shadows.values())
    with shadow_of(connection) as shadow_connection:
        _create(shadow_connection, [m for m in (*shadows.values(), *helpers) if not m._meta.auto_created])
        found = snapshot(shadow_connection, [model._meta.db_table for model in shadows.values()])
        restored = _restored(shadow_connection, found)
    names = {shadows[key]._meta.db_table: model._meta.db_table for key, model in originals.items()}
    tables = {names[name]: _renamed(table, names) for name, table in found.tables.items()}
    described = {m._meta.db_table: annotate(tables[m._meta.db_table], m, connection) for m in originals.values()}
    return replace(
        found,
        tables=described,
        others=(),
        restored={(names[table], words): original for (table, words), original in restored.items()},
    )


def _with_through(wanted: Iterable[Model]) -> Iterator[Model]:
    for model in wanted:
        yield model
        for field in model._meta.local_many_to_many:
            through = field.remote_field.through
            if through is not None and through._meta.auto_created:
                yield through


def _key(model: Model) -> tuple[str, str]:
    return model._meta.app_label, model._meta.model_name or ""


def _shadow_of(model: Model, apps: Apps) -> Model:
    return model if model is MigrationRecorder.Migration else apps.get_model(*_key(model))


def _targets(wanted: Iterable[Model]) -> list[Model]:
    """Models that foreign keys of the wanted ones point to and that this alias does not migrate, transitively."""
    known = {_key(model): model for model in wanted}
    found: list[Model] = []
    queue = list(known.values())
    while queue:
        # The editor makes the tables between a model and others with it, and these point to the others.
        fields = [field for model in _with_through([queue.pop()]) for field in model._meta.local_fields]
        for field in fields:
            target = field.related_model if field.remote_field and getattr(field, "db_constraint", False) else None
            target = target and target._meta.concrete_model
            if target and _key(target) not in known:
                known[_key(target)] = target
                found.append(target)
                queue.append(target)
    return found


def _has_schemas(wanted: Iterable[Model]) -> bool:
    return any(_SCHEMA_MARK in model._meta.db_table for model in wanted)


def _flattened(state: ProjectState) -> ProjectState:
    """The same state with `schema"."table` names made plain, since the shadow has one schema only."""
    flat = state.clone()
    for model_state in flat.models.values():
        name = model_state.options.get("db_table", "")
        if _SCHEMA_MARK in name:
            model_state.options = {**model_state.options, "db_table": _plain(name)}
        for label, field in model_state.fields.items():
            if field.many_to_many and _SCHEMA_MARK in (field.db_table or ""):
                model_state.fields[label] = copy = field.clone()
                copy.db_table = _plain(field.db_table)
    flat.__dict__.pop("apps", None)
    return flat


def _plain(name: str) -> str:
    return name.strip('"').replace(_SCHEMA_MARK, "__")


def _renamed(table: Table, names: dict[str, str]) -> Table:
    keys = tuple(replace(key, target=names.get(key.target, key.target)) for key in table.foreign_keys)
    return replace(table, name=names[table.name], foreign_keys=keys)


@contextmanager
def shadow_of(connection: BaseDatabaseWrapper) -> Iterator[BaseDatabaseWrapper]:
    """A connection on which tables can be made that nobody else sees and that vanish afterwards."""
    if connection.vendor == "sqlite":
        yield from _memory(connection)
    else:
        yield from _temporary_schema(connection)


def _memory(connection: BaseDatabaseWrapper) -> Iterator[BaseDatabaseWrapper]:
    live = connections[connection.alias]
    shadow = type(live)({**live.settings_dict, "NAME": ":memory:"}, live.alias)
    try:
        yield shadow
    finally:
        # Django's own close() leaves databases in memory open.
        shadow._close()  # type: ignore[attr-defined]


def _temporary_schema(connection: BaseDatabaseWrapper) -> Iterator[BaseDatabaseWrapper]:
    """With pg_temp first on the search path CREATE TABLE makes temporary tables: no right on a schema is needed."""
    try:
        with transaction.atomic(using=connection.alias):
            with connection.cursor() as cursor:
                cursor.execute(_SHADOW_FIRST)
            yield connection
            transaction.set_rollback(True, using=connection.alias)
    except DatabaseError as error:
        raise ShadowError(str(error).strip()) from error


def _create(connection: BaseDatabaseWrapper, wanted: list[Model]) -> None:
    """Makes the tables with Django's editor; on PostgreSQL as one script, which saves round trips."""
    collect = connection.vendor == "postgresql"
    with connection.schema_editor(collect_sql=collect, atomic=False) as editor:
        for model in wanted:
            editor.create_model(model)
    if collect:
        with connection.cursor() as cursor:
            cursor.execute("\n".join(editor.collected_sql))


def _restored(connection: BaseDatabaseWrapper, found: Snapshot) -> dict[tuple[str, str], str]:
    """How the server words each expression after a dump and restore, where that differs.

    `CHECK (x IN ('a', 'b'))` on a varchar column gets other casts when its own words are read again.
    Every expression is put into a constraint of its shadow table and read back.
    """
    if found.engine != "postgresql":
        return {}
    expressions = [(name, words) for name, table in found.tables.items() for words in sorted(set(table.expressions()))]
    if not expressions:
        return {}
    quote = connection.ops.quote_name
    script = [
        f"ALTER TABLE {quote(table)} ADD CONSTRAINT restored_{n} CHECK (({words}) IS NULL) NOT VALID;"
        for n, (table, words) in enumerate(expressions)
    ]
    with connection.cursor() as cursor:
        cursor.execute("\n".join(script))
        cursor.execute(
            "SELECT substr(conname, 10)::int, pg_get_expr(conbin, conrelid) FROM pg_constraint "
            "WHERE connamespace = pg_my_temp_schema() AND conname LIKE 'restored\\_%'"
        )
        again = [(expressions[n], words.removeprefix("(").removesuffix(" IS NULL)")) for n, words in cursor.fetchall()]
    return {(table, words): original for (table, original), words in again if words != original}
