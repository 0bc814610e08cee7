"""`manage.py migrate`: one at a time, patient, verified, and never locked out by the trouble it mends."""

import subprocess
import sys
from collections import Counter
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError, SystemCheckError
from django.db import connections
from django.db.migrations.recorder import MigrationRecorder

from config.schema import guard, history
from config.schema.adoption.report import Entry, record
from config.schema.models import VerifiedSchema
from tests.databases import ROOT, connected, environment, run


def migrate(alias, *args, **options):
    """The command's output: what it wrote to stdout, then to stderr."""
    out, err = StringIO(), StringIO()
    call_command("migrate", *args, database=alias, stdout=out, stderr=err, **options)
    return out.getvalue(), err.getvalue()


def execute(alias, sql):
    with connections[alias].cursor() as cursor:
        cursor.execute(sql)


def rows(alias):
    return MigrationRecorder(connections[alias]).migration_qs


def race(url, runners):
    """Start this many `migrate` at once; their exit codes and what they printed."""
    command = [sys.executable, "manage.py", "migrate", "--no-color"]
    started = [
        subprocess.Popen(
            command, cwd=ROOT, env=environment(url), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        )
        for _ in range(runners)
    ]
    printed = [process.communicate(timeout=250)[0] for process in started]
    return [process.returncode for process in started], printed


def assert_migrated_once(url, codes, printed):
    assert codes == [0] * len(codes), "\n\n".join(printed)
    assert sum("No migrations to apply" not in text for text in printed) == 1, "\n\n".join(printed)
    with connected(url) as alias:
        applied = Counter(rows(alias).values_list("app", "name"))
        assert history.findings(connections[alias]) == []
    assert set(applied.values()) == {1}


def test_of_several_migrations_at_once_one_works_and_the_others_wait_for_it(database_server, django_db_blocker):
    url = database_server.create()
    codes, printed = race(url, 3)
    assert any("Waiting for another migration of this database: migrate " in text for text in printed)
    with django_db_blocker.unblock():
        assert_migrated_once(url, codes, printed)


@pytest.mark.timeout(300)
@pytest.mark.parametrize(
    "round_number",
    # Eight processes a round on each engine are a lot for two cores: the last rounds are left to whoever has the time.
    [pytest.param(n, marks=pytest.mark.slow if n < 4 else pytest.mark.exhaustive) for n in range(20)],
)
def test_eight_migrations_at_once_leave_one_history(round_number, new_database, django_db_blocker):
    empty = round_number % 4 == 0  # the others lack the last migration only, and so meet sooner
    url = new_database(migrated=not empty)
    with django_db_blocker.unblock():
        if not empty:
            with connected(url) as alias:
                migrate(alias, "sessions", "zero")
        assert_migrated_once(url, *race(url, 8))


def test_migrate_works_on_a_database_that_lacks_a_migration(scratch):
    rows(scratch).filter(app="sessions").delete()
    execute(scratch, "DROP TABLE django_session")
    migrate(scratch)
    assert history.findings(connections[scratch]) == []


def test_a_migration_whose_row_alone_was_lost_says_how_to_record_it(scratch):
    rows(scratch).filter(app="sessions").delete()
    with pytest.raises(CommandError, match=r"sessions\.0001_initial failed: .*already exists") as caught:
        migrate(scratch)
    assert "manage.py migrate sessions 0001_initial --fake" in str(caught.value)
    migrate(scratch, "sessions", "0001_initial", fake=True)
    assert guard.compare(scratch).findings == ()


def test_a_migration_that_meets_a_part_of_what_it_makes_is_not_to_be_recorded(scratch):
    rows(scratch).filter(app="sessions").delete()
    execute(scratch, "ALTER TABLE django_session RENAME COLUMN session_data TO mislaid")
    with pytest.raises(CommandError, match=r"sessions\.0001_initial failed: .*already exists") as caught:
        migrate(scratch)
    assert "--fake" not in str(caught.value)
    assert "mend what the error says, and run migrate again" in str(caught.value)


def test_a_migration_that_fails_inside_an_adoption_is_not_to_be_recorded(scratch):
    rows(scratch).filter(app="sessions").delete()
    record([Entry("zz", "", "found")], scratch)
    VerifiedSchema.objects.using(scratch).delete()
    with pytest.raises(CommandError, match=r"sessions\.0001_initial failed") as caught:
        migrate(scratch)
    assert "--fake" not in str(caught.value)


def test_migrate_fails_with_the_finding_when_something_else_is_wrong(scratch):
    execute(scratch, "ALTER TABLE django_session RENAME COLUMN session_data TO mislaid")
    with pytest.raises(SystemCheckError) as caught:
        migrate(scratch)
    assert caught.value.returncode == 1
    assert "schema.E011 error: django_session.session_data" in str(caught.value)


