"""What once went wrong with the old database, replayed before its adoption."""

import pytest
from django.db import DatabaseError, connection, transaction

from tests.legacy.graph_incidents import GRAPH_INCIDENTS
from tests.legacy.incidents import INCIDENTS, LEAD, SEED, Incident
from tests.legacy.states import older_tree, run

# Incidents that can befall one database at once, as they do.
TOGETHER = {"D11", "D12", "D25", "D26", "D30", "D33", "D34", "D49", "D52", "D53", "D55", "D62", "D71", "D93"}
QUICK = tuple(name for name in INCIDENTS if name[:3] in TOGETHER)

#: The ids that the list of what went wrong gives to faults of the structure, of the values, and of the old revisions.
KNOWN = {
    "structure": (
        *("D01", "D02", "D04", "D05", "D07", "D08", "D10", "D12", "D14", "D15", "D20", "D21", "D25", "D26", "D29"),
        *("D30", "D33", "D34", "D38", "D39", "D41", "D42", "D43", "D48", "D49", "D52", "D53", "D55", "D56", "D59"),
    ),
    "values": (
        *("D28", "D32", "D37", "D40", "D57", "D61", "D62", "D64", "D65", "D67", "D68", "D70", "D71", "D73", "D74"),
        "D129",
    ),
    "revisions": (
        *("D16", "D17", "D24", "D35", "D47", "D76", "D77", "D80", "D82", "D83", "D84", "D85", "D86", "D87", "D89"),
        *("D90", "D91", "D93", "D94", "D95", "D97", "D98"),
    ),
}
#: No state of a database: tests/schema/test_history.py has its replay, the models of an app that are not imported.
NO_DATABASE = {"D97"}
ALL = INCIDENTS | GRAPH_INCIDENTS

REFUSED = {
    "D37 a rate that overflows": "UPDATE prospects SET engagement_rate = 1000.5",
    "D40 a source nobody knows": "UPDATE prospects SET source_type = 'email'",
    "D57 a prospect with mails": f"DELETE FROM prospects WHERE id = '{LEAD}'",
    "D113 a prospect without a domain": "INSERT INTO prospects (id, domain) VALUES (gen_random_uuid(), NULL)",
    "D116 a user's name for an id": "UPDATE jobs SET user_id = 'admin'",
}


def adopt(proof, chain, incidents: list[Incident]) -> None:
    for incident in incidents:
        run(*incident.statements)
    before = proof()
    gone = {table: _ids(query) for incident in incidents for table, query in incident.gone.items()}
    chain.adopt()
    before.check(gone)
    for check in (check for incident in incidents for check in incident.checks):
        check()


def _ids(query: str) -> set[str]:
    with connection.cursor() as cursor:
        cursor.execute(query)
        return {str(row[0]) for row in cursor.fetchall()}


def test_a_database_with_many_incidents_at_once_is_adopted_as_each_of_them_expects(legacy, proof, chain):
    with legacy("older_tree", older_tree):
        run(*SEED)
        adopt(proof, chain, [INCIDENTS[name] for name in QUICK])


@pytest.mark.slow
@pytest.mark.parametrize("name", ALL)
def test_a_database_with_this_incident_is_adopted_as_it_expects(legacy, proof, chain, name):
    state = ALL[name].state or older_tree
    with legacy(state.__name__, state):
        run(*(SEED if state is older_tree else ()))
        adopt(proof, chain, [ALL[name]])


@pytest.mark.parametrize("kind", KNOWN)
def test_every_known_incident_has_a_replay_of_its_own(kind):
    replayed = [name.split()[0] for name in (*ALL, *REFUSED)]
    assert len(set(replayed)) == len(replayed)
    assert set(KNOWN[kind]) - set(replayed) - NO_DATABASE == set()


@pytest.mark.slow
def test_what_the_old_database_refused_the_adopted_one_refuses_too(legacy, chain):
    with legacy("older_tree", older_tree):
        run(*SEED, f"INSERT INTO email_logs (id, prospect_id) VALUES (gen_random_uuid(), '{LEAD}')")
        chain.adopt()
        assert [name for name, statement in REFUSED.items() if _accepts(statement)] == []


def _accepts(statement: str) -> bool:
    try:
        with transaction.atomic():
            run(statement)
    except DatabaseError:
        return False
    return True
