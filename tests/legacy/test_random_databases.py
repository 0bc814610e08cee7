"""Databases nobody thought of: the promise holds for whatever can be drawn."""

import logging
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, Phase, given, settings

from tests.legacy.proof import check_nothing_to_do
from tests.legacy.random_databases import Database, databases

COMMON = {
    "deadline": None,
    "database": None,
    "suppress_health_check": list(HealthCheck),
    # An example takes seconds, and to shrink one takes hundreds: a failure shows the database as it was drawn.
    "phases": (Phase.generate,),
}


@pytest.fixture(autouse=True, scope="module")
def _quiet() -> Iterator[None]:
    """What an adoption tells while it runs would be some hundred lines for each database."""
    logging.disable(logging.INFO)
    yield
    logging.disable(logging.NOTSET)


def adopt(drawn: Database, databases, proof, chain) -> None:
    with databases.shared(databases.template("others", chain.migrate_others)):
        drawn.build()
        before = proof()
        chain.adopt()
        before.check(drawn.gone)
        check_nothing_to_do(chain)


@settings(max_examples=3, derandomize=True, **COMMON)
@given(drawn=databases())
def test_a_few_databases_drawn_at_random_are_adopted(drawn, databases, proof, chain):
    adopt(drawn, databases, proof, chain)


@pytest.mark.slow
@pytest.mark.timeout(1800)
@settings(max_examples=200, **COMMON)
@given(drawn=databases())
def test_two_hundred_databases_drawn_at_random_are_adopted(drawn, databases, proof, chain):
    adopt(drawn, databases, proof, chain)
