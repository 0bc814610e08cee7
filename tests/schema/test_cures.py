"""The command of a finding mends it: by hand what only a person may do, then the repair, as the finding says."""

from __future__ import annotations

import pytest
from django.db import transaction

from config.schema.compare.pair import managed
from config.schema.findings import Finding
from config.schema.repair import engine
from tests.schema.test_mutations import MUTATIONS, skip_older_server, texts

#: What the planner alone finds out, by asking the database.
ASKED = ("rows hold NULL", "declares no default", "differs in more than what is missing")
#: Where another finding has to be mended first: its object is used by this one, or its rows break what this one adds.
AFTER_ANOTHER = {
    *("view in its place", "materialized view in its place", "temporary table in front", "another table is its parent"),
    *("varchar to enum", "varchar to domain", "foreign key column dropped", "foreign key to another column"),
    *("unknown column of a NOT NULL domain", "unknown column of a NOT NULL domain with a default"),
    *("unknown column of a domain of a NOT NULL domain", "unknown column of a domain that checks for a value"),
    *("row security hides rows from our role", "unique that takes no two NULLs for equal, and duplicates"),
}
SHELL, REPAIR = f"in {managed('dbshell', 'zoo')}: ", managed("schema repair", "zoo")


def by_hand(finding: Finding) -> tuple[str, bool]:
    """The statement that a person is to run, if it is given in full, and whether a repair follows."""
    _, _, statement = finding.command.partition(SHELL)
    statement, then, _ = statement.partition(f" then {REPAIR}")
    complete = statement.endswith(";") and "…" not in statement and not statement.startswith(("SELECT", "PRAGMA"))
    return (statement if complete else ""), bool(then)


def is_left(finding: Finding, zoo_db) -> bool:
    return (finding.id, finding.place) in {(other.id, other.place) for other in zoo_db.findings()}


@pytest.mark.parametrize("name", MUTATIONS)
def test_nobody_is_sent_to_a_repair_that_refuses_for_good(name, zoo_db):
    change, _, *minimum = MUTATIONS[name]
    skip_older_server(*minimum)
    zoo_db.mutate(change)
    for step in engine.plan_for(zoo_db.connection, zoo_db.expected, zoo_db.findings()):
        for_now = any(words in step.refused for words in ("first", "stands in its place", *ASKED))
        renamed = step.finding.id == "schema.E010" and "perhaps renamed by hand" in step.refused
        may_refuse = for_now or renamed or step.finding.command != REPAIR
        assert may_refuse or not step.refused, f"{step.refused}: {step.finding}"


@pytest.mark.parametrize("name", sorted(MUTATIONS.keys() - AFTER_ANOTHER))
def test_the_statement_of_a_finding_mends_it(name, zoo_db):
    change, _, *minimum = MUTATIONS[name]
    skip_older_server(*minimum)
    zoo_db.mutate(change)
    for finding in zoo_db.findings():
        statement, repaired = by_hand(finding)
        if statement:
            with transaction.atomic(using="zoo"):
                zoo_db.execute(statement)
                if repaired:
                    zoo_db.repair()
                assert not is_left(finding, zoo_db), f"{statement}\n{texts(zoo_db.findings())}"
                transaction.set_rollback(True, using="zoo")
