"""Migrations are safe on a busy table, and named so that every database can record them."""

from pathlib import Path

import pytest
from django.apps import apps
from django.conf import settings
from django.db import connection
from django.db.migrations.loader import MigrationLoader
from django_migration_linter import MigrationLinter

# Up to here the chain adopts what an older system left. Its operations look at the live tables before they choose their
# statements, so there is no fixed SQL to lint; tests of adoption prove them on databases full of rows.
LAST_ADOPTING = {"prospects": "0011_indexes", "pipeline": "0008_indexes"}
# What only delays others on a large table counts as wrong as well.
AS_ERRORS = ["CREATE_INDEX", "CREATE_INDEX_EXCLUSIVE", "DROP_INDEX", "REINDEX"]
# Migrations of small tables may index in one step. Each with its reason.
SMALL = {("pipeline", "0010_job_engine"): "jobs has a row per run of a step: thousands, not millions"}


def ours() -> list[tuple[str, str]]:
    root = Path(settings.BASE_DIR)
    labels = {config.label for config in apps.get_app_configs() if Path(config.path).parent in (root, root / "config")}
    return sorted(key for key in MigrationLoader(None).disk_migrations if key[0] in labels)


def ordinary() -> list[tuple[str, str]]:
    return [(app, name) for app, name in ours() if name > LAST_ADOPTING.get(app, "")]


def test_the_chain_ends_where_this_file_says() -> None:
    assert set(LAST_ADOPTING.items()) <= set(ours())


@pytest.mark.parametrize(("app", "name"), ordinary(), ids=map("-".join, ordinary()))
def test_an_ordinary_migration_holds_no_long_lock(
    db: None, capsys: pytest.CaptureFixture[str], app: str, name: str
) -> None:
    if connection.vendor == "sqlite":
        pytest.skip("SQLite rewrites tables and has one writer: locks are a matter of PostgreSQL")
    accepted = AS_ERRORS if (app, name) in SMALL else []
    linter = MigrationLinter(
        settings.BASE_DIR, no_cache=True, warnings_as_errors_tests=AS_ERRORS, exclude_migration_tests=accepted
    )
    linter.lint_migration(linter.migration_loader.get_migration(app, name))
    assert not linter.has_errors, capsys.readouterr().out


@pytest.mark.parametrize(("app", "name"), ours(), ids=map("-".join, ours()))
def test_a_migrations_name_is_short(app: str, name: str) -> None:
    assert len(name) < 60


@pytest.mark.django_db
def test_django_can_describe_every_table_that_the_migrations_make() -> None:
    """On SQLite it reads the CHECKs with the columns, and fails on some."""
    described = {}
    with connection.cursor() as cursor:
        for model in apps.get_models(include_auto_created=True):
            columns = connection.introspection.get_table_description(cursor, model._meta.db_table)
            described[model] = {column.name for column in columns}
    assert described == {model: {field.column for field in model._meta.local_concrete_fields} for model in described}
