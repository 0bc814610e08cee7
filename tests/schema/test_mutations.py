"""Every way to break a schema that we know of is found with the id of its consequence, and a clean one is silent."""

from __future__ import annotations

import pytest
from django.db import connections

from tests.schema import mutations_postgresql, mutations_sqlite

ENGINE = connections["default"].vendor
KINDS = mutations_sqlite if ENGINE == "sqlite" else mutations_postgresql
MUTATIONS = {name: rest for name, *rest in KINDS.MUTATIONS}
HARMLESS = dict(KINDS.HARMLESS)
#: What no catalog shows: only a full comparison looks at rows and at the next value of a sequence.
OF_ROWS = {"sequence set back", "sequence restarted", "rows with keys of their own", "orphans"}
#: Names of indexes and constraints are no part of the fingerprint: another name breaks nothing today.
OF_NAMES = {"index under another name", "unique under another name", "check under another name"}


def skip_older_server(minimum: int = 0) -> None:
    if minimum and connections["default"].pg_version < minimum * 10000:
        pytest.skip(f"PostgreSQL {minimum} made this possible")


def texts(findings) -> str:
    return "\n".join(finding.as_text() for finding in findings)


def test_a_database_migrated_step_by_step_is_in_line(zoo_db):
    assert not zoo_db.findings(), texts(zoo_db.findings())


@pytest.mark.parametrize("name", MUTATIONS)
def test_the_mutation_is_found_with_its_id(name, zoo_db):
    change, wanted, *minimum = MUTATIONS[name]
    skip_older_server(*minimum)
    before = zoo_db.fingerprint()
    zoo_db.mutate(change)
    found = zoo_db.findings()
    assert zoo_db.fingerprint() != before or name in OF_ROWS or name in OF_NAMES
    assert wanted in {finding.id for finding in found}, f"{wanted} is not among:\n{texts(found)}"
    assert wanted != "schema.W002" or not any(finding.is_error for finding in found), texts(found)


@pytest.mark.parametrize("name", HARMLESS)
def test_the_harmless_difference_is_silent(name, zoo_db):
    zoo_db.mutate(HARMLESS[name])
    assert not zoo_db.findings(), texts(zoo_db.findings())


def test_no_two_mutations_have_the_same_name():
    assert len(MUTATIONS) == len(KINDS.MUTATIONS)
