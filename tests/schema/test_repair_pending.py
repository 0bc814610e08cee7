"""What migrations that have not run will make is theirs: no repair makes it before them, and every finding says so."""

from __future__ import annotations

import sys
from functools import cache
from importlib import import_module

import pytest
from django.core.management import call_command
from django.db import connections
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.operations import RemoveField, RunSQL, SeparateDatabaseAndState
from django.db.migrations.recorder import MigrationRecorder

from config.schema import guard
from config.schema.origin import origins
from config.schema.shadow import ShadowError
from tests.databases import run
from tests.schema.test_repair import execute, schema, statements


def forget_rows(alias: str, app: str, *names: str) -> None:
    MigrationRecorder(connections[alias]).migration_qs.filter(app=app, name__in=names).delete()


def without_processes(alias: str) -> None:
    """As the database was before the guard's own app had its third migration, and all that need that one."""
    call_command("migrate", "schema", "0002", database=alias, verbosity=0)


def before_previews(alias: str) -> None:
    """As it was before the last migration of `prospects`, which changes the table of imports and no other."""
    call_command("migrate", "prospects", "0016", database=alias, verbosity=0)


def drop_index_of_jobs(alias: str) -> None:
    """The index of a column of imports that the last migration does not change, in a table that it does change."""
    connection = connections[alias]
    with connection.cursor() as cursor:
        found = connection.introspection.get_constraints(cursor, "imports")
    name = next(name for name, what in found.items() if what["columns"] == ["job_id"] and what["index"])
    execute(alias, f"DROP INDEX {name}")


def drop_table(alias: str, table: str) -> None:
    connection = connections[alias]
    with connection.constraint_checks_disabled():
        execute(alias, f"DROP TABLE {table}{' CASCADE' if connection.vendor == 'postgresql' else ''}")


def plan(alias: str) -> str:
    return schema("repair", "--plan", "--database", alias)[0]


def test_what_a_migration_makes_that_has_not_run_is_left_to_it(scratch):
    without_processes(scratch)
    printed, code = schema("repair", "--database", scratch)
    assert code == 3
    assert "CREATE TABLE" not in printed
    assert "it comes with migrations that are not applied: run manage.py migrate" in printed
    call_command("migrate", database=scratch, verbosity=0)
    assert guard.compare(scratch).findings == ()


def test_nothing_at_all_is_repaired_in_an_empty_database(new_database):
    done = run(sys.executable, "manage.py", "schema", "repair", "--plan", database_url=new_database(migrated=False))
    assert done.returncode == 3, done.stdout + done.stderr
    assert statements(done.stdout) == []


def test_what_differs_from_what_has_run_is_mended_and_what_is_to_come_is_left(scratch):
    before_previews(scratch)
    drop_index_of_jobs(scratch)
    found = {(f.id, f.table): f.command for f in guard.compare(scratch).findings}
    assert found["schema.E011", "imports"] == f"manage.py migrate --database {scratch}"
    assert found["schema.W003", "imports"] == f"manage.py schema repair --database {scratch}"
    schema("repair", "--database", scratch)
    left = {(finding.id, finding.table) for finding in guard.compare(scratch).findings}
    assert ("schema.E011", "imports") in left
    assert ("schema.W003", "imports") not in left
    call_command("migrate", database=scratch, verbosity=0)
    assert guard.compare(scratch).findings == ()


def test_a_table_that_pending_migrations_leave_alone_is_mended_beside_them(scratch):
    before_previews(scratch)
    execute(scratch, "ALTER TABLE prospects DROP COLUMN page_title")
    found = {(f.id, f.table): f.command for f in guard.compare(scratch).findings}
    assert found["schema.E011", "prospects"] == f"manage.py schema repair --database {scratch}"
    schema("repair", "--database", scratch)
    call_command("migrate", database=scratch, verbosity=0)
    assert guard.compare(scratch).findings == ()


def test_a_column_of_a_migration_that_has_run_is_mended_though_a_later_one_changes_its_table(scratch):
    before_previews(scratch)
    execute(scratch, "ALTER TABLE imports DROP COLUMN filename")
    missing = {f.column: f.command for f in guard.compare(scratch).findings if f.id == "schema.E011"}
    assert missing == {
        "filename": f"manage.py schema repair --database {scratch}",
        "preview_token": f"manage.py migrate --database {scratch}",
    }
    schema("repair", "--database", scratch)
    call_command("migrate", database=scratch, verbosity=0)
    assert guard.compare(scratch).findings == ()


