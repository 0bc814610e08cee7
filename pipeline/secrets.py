"""Secrets of integrations, encrypted as the older system did, so that adopted ones can be read with the same key."""

import base64
import re
from typing import Any

from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.pbkdf2 import PBKDF2HMAC
from django.conf import settings

from pipeline.services import NotAvailable

_ROUNDS = 100_000
# The older system may have kept anything in a JSON column.
_SECRET = re.compile(r"secret|password|passwd|token|credential|(api|private|access|encryption)[ _-]?key", re.IGNORECASE)
_NOT_SHOWN = "stored, not shown"


class Unreadable(Exception):
    """A stored secret was encrypted with another key."""


def encrypt(secret: str) -> str:
    """The secret as Fernet text. Raises NotAvailable, naming the variable, when no key is set."""
    return _fernet().encrypt(secret.encode()).decode()


def decrypt(stored: str) -> str:
    """The secret that was stored. Raises Unreadable or NotAvailable."""
    try:
        return _fernet().decrypt(stored.encode()).decode()
    except InvalidToken as error:
        raise Unreadable("A stored secret cannot be read with this ENCRYPTION_KEY. Save it again.") from error


def without_secrets(value: Any, name: str = "") -> Any:
    """The value with everything hidden whose name says that it is a secret, at any depth."""
    if value and _SECRET.search(name):
        return _NOT_SHOWN
    if isinstance(value, dict):
        return {key: without_secrets(item, key) for key, item in value.items()}
    return [without_secrets(item) for item in value] if isinstance(value, list) else value


def _fernet() -> Fernet:
    if settings.ENCRYPTION_KEY:
        return Fernet(settings.ENCRYPTION_KEY)
    if settings.MASTER_ENCRYPTION_PASSWORD and settings.MASTER_ENCRYPTION_SALT:
        derive = PBKDF2HMAC(SHA256(), 32, settings.MASTER_ENCRYPTION_SALT.encode(), _ROUNDS)
        return Fernet(base64.urlsafe_b64encode(derive.derive(settings.MASTER_ENCRYPTION_PASSWORD.encode())))
    raise NotAvailable(
        "Secrets cannot be saved: set ENCRYPTION_KEY, or MASTER_ENCRYPTION_PASSWORD and MASTER_ENCRYPTION_SALT.",
        ["ENCRYPTION_KEY", "MASTER_ENCRYPTION_PASSWORD", "MASTER_ENCRYPTION_SALT"],
    )
