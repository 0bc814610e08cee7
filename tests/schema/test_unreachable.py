"""A database that cannot be reached or read is reported as such, never as drift and never as in line."""

from __future__ import annotations

import sys
from io import StringIO

import pytest
from django.core.management import BaseCommand, call_command
from django.db import ProgrammingError, connections

from config.schema import guard
from config.schema.entry import LostDatabaseMixin
from tests.databases import run
from tests.schema.troubles import unreachable


@pytest.fixture
def lost(tmp_path, django_db_blocker):
    """The alias of a database that is not there."""
    there = connections["default"].settings_dict
    nowhere = (
        {"NAME": str(tmp_path / "no" / "file")} if there["ENGINE"].endswith("sqlite3") else {"HOST": str(tmp_path)}
    )
    connections.settings["lost"] = {**there, **nowhere}
    with django_db_blocker.unblock():
        yield "lost"
        connections["lost"].close()
    del connections.settings["lost"]
    delattr(connections._connections, "lost")


def test_an_unreachable_database_is_no_drift(lost):
    for report in (guard.verify(lost), guard.compare(lost), guard.store_verified(lost)):
        assert {finding.id for finding in report.findings} == {"schema.E000"}, report.as_text()


@pytest.mark.parametrize("subcommand", ["diff", "repair", "snapshot", "selftest"])
def test_the_command_ends_with_2_when_it_cannot_verify(subcommand, lost):
    if subcommand == "selftest" and connections["default"].vendor == "sqlite":
        pytest.skip("on SQLite the self-test is in memory and needs no database")
    out, errors = StringIO(), StringIO()
    with pytest.raises(SystemExit) as ended:
        call_command("schema", subcommand, "--database", lost, stdout=out, stderr=errors)
    assert ended.value.code == 2
    assert "schema.E000" in out.getvalue() + errors.getvalue()


@pytest.mark.parametrize("command", [["check", "--database", "default"], ["showmigrations"]], ids=" ".join)
def test_a_command_of_django_tells_of_it_without_a_traceback(command, new_database):
    done = run(sys.executable, "manage.py", *command, database_url=unreachable(new_database()))
    assert done.returncode == 1
    assert "schema.E000" in done.stderr
    assert "Traceback" not in done.stderr


def test_an_error_of_a_database_that_answers_is_not_taken_for_a_lost_one(db):
    class Faulty(LostDatabaseMixin, BaseCommand):
        def handle(self, *args, **options):
            raise ProgrammingError("no such thing")

    with pytest.raises(ProgrammingError, match="no such thing"):
        call_command(Faulty())
