"""`manage.py schema history --repair`: rows that say the same twice, and lost rows whose work is there."""

from io import StringIO

from django.core.management import call_command
from django.db import connections
from django.db.migrations.recorder import MigrationRecorder

from config.schema import guard, history


def repair(alias):
    """The exit code and what was printed."""
    out, err = StringIO(), StringIO()
    try:
        call_command("schema", "history", "--repair", "--database", alias, stdout=out, stderr=err)
    except SystemExit as end:
        return end.code, out.getvalue() + err.getvalue()
    return 0, out.getvalue() + err.getvalue()


def rows(alias):
    return MigrationRecorder(connections[alias]).migration_qs


def names(alias):
    return sorted(rows(alias).values_list("app", "name"))


def test_second_rows_are_removed_and_the_oldest_stay(scratch):
    before = sorted(rows(scratch).values_list("id", "app", "name"))
    for app, name in names(scratch):
        MigrationRecorder(connections[scratch]).record_applied(app, name)
    code, printed = repair(scratch)
    assert code == 0, printed
    assert sorted(rows(scratch).values_list("id", "app", "name")) == before


def test_a_lost_row_is_recorded_again_when_its_work_is_there(scratch):
    before = names(scratch)
    rows(scratch).filter(app="auth", name__startswith="000").delete()
    code, printed = repair(scratch)
    assert code == 0, printed
    assert names(scratch) == before
    assert guard.compare(scratch).ok


def test_a_lost_row_whose_work_is_not_there_is_not_made_up(scratch):
    rows(scratch).filter(app="auth", name__startswith="0003").delete()
    with connections[scratch].cursor() as cursor:
        cursor.execute("ALTER TABLE auth_user RENAME COLUMN email TO mislaid")
    code, printed = repair(scratch)
    assert code == 3
    assert "schema.E011 error: auth_user.email" in printed
    assert not rows(scratch).filter(app="auth", name__startswith="0003").exists()


def test_a_last_row_is_left_to_migrate_which_runs_it(scratch):
    rows(scratch).filter(app="sessions").delete()
    code, _ = repair(scratch)
    assert code == 1
    assert [finding.id for finding in history.findings(connections[scratch])] == ["schema.E001"]


def test_a_history_that_is_lost_as_a_whole_may_be_recorded_again(scratch):
    before = names(scratch)
    rows(scratch).all().delete()
    call_command("migrate", database=scratch, fake=True, verbosity=0)
    assert names(scratch) == before
