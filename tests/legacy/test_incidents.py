"""What once went wrong with the old database, replayed before its adoption."""

import pytest
from django.db import DatabaseError, connection, transaction

from tests.legacy.incidents import INCIDENTS, LEAD, SEED, Incident
from tests.legacy.states import older_tree, run

# Incidents that can befall one database at once, as they do.
TOGETHER = {"D11", "D12", "D25", "D26", "D30", "D33", "D34", "D49", "D52", "D53", "D55", "D62", "D71", "D93"}
QUICK = tuple(name for name in INCIDENTS if name[:3] in TOGETHER)

REFUSED = {
    "D37 a rate that overflows": "UPDATE prospects SET engagement_rate = 1000.5",
    "D40 a source nobody knows": "UPDATE prospects SET source_type = 'email'",
    "D57 a prospect with mails": f"DELETE FROM prospects WHERE id = '{LEAD}'",
    "D113 a prospect without a domain": "INSERT INTO prospects (id, domain) VALUES (gen_random_uuid(), NULL)",
    "D116 a user's name for an id": "UPDATE jobs SET user_id = 'admin'",
}


def adopt(proof, chain, incidents: list[Incident]) -> None:
    run(*SEED)
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
        adopt(proof, chain, [INCIDENTS[name] for name in QUICK])


@pytest.mark.slow
@pytest.mark.parametrize("name", INCIDENTS)
def test_a_database_with_this_incident_is_adopted_as_it_expects(legacy, proof, chain, name):
    with legacy("older_tree", older_tree):
        adopt(proof, chain, [INCIDENTS[name]])


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