def test_nobody_can_tell_what_sql_that_has_not_run_changes_so_that_its_whole_app_is_left_to_it(scratch, monkeypatch):
    before_previews(scratch)
    execute(scratch, "ALTER TABLE prospects DROP COLUMN page_title")
    tokens = import_module("prospects.migrations.0017_import_preview_token").Migration
    inside = SeparateDatabaseAndState(database_operations=[RunSQL("SELECT 1")])
    monkeypatch.setattr(tokens, "operations", [*tokens.operations, inside])
    found = {(f.id, f.table): f.command for f in guard.compare(scratch).findings}
    assert found["schema.E011", "prospects"] == f"manage.py migrate --database {scratch}"
    assert statements(plan(scratch)) == []


@pytest.mark.parametrize("table", ["prospect_events", "imports"])
def test_a_lost_row_its_lost_table_and_a_pending_migration_are_mended_one_after_the_other(scratch, table):
    """The table of imports is made as the lost migration makes it: what is to come adds a column to it."""
    before_previews(scratch)
    lost = {"prospect_events": "0012_prospect_events", "imports": "0013_imports_merges_suppression"}[table]
    forget_rows(scratch, "prospects", lost)
    drop_table(scratch, table)
    missing = next(finding for finding in guard.compare(scratch).findings if finding.id == "schema.E010")
    assert f"prospects.{lost} makes it and has lost its row" in missing.detail
    assert missing.command == f"manage.py schema repair --database {scratch}"
    refused, code = schema("history", "--repair", "--database", scratch)
    assert code == 3
    assert missing.command in refused
    schema("repair", "--database", scratch)
    recorded, _ = schema("history", "--repair", "--database", scratch)
    assert f"Recorded prospects.{lost}" in recorded
    call_command("migrate", database=scratch, verbosity=0)
    assert guard.compare(scratch).findings == ()


def test_a_column_that_a_pending_migration_removes_is_made_for_it_again(scratch, monkeypatch):
    before_previews(scratch)
    execute(scratch, "ALTER TABLE imports DROP COLUMN sheet")
    tokens = import_module("prospects.migrations.0017_import_preview_token").Migration
    monkeypatch.setattr(tokens, "operations", [*tokens.operations, RemoveField("import", "sheet")])
    monkeypatch.setattr(guard, "model_changes", cache(tuple))
    schema("repair", "--database", scratch)
    call_command("migrate", database=scratch, verbosity=0)
    assert guard.compare(scratch).findings == ()


def test_apps_without_pending_migrations_are_repaired_meanwhile(scratch):
    without_processes(scratch)
    execute(scratch, "ALTER TABLE auth_user DROP COLUMN last_login")
    printed, code = schema("repair", "--database", scratch)
    assert code == 3
    assert "last_login" in " ".join(statements(printed))
    left = {(finding.id, finding.table) for finding in guard.compare(scratch).errors}
    assert {("schema.E001", "django_migrations"), ("schema.E010", "schema_process_verifications")} <= left
    assert "auth_user" not in {table for _, table in left}


def test_where_no_shadow_can_be_built_everything_of_the_app_is_left_to_migrate(scratch, monkeypatch):
    """Of the shadow of what has run: a server that lets none be built has the other one stored."""

    def refused(*_: object) -> None:
        raise ShadowError("permission denied to create temporary tables")

    before_previews(scratch)
    execute(scratch, "ALTER TABLE prospects DROP COLUMN page_title")
    monkeypatch.setattr("config.schema.progress.build", refused)
    found = {(f.id, f.table): f.command for f in guard.compare(scratch).findings}
    assert found["schema.E011", "prospects"] == f"manage.py migrate --database {scratch}"
    assert statements(plan(scratch)) == []
    forget_rows(scratch, "prospects", "0012_prospect_events")
    refusal, code = schema("history", "--repair", "--database", scratch)
    assert (code, "prospects.page_title" in refusal) == (3, True)


def test_a_lost_row_does_not_count_as_a_migration_to_come(scratch):
    forget_rows(scratch, "prospects", "0012_prospect_events")
    execute(scratch, "ALTER TABLE prospects DROP COLUMN page_title")
    schema("repair", "--database", scratch)
    assert "schema.E011" not in {finding.id for finding in guard.compare(scratch).findings}
    _, code = schema("history", "--repair", "--database", scratch)
    assert code == 0


def test_every_table_and_column_is_told_the_migration_that_makes_it(scratch):
    expected = guard.expected(scratch).tables.values()
    places = {(table.name, column.name) for table in expected for column in table.columns}
    places |= {(table.name, None) for table in expected}
    made = origins(MigrationLoader(None, ignore_no_migrations=True))
    assert {place for place in places if place[0] != "django_migrations"} == made.keys()
