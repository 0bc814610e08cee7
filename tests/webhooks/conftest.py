"""A receiver on loopback, which may be told here."""

from collections.abc import Iterator

import pytest
from cryptography.fernet import Fernet

from tests.webhooks.receiver import Receiver, listening


@pytest.fixture(autouse=True)
def _settings(settings) -> None:
    settings.ENCRYPTION_KEY = Fernet.generate_key().decode()
    settings.WEBHOOK_ALLOWED_HOSTS = ["127.0.0.1"]


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with listening() as receiver:
        yield receiver
