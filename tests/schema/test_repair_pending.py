"""What migrations that have not run will make is theirs: no repair makes it before them, and every finding says so."""

from __future__ import annotations

import sys
from datetime import date
from functools import cache
from importlib import import_module

import pytest
from django.core.management import call_command
from django.core.management.base import SystemCheckError
from django.db import connections, models
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.operations import (
    AddConstraint,
    AddField,
    AlterField,
    AlterModelTable,
    DeleteModel,
    RemoveField,
    RenameField,
    RenameIndex,
    RunSQL,
    SeparateDatabaseAndState,
)
from django.db.migrations.recorder import MigrationRecorder

from config.schema import guard
from config.schema.origin import origins
from config.schema.shadow import ShadowError
from tests.databases import run
from tests.schema.test_repair import execute, schema, statements
from tests.schema.troubles import ORPHAN


def forget_rows(alias: str, app: str, *names: str) -> None:
    MigrationRecorder(connections[alias]).migration_qs.filter(app=app, name__in=names).delete()


def without_processes(alias: str) -> None:
    """As the database was before the guard's own app had its third migration, and all that need that one."""
    call_command("migrate", "schema", "0002", database=alias, verbosity=0)


def before_previews(alias: str) -> None:
    """As it was before the migration of `prospects` that changes the table of imports, and no later one does."""
    call_command("migrate", "prospects", "0016", database=alias, verbosity=0)


def drop_index_of_jobs(alias: str) -> None:
    """The index of a column of imports that no migration to come changes, in a table that one does change."""
    connection = connections[alias]
    with connection.cursor() as cursor:
        found = connection.introspection.get_constraints(cursor, "imports")
    name = next(name for name, what in found.items() if what["columns"] == ["job_id"] and what["index"])
    execute(alias, f"DROP INDEX {name}")


def drop_table(alias: str, table: str) -> None:
    connection = connections[alias]
    with connection.constraint_checks_disabled():
        execute(alias, f"DROP TABLE {table}{' CASCADE' if connection.vendor == 'postgresql' else ''}")


def mended(alias: str) -> None:
    """Drift first, then the history, then what is to come: nobody is sent in a circle."""
    schema("repair", "--database", alias)
    schema("history", "--repair", "--database", alias)
    call_command("migrate", database=alias, verbosity=0)
    assert guard.compare(alias).findings == ()


@pytest.fixture
def pend(monkeypatch):
    """Call it with operations that a migration gets in addition."""

    def pend(*operations, app="prospects", name="0017_import_preview_token"):
        migration = import_module(f"{app}.migrations.{name}").Migration
        monkeypatch.setattr(migration, "operations", [*migration.operations, *operations])
        monkeypatch.setattr(guard, "model_changes", cache(tuple))
        guard.forget()

    yield pend
    guard.forget()


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
    execute(scratch, "ALTER TABLE prospect_merges DROP COLUMN undone_at")
    found = {(f.id, f.table): f.command for f in guard.compare(scratch).findings}
    assert found["schema.E011", "prospect_merges"] == f"manage.py schema repair --database {scratch}"
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


def test_nobody_can_tell_what_sql_that_has_not_run_changes_so_that_its_whole_app_is_left_to_it(scratch, pend):
    before_previews(scratch)
    execute(scratch, "ALTER TABLE prospects DROP COLUMN page_title")
    pend(SeparateDatabaseAndState(database_operations=[RunSQL("SELECT 1")]))
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


REMOVED = [RemoveField("import", "sheet")]
RENAMED = [RenameField("import", "sheet", "page")]


@pytest.mark.parametrize("to_come", [REMOVED, RENAMED], ids=["removes", "renames"])
def test_a_column_that_a_pending_migration_needs_is_named_and_made_for_it_again(scratch, pend, to_come):
    before_previews(scratch)
    execute(scratch, "ALTER TABLE imports DROP COLUMN sheet")
    pend(*to_come)
    missing = {f.column: f.command for f in guard.compare(scratch).findings if f.id == "schema.E011"}
    assert missing["sheet"] == f"manage.py schema repair --database {scratch}"
    mended(scratch)


@pytest.mark.parametrize(
    ("to_come", "column"),
    [(RENAMED, "page"), ([AlterField("import", "filename", models.TextField())], "sheet")],
    ids=["renames it", "makes its table anew"],
)
def test_no_migration_writes_the_name_of_a_missing_column_into_the_rows(scratch, pend, to_come, column):
    """SQLite takes an unknown quoted name for a text."""
    if connections[scratch].vendor == "postgresql":
        pytest.skip("PostgreSQL fails on a name that it does not know")
    before_previews(scratch)
    execute(
        scratch,
        "INSERT INTO imports (id, filename, format, columns, mapping, overwrite, planned, outcome, created_at)"
        " VALUES ('1', 'a.csv', 'csv', '[]', '{}', '[]', '{}', '{}', '2026-01-01')",
    )
    execute(scratch, "ALTER TABLE imports DROP COLUMN sheet")
    pend(*to_come)
    with pytest.raises(SystemCheckError) as refused:
        call_command("migrate", database=scratch, verbosity=0)
    assert str(refused.value).startswith("Nothing was migrated.\nschema.E011 error: imports.sheet: ")
    assert f"to mend:  manage.py schema repair --database {scratch}" in str(refused.value)
    mended(scratch)
    with connections[scratch].cursor() as cursor:
        assert cursor.execute(f"SELECT {column} FROM imports").fetchall() == [("",)]


