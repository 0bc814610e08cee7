"""Every state that the older system's databases are in is adopted, and nothing is lost."""

import pytest

from tests.legacy.proof import check_nothing_to_do
from tests.legacy.revisions import REVISIONS
from tests.legacy.states import STATES, at_revision

QUICK = ("stuck", "hot_fixed")


@pytest.mark.parametrize("name", QUICK)
def test_a_database_in_a_common_state_is_adopted_with_every_row_and_value(legacy, proof, chain, name):
    with legacy(name, STATES[name]):
        before = proof()
        chain.adopt()
        before.check()
        check_nothing_to_do(chain)


@pytest.mark.slow
@pytest.mark.parametrize("name", STATES.keys() - set(QUICK))
def test_a_database_in_any_known_state_is_adopted_with_every_row_and_value(legacy, proof, chain, name):
    with legacy(name, STATES[name]):
        before = proof()
        chain.adopt()
        before.check()
        check_nothing_to_do(chain)


@pytest.mark.slow
@pytest.mark.parametrize("revision", REVISIONS)
def test_a_database_at_any_revision_is_adopted_with_every_row_and_value(legacy, proof, chain, revision):
    with legacy(f"at {revision}", at_revision(revision)):
        before = proof()
        chain.adopt()
        before.check()
