"""What every test can use."""

import math
from typing import Any

import pytest
from django.apps import apps
from django.contrib.auth.models import Group
from django.db import connection

from config.schema.readiness import _Outcome, readiness
from pipeline import roles


def group(role: str) -> Group:
    """The role's group; made again where a test with real transactions has emptied every table after itself."""
    if not Group.objects.exists():
        roles.grant(apps, connection.schema_editor())
    return Group.objects.get(name=role)


@pytest.fixture(autouse=True)
def _no_look_at_the_interval(monkeypatch: pytest.MonkeyPatch) -> None:
    """The last look is never over, so that tests see what a request finds by itself between two of them.

    A test of the look forgets it: `monkeypatch.setattr(readiness, "_last", None)`.
    """
    monkeypatch.setattr(readiness, "_last", _Outcome([], math.inf))


@pytest.fixture(autouse=True)
def _cheap_passwords(settings: Any) -> None:
    """A good hash takes a third of a second, by intention: as long as some hundred queries."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