def test_going_back_over_a_missing_column_is_refused_too(scratch):
    if connections[scratch].vendor == "postgresql":
        pytest.skip("PostgreSQL fails on a name that it does not know")
    execute(scratch, "ALTER TABLE imports DROP COLUMN sheet")
    with pytest.raises(SystemCheckError, match=r"Nothing was migrated\.\nschema\.E011 error: imports\.sheet: "):
        before_previews(scratch)


def test_a_table_that_a_pending_migration_removes_is_made_for_it_again(scratch, pend):
    before_previews(scratch)
    drop_table(scratch, "import_files")
    pend(DeleteModel("ImportFile"))
    mended(scratch)


@pytest.mark.parametrize("lost", [False, True], ids=["all rows there", "a row lost"])
def test_a_check_that_a_pending_migration_replaces_is_made_for_it_again(scratch, lost):
    if connections[scratch].vendor == "sqlite":
        pytest.skip("SQLite makes the table anew and asks for no constraint by its name")
    before_previews(scratch)
    execute(scratch, "ALTER TABLE imports DROP CONSTRAINT imports_status_valid")
    if lost:
        forget_rows(scratch, "prospects", "0013_imports_merges_suppression")
        assert schema("history", "--repair", "--database", scratch)[1] == 3
    mended(scratch)


def test_an_index_that_a_pending_migration_renames_is_made_for_it_again(scratch, pend):
    before_previews(scratch)
    execute(scratch, "DROP INDEX prospects_category")
    pend(RenameIndex("prospect", new_name="prospects_kind", old_name="prospects_category"))
    mended(scratch)


def test_a_lost_row_is_not_recorded_where_a_column_is_neither_as_it_was_made_nor_as_it_will_be(scratch, pend):
    if connections[scratch].vendor == "sqlite":
        pytest.skip("SQLite gives no column another type")
    before_previews(scratch)
    execute(scratch, "ALTER TABLE imports ALTER COLUMN sheet DROP DEFAULT, ALTER COLUMN sheet TYPE integer USING 0")
    forget_rows(scratch, "prospects", "0013_imports_merges_suppression")
    pend(AlterField("import", "sheet", models.TextField(null=True)))
    refused, code = schema("history", "--repair", "--database", scratch)
    assert (code, "imports.sheet" in refused) == (3, True)


def test_a_pending_migration_of_one_app_may_change_the_tables_of_another(scratch, pend):
    """Keys lead to the table of jobs, which gets another name: that is no drift, and nothing is made for it."""
    call_command("migrate", "pipeline", "0012", database=scratch, verbosity=0)
    pend(AlterModelTable("job", "works"), app="pipeline", name="0013_nobody_makes_tokens_for_others")
    forget_rows(scratch, "prospects", "0014_profile_key")
    report = guard.compare(scratch)
    sent = {finding.command for finding in report.errors if finding.table in ("imports", "jobs", "works")}
    assert sent == {f"manage.py migrate --database {scratch}"}
    assert statements(plan(scratch)) == []
    assert "Recorded prospects.0014" in schema("history", "--repair", "--database", scratch)[0]
    mended(scratch)


def test_what_is_ignored_is_not_made_for_a_pending_migration(scratch, settings):
    before_previews(scratch)
    execute(scratch, "ALTER TABLE prospects DROP COLUMN page_title")
    rule = {"object": "prospects.page_title", "id": "schema.E011", "reason": "on purpose", "until": date(2999, 1, 1)}
    settings.SCHEMA = {**settings.SCHEMA, "IGNORE": [rule]}
    assert statements(plan(scratch)) == []
    forget_rows(scratch, "prospects", "0014_profile_key")
    assert "Recorded prospects.0014" in schema("history", "--repair", "--database", scratch)[0]


def test_beside_a_lost_row_drift_is_mended_though_sql_is_to_come(scratch, pend):
    before_previews(scratch)
    execute(scratch, "ALTER TABLE prospects DROP COLUMN page_title")
    forget_rows(scratch, "prospects", "0014_profile_key")
    pend(RunSQL("SELECT 1"))
    mended(scratch)


def test_what_the_state_has_before_the_database_is_left_to_the_migration_that_makes_it(scratch, pend):
    before_previews(scratch)
    execute(scratch, "ALTER TABLE imports DROP COLUMN sheet")
    made = AddField("import", "sheet", models.CharField(default="", db_default=""))
    pend(SeparateDatabaseAndState(database_operations=[made]))
    assert statements(plan(scratch)) == []


def test_rows_that_a_pending_migration_has_yet_to_mend_tell_nothing_against_a_lost_row(scratch, pend):
    before_previews(scratch)
    execute(
        scratch,
        "INSERT INTO prospects (id, domain, page_title) VALUES ('{0}1', 'a', 't'), ('{0}2', 'b', 't')".format(
            "0000000000000000000000000000000"
        ),
    )
    pend(AddConstraint("prospect", models.UniqueConstraint(fields=["page_title"], name="one_title")))
    forget_rows(scratch, "prospects", "0014_profile_key")
    assert "Recorded prospects.0014" in schema("history", "--repair", "--database", scratch)[0]


def test_rows_that_break_what_has_run_tell_against_a_lost_row(scratch):
    if connections[scratch].vendor == "postgresql":
        pytest.skip("PostgreSQL lets rows break a key only where the key itself is amiss, which is told")
    before_previews(scratch)
    with connections[scratch].constraint_checks_disabled():
        execute(scratch, ORPHAN)
    forget_rows(scratch, "prospects", "0014_profile_key")
    refused, code = schema("history", "--repair", "--database", scratch)
    assert (code, "schema.E018 error: auth_group_permissions" in refused) == (3, True)


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
