"""The cast by role, and an application in which everything may be asked for."""

from collections.abc import Callable
from typing import Any

import pytest
from cryptography.fernet import Fernet
from rest_framework.test import APIClient

from pipeline import jobs, switches
from pipeline.choices import JobType
from pipeline.jobs import handlers
from pipeline.roles import ADMINISTRATOR, OPERATOR, VIEWER
from tests.api.conftest import client_of, user_in

NAMES = {VIEWER: "charlie", OPERATOR: "bob", ADMINISTRATOR: "alice"}
KEY = Fernet.generate_key().decode()


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """The table of bad input of a file's class."""
    if {"wrong", "field"} <= set(metafunc.fixturenames):
        table = [*metafunc.cls.bad, ({"?colour": "red"}, "colour")]
        if metafunc.cls.sent is not None:
            table.append(({"colour": "red"}, "colour"))
        metafunc.parametrize(
            ("wrong", "field"), table, ids=[f"{number} {field}" for number, (_, field) in enumerate(table)]
        )


@pytest.fixture
def cast(db: None) -> Callable[[str], APIClient]:
    """A client of the person with a role: Charlie views, Bob operates, Alice administers; or of nobody."""

    def client(role: str) -> APIClient:
        return client_of(user_in(role, NAMES[role])) if role in NAMES else APIClient()

    return client


@pytest.fixture(autouse=True)
def _steps_can_be_started(db: None, monkeypatch: pytest.MonkeyPatch, settings: Any) -> None:
    """Jobs of every type have a handler and stay pending, the master switch is on, and secrets can be kept."""
    for job_type in JobType:
        if job_type not in handlers._handlers:
            monkeypatch.setitem(handlers._handlers, job_type, jobs.ItemHandler())
    settings.TASKS = {"default": {"BACKEND": "django_tasks.backends.dummy.DummyBackend"}}
    settings.ENCRYPTION_KEY = KEY
    switches.set_master(True)