def test_migrate_check_tells_by_its_exit_code_whether_anything_is_unapplied(scratch):
    migrate(scratch, check_unapplied=True)
    rows(scratch).filter(app="sessions").delete()
    with pytest.raises(SystemExit) as caught:
        migrate(scratch, check_unapplied=True)
    assert caught.value.code == 1


def test_migrate_plan_shows_what_would_run_and_changes_nothing(scratch):
    rows(scratch).filter(app="sessions").delete()
    out, _ = migrate(scratch, plan=True)
    assert "sessions.0001_initial" in out
    assert not rows(scratch).filter(app="sessions").exists()


def test_a_migration_of_one_app_does_not_fail_for_what_it_was_not_asked_to_do(scratch):
    rows(scratch).filter(app="sessions").delete()
    execute(scratch, "DROP TABLE django_session")
    _, err = migrate(scratch, "admin")
    assert "Not compared" in err
    migrate(scratch, "sessions")
    assert history.findings(connections[scratch]) == []


def test_going_back_to_an_older_migration_is_not_compared_with_the_newest(scratch):
    _, err = migrate(scratch, "sessions", "zero")
    assert "Not compared" in err
    migrate(scratch)
    assert history.findings(connections[scratch]) == []


def test_what_is_missing_though_its_migration_ran_is_added_with_a_warning(scratch, caplog):
    execute(scratch, "DROP TABLE django_session")
    migrate(scratch)
    assert "This should not happen if migrations ran successfully. Repairing: django_session" in caplog.text
    assert guard.compare(scratch).findings == ()


def test_with_automatic_repair_off_it_is_only_told(scratch, settings):
    settings.SCHEMA = {**settings.SCHEMA, "AUTO_REPAIR": False}
    execute(scratch, "DROP TABLE django_session")
    with pytest.raises(SystemCheckError, match=r"schema\.E010 error: django_session"):
        migrate(scratch)


def test_nothing_is_added_while_something_is_left_that_additions_do_not_mend(scratch):
    execute(scratch, "DROP TABLE django_session")
    execute(scratch, "ALTER TABLE auth_group ADD COLUMN required_by_nobody integer NOT NULL DEFAULT 1")
    if connections[scratch].vendor == "postgresql":
        execute(scratch, "ALTER TABLE auth_group ALTER COLUMN required_by_nobody DROP DEFAULT")
    else:
        execute(scratch, "DROP TABLE auth_group_permissions")
        execute(scratch, "ALTER TABLE auth_group RENAME TO other_group")
        execute(scratch, "CREATE VIEW auth_group AS SELECT * FROM other_group")
    with pytest.raises(SystemCheckError, match=r"schema\.E010 error: django_session"):
        migrate(scratch)


def test_a_faked_migration_is_found_at_once(scratch):
    rows(scratch).filter(app="sessions").delete()
    execute(scratch, "DROP TABLE django_session")
    with pytest.raises(SystemCheckError, match=r"schema\.E010 error: django_session"):
        migrate(scratch, "sessions", fake=True)


def test_an_inconsistent_history_stops_migrate_before_anything_changes(scratch):
    rows(scratch).filter(app="auth", name__startswith="0003").delete()
    with pytest.raises(SystemCheckError) as caught:
        migrate(scratch)
    assert str(caught.value).startswith("Nothing was migrated.\nschema.E002 error: django_migrations (auth.0004")


def test_an_unreachable_database_is_told_without_a_traceback(new_database):
    url = new_database()
    if url.startswith("sqlite"):
        path = Path(url.removeprefix("sqlite:///"))
        path.unlink()
        path.mkdir()
    else:
        url = url.replace("/plumbline_", "/gone_")
    done = run(sys.executable, "manage.py", "migrate", database_url=url)
    assert done.returncode == 1
    assert "Nothing was migrated.\nschema.E000 error" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_migration_waits_for_a_busy_table_and_tries_again(scratch, settings):
    if connections[scratch].vendor != "postgresql":
        pytest.skip("SQLite locks the whole database and waits by its own timeout")
    settings.SCHEMA = {**settings.SCHEMA, "LOCK_TIMEOUT": 0.1, "LOCK_RETRIES": 1}
    with connected(connections[scratch].settings_dict["URL"], "busy") as busy:
        execute(busy, "BEGIN")
        execute(busy, "LOCK TABLE django_session IN ACCESS SHARE MODE")
        with pytest.raises(CommandError, match="too busy: tried 2 times"):
            migrate(scratch, "sessions", "zero")
        assert rows(scratch).filter(app="sessions").exists()
        execute(busy, "ROLLBACK")
    migrate(scratch, "sessions", "zero")
    assert not rows(scratch).filter(app="sessions").exists()
