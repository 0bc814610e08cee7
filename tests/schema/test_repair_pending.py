"""What migrations that have not run will make is theirs: no repair makes it before them, and every finding says so."""

from __future__ import annotations

import sys

from django.core.management import call_command
from django.db import connections
from django.db.migrations.recorder import MigrationRecorder

from config.schema import guard
from config.schema.origin import origins
from tests.databases import run
from tests.schema.test_repair import execute, schema, statements


def forget_rows(alias: str, app: str, *names: str) -> None:
    MigrationRecorder(connections[alias]).migration_qs.filter(app=app, name__in=names).delete()


def without_processes(alias: str) -> None:
    """As the database was before the guard's own app had its third migration, and all that need that one."""
    call_command("migrate", "schema", "0002", database=alias, verbosity=0)


def test_what_a_migration_makes_that_has_not_run_is_left_to_it(scratch):
    without_processes(scratch)
    printed, code = schema("repair", "--database", scratch)
    assert code == 3
    assert "CREATE TABLE" not in printed
    assert "its app has migrations that are not applied: run manage.py migrate" in printed
    call_command("migrate", database=scratch, verbosity=0)
    assert guard.compare(scratch).findings == ()


def test_nothing_at_all_is_repaired_in_an_empty_database(new_database):
    done = run(sys.executable, "manage.py", "schema", "repair", "--plan", database_url=new_database(migrated=False))
    assert done.returncode == 3, done.stdout + done.stderr
    assert statements(done.stdout) == []


def test_every_finding_about_an_app_with_pending_migrations_names_migrate(scratch):
    without_processes(scratch)
    execute(scratch, "ALTER TABLE schema_repairs DROP COLUMN run_by")
    found = {(f.id, f.table): f.command for f in guard.compare(scratch).findings}
    assert found["schema.E010", "schema_process_verifications"] == f"manage.py migrate --database {scratch}"
    assert found["schema.E011", "schema_repairs"] == f"manage.py migrate --database {scratch}"


def test_apps_without_pending_migrations_are_repaired_meanwhile(scratch):
    without_processes(scratch)
    execute(scratch, "ALTER TABLE auth_user DROP COLUMN last_login")
    printed, code = schema("repair", "--database", scratch)
    assert code == 3
    assert "last_login" in " ".join(statements(printed))
    left = {(finding.id, finding.table) for finding in guard.compare(scratch).errors}
    assert {("schema.E001", "django_migrations"), ("schema.E010", "schema_process_verifications")} <= left
    assert "auth_user" not in {table for _, table in left}


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
    assert {place for place in places if place[0] != "django_migrations"} == origins().keys()
