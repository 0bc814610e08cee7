"""Databases of the older system, made for the proofs that each of them can be adopted."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from functools import cache
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection

from config.schema import guard, history
from config.schema.adoption import recognise
from config.schema.catalog import Snapshot
from config.schema.shadow import expectation
from tests.legacy import content, seeds, structure
from tests.legacy.chain import Chain
from tests.legacy.databases import Databases

pytest.register_assert_rewrite("tests.legacy.proof", "tests.legacy.incidents")
from tests.legacy.proof import Proof  # noqa: E402 - only what is imported from here on explains its assertions

Build = Callable[[], None]


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup() -> None:
    """Before any fixture asks for a server that is not there."""
    if connection.vendor != "postgresql":
        pytest.skip("the older system's databases are PostgreSQL's")


@pytest.fixture(autouse=True, scope="module")
def _unblocked(django_db_blocker: Any) -> Iterator[None]:
    with django_db_blocker.unblock():
        yield


@pytest.fixture(autouse=True, scope="module")
def _expected_once() -> Iterator[None]:
    """Nothing here changes migrations or models: what they make is built once, not for each comparison."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(guard, "expectation", cache(expectation))
        patch.setattr(history, "model_changes", cache(history.model_changes))
        patch.setattr(recognise, "final_models", cache(recognise.final_models))
        yield


@pytest.fixture(scope="session")
def databases(django_db_blocker: Any) -> Iterator[Databases]:
    found = Databases()
    yield found
    with django_db_blocker.unblock():
        found.drop()


@pytest.fixture(scope="session")
def chain() -> Chain:
    return Chain()


@pytest.fixture(scope="session")
def fresh(databases: Databases, django_db_blocker: Any) -> Snapshot:
    """The schema of a new database, made by `migrate`."""
    with django_db_blocker.unblock(), databases.copy():
        call_command("migrate", verbosity=0)
        return structure.managed()


@pytest.fixture(scope="session")
def legacy(databases: Databases, chain: Chain) -> Callable[[str, Build], AbstractContextManager[None]]:
    """`with legacy(name, build)`: connected to a seeded database in the state that `build` makes.

    The migrations that have nothing to do with adoption have run in it.
    """

    @contextmanager
    def connected(name: str, build: Build) -> Iterator[None]:
        def seeded() -> None:
            build()
            seeds.seed(connection)

        others = databases.template("others", chain.migrate_others)
        with databases.copy(databases.template(name, seeded, others)):
            yield

    return connected


@pytest.fixture(scope="session")
def proof(fresh: Snapshot) -> Callable[[], Proof]:
    """`proof()` before an adoption, and `.check()` after it."""

    def look() -> Proof:
        tables = content.read()
        return Proof({name: tables[name] for name in tables if name in seeds.VALUES or name in UNMANAGED}, fresh)

    return look


UNMANAGED = {"alembic_version", "social_drafts"}
