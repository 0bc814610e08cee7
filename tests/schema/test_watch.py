"""`manage.py schema watch`: who changed the schema outside of migrate."""

import re
from io import StringIO

import pytest
from django.core.management import call_command
from django.db import connections

from config.schema import guard


def watch(alias, action):
    """The exit code and what was printed."""
    out, err = StringIO(), StringIO()
    try:
        call_command("schema", "watch", action, "--database", alias, stdout=out, stderr=err)
    except SystemExit as end:
        return end.code, err.getvalue() + out.getvalue()
    return 0, err.getvalue() + out.getvalue()


def execute(alias, *statements):
    with connections[alias].cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)


@pytest.fixture
def postgresql(scratch):
    if connections[scratch].vendor != "postgresql":
        pytest.skip("only PostgreSQL has event triggers")
    return scratch


def test_sqlite_says_that_it_cannot(scratch):
    if connections[scratch].vendor != "sqlite":
        pytest.skip("SQLite's own answer")
    code, printed = watch(scratch, "install")
    assert (code, printed) == (1, "SQLite cannot tell who changes its schema. All else works without.\n")


def test_a_column_dropped_by_hand_is_in_the_log_with_who_and_what(postgresql):
    assert watch(postgresql, "install")[0] == 0
    execute(postgresql, "SET application_name = 'psql'", "ALTER TABLE prospects\n  DROP COLUMN bio_text")
    code, printed = watch(postgresql, "log")
    assert code == 0
    # Whichever way this run reaches its server.
    assert re.search(r"postgres \(psql at (a local socket|[\d.:]+)\): ALTER TABLE public\.prospects\.bio_text", printed)
    assert "\n    ALTER TABLE prospects DROP COLUMN bio_text" in printed


def test_what_migrate_and_the_comparison_do_is_not_in_the_log(postgresql):
    assert watch(postgresql, "install")[0] == 0
    call_command("migrate", "sessions", "zero", database=postgresql, verbosity=0)
    call_command("migrate", database=postgresql, verbosity=0)
    assert guard.compare(postgresql).findings == ()
    assert watch(postgresql, "log") == (
        0,
        "Nobody has changed the schema outside of migrate since the watch was installed.\n",
    )
    execute(postgresql, "CREATE TABLE by_hand (id integer)")
    assert "CREATE TABLE public.by_hand" in watch(postgresql, "log")[1]


def test_installing_again_keeps_the_log_and_removing_leaves_nothing(postgresql):
    watch(postgresql, "install")
    execute(postgresql, "CREATE TABLE by_hand (id integer)", "DROP TABLE by_hand")
    watch(postgresql, "install")
    assert "DROP TABLE public.by_hand" in watch(postgresql, "log")[1]
    assert watch(postgresql, "remove") == (0, "Watch removed.\n")
    assert watch(postgresql, "log")[0] == 1
    execute(postgresql, "CREATE TABLE by_hand (id integer)")


def test_without_the_right_it_says_so(postgresql):
    execute(
        postgresql, "CREATE ROLE watch_tester", "GRANT CREATE ON DATABASE " + database(postgresql) + " TO watch_tester"
    )
    execute(postgresql, "SET ROLE watch_tester")
    try:
        code, printed = watch(postgresql, "install")
    finally:
        execute(postgresql, "RESET ROLE", "DROP OWNED BY watch_tester", "DROP ROLE watch_tester")
    assert code == 1
    assert "This role may not do that: permission denied to create event trigger" in printed
    assert "All else works without." in printed


def database(alias):
    return connections[alias].settings_dict["NAME"]


def test_a_watch_that_cannot_write_does_not_fail_the_statement(postgresql):
    watch(postgresql, "install")
    execute(postgresql, "ALTER TABLE schema_watch.log RENAME TO mislaid", "CREATE TABLE by_hand (id integer)")
    execute(postgresql, "SELECT * FROM by_hand")
