"""The cast of the API's tests: Charlie may view, Bob operates, Alice administers."""

import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.contrib.auth.models import User
from django.db import connection
from knox.models import AuthToken
from rest_framework.test import APIClient

from pipeline import roles
from tests.conftest import group

PASSWORD = "correct horse"


def user_in(role: str, name: str) -> User:
    user, _ = User.objects.get_or_create(username=name)
    user.groups.add(group(role))
    return user


def client_of(user: User) -> APIClient:
    """A program that holds a token of the user."""
    _, token = AuthToken.objects.create(user)
    return APIClient(HTTP_AUTHORIZATION=f"Bearer {token}")


@pytest.fixture
def anonymous() -> APIClient:
    return APIClient()


@pytest.fixture
def charlie(db: None) -> APIClient:
    return client_of(user_in(roles.VIEWER, "charlie"))


@pytest.fixture
def bob(db: None) -> APIClient:
    return client_of(user_in(roles.OPERATOR, "bob"))


@pytest.fixture
def alice(db: None) -> APIClient:
    return client_of(user_in(roles.ADMINISTRATOR, "alice"))


@pytest.fixture
def queries_of(django_assert_max_num_queries: Callable[..., object]) -> Callable[[Callable[[], object]], int]:
    """How many queries a call makes."""

    def count(call: Callable[[], object]) -> int:
        with django_assert_max_num_queries(1000) as captured:
            call()
        return len(captured)

    return count


@pytest.fixture
def shared_database(transactional_db: None, tmp_path: Path) -> Iterator[None]:
    """A database that several connections really share: for SQLite a file in place of the one in memory."""
    if connection.vendor != "sqlite":
        yield
        return
    memory = connection.settings_dict["NAME"]
    keeper = sqlite3.connect(memory, uri=True)  # the database in memory lives as long as a connection to it
    file = tmp_path / "shared.sqlite3"
    with connection.cursor() as cursor:
        cursor.execute("VACUUM INTO %s", [str(file)])
    connection.settings_dict["NAME"] = str(file)
    connection.close()
    yield
    connection.close()
    connection.settings_dict["NAME"] = memory
    connection.ensure_connection()
    keeper.close()
