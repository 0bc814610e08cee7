"""For every mutation: the plan says why nothing can be done, or running it mends the finding and keeps all rows."""

from __future__ import annotations

import pytest

from config.schema.repair.engine import execute, plan_for
from tests.schema.test_mutations import MUTATIONS, skip_older_server, texts


def contents(zoo_db) -> dict[str, list]:
    """All rows of all tables that are still there and that our role may read, by column."""
    present = zoo_db.live().tables
    return {
        name: sorted(zoo_db.rows(f"SELECT {columns} FROM {name}"), key=repr)
        for name, table in present.items()
        if all(column.readable for column in table.columns)
        and (columns := ", ".join(f'"{column.name}"' for column in sorted(table.columns, key=lambda c: c.name)))
    }


def survive(before: dict[str, list], zoo_db, columns: dict[str, list[str]]) -> bool:
    """Every value that was there is there still; columns that were added do not matter."""
    for name, rows in before.items():
        listed = ", ".join(f'"{column}"' for column in columns[name])
        if sorted(zoo_db.rows(f"SELECT {listed} FROM {name}"), key=repr) != rows:
            return False
    return True


@pytest.mark.parametrize("name", MUTATIONS)
def test_a_repair_mends_or_says_why_not(name, zoo_db):
    change, _, *minimum = MUTATIONS[name]
    skip_older_server(*minimum)
    zoo_db.mutate(change)
    found = zoo_db.findings()
    columns = {t.name: sorted(c.name for c in t.columns) for t in zoo_db.live().tables.values()}
    before = contents(zoo_db)
    steps = plan_for(zoo_db.connection, zoo_db.expected, found)

    refused = [step for step in steps if step.refused]
    runnable = [step for step in steps if step.statements]
    assert refused or runnable, "a finding without a step, and without a reason"
    if not runnable:
        return
    done, failed = execute(zoo_db.connection, steps)
    assert not failed, f"{failed}\n" + "\n".join(step.as_text() for step in steps)
    assert len(done) == sum(len(step.statements) for step in steps)
    left = zoo_db.findings()
    kept = {(step.finding.id, step.finding.place) for step in refused}
    assert {(f.id, f.place) for f in left} <= kept, f"not mended:\n{texts(left)}"
    if "default" not in name and "without value" not in name:
        assert survive(before, zoo_db, columns), "rows or values have changed"
    again = [step for step in plan_for(zoo_db.connection, zoo_db.expected, left) if step.statements]
    assert not again, "a second run would do something"
