"""A database that cannot be reached or read is reported as such, never as drift and never as in line."""

from __future__ import annotations

from io import StringIO

import pytest
from django.core.management import call_command
from django.db import connections

from config.schema import guard


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
