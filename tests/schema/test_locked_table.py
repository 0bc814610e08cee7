"""Somebody holds a table locked: a start is not held up, and a comparison ends with an answer."""

from __future__ import annotations

import pytest
from django.db import connections

from config.schema import guard

pytestmark = pytest.mark.skipif(connections["default"].vendor != "postgresql", reason="SQLite locks the whole file")


@pytest.fixture
def locked(scratch):
    """The alias of a database in which another connection has prospects locked against everybody."""
    guard.store_verified(scratch)
    other = connections[scratch].copy()
    with other.cursor() as cursor:
        cursor.execute("BEGIN")
        cursor.execute("LOCK TABLE prospects, auth_user IN ACCESS EXCLUSIVE MODE")
        yield scratch
        cursor.execute("ROLLBACK")
    other.close()


def test_a_start_on_a_verified_schema_does_not_wait_for_the_lock(locked):
    with connections[locked].cursor() as cursor:
        # Whoever waited for the lock at all would be told so.
        cursor.execute("SET lock_timeout = '1ms'")
    assert guard.verify(locked).ok


def test_a_comparison_gives_up_waiting_and_says_why(locked):
    report = guard.compare(locked)
    assert [finding.id for finding in report.findings] == ["schema.E000"]
    assert "lock timeout" in report.as_text()
