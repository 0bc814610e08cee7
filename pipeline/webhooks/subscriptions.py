"""Making subscriptions, their secrets, and signatures."""

import hashlib
import hmac
import secrets
from collections.abc import Collection

from django.contrib.auth.models import AbstractBaseUser, AnonymousUser

from pipeline.models import Webhook
from pipeline.secrets import encrypt
from pipeline.webhooks.outbox import EVENT_TYPES
from pipeline.webhooks.targets import check_target

SIGNATURE = "Plumbline-Signature"
#: Seconds that a receiver should allow between the signature's time and its own clock.
TOLERANCE = 300


class UnknownEventType(ValueError):
    """There is no event of this type."""


def subscribe(
    url: str, event_types: Collection[str], user: AbstractBaseUser | AnonymousUser | None = None
) -> tuple[Webhook, str]:
    """A new subscription and its secret, which is shown now and never again.

    Raises TargetRefused, UnknownEventType, or NotAvailable when no key to encrypt the secret with is set.
    """
    check_target(url)
    check_event_types(event_types)
    secret = f"whsec_{secrets.token_urlsafe(32)}"
    hook = Webhook.objects.create(
        url=url, event_types=sorted(set(event_types)), secret=encrypt(secret), created_by_id=user.pk if user else None
    )
    return hook, secret


def check_event_types(event_types: Collection[str]) -> None:
    if unknown := [name for name in event_types if name not in EVENT_TYPES]:
        raise UnknownEventType(f"There is no event {unknown[0]!r}; there are: {', '.join(EVENT_TYPES)}.")
    if not event_types:
        raise UnknownEventType(f"Name at least one event: {', '.join(EVENT_TYPES)}.")


def replace_secret(hook: Webhook) -> str:
    """A new secret, at once in force; shown now and never again."""
    secret = f"whsec_{secrets.token_urlsafe(32)}"
    Webhook.objects.filter(pk=hook.pk).update(secret=encrypt(secret))
    return secret


def enable(hook: Webhook, *, active: bool) -> None:
    """Switch a subscription on or off. What is in its outbox by then is told when it is on again, and nothing later."""
    values = {"active": active, "disabled_reason": "" if active else "switched off", "failing_since": None}
    Webhook.objects.filter(pk=hook.pk).update(**values)
    if active:
        hook.deliveries.filter(status="pending").update(run_after=None, attempts=0)
    hook.refresh_from_db()


def sign(secret: str, body: bytes, timestamp: int) -> str:
    """The value of the signature's header: `t=<seconds>,v1=<hex HMAC-SHA256 of "<seconds>.<body>">`."""
    signed = hmac.new(secret.encode(), f"{timestamp}.".encode() + body, hashlib.sha256).hexdigest()
    return f"t={timestamp},v1={signed}"


def verify(secret: str, body: bytes, header: str, now: int) -> bool:
    """What a receiver does: whether the header signs this body and is not older than TOLERANCE seconds."""
    parts = dict(part.split("=", 1) for part in header.split(",") if "=" in part)
    timestamp = parts.get("t", "")
    if not timestamp.isdigit() or abs(now - int(timestamp)) > TOLERANCE:
        return False
    return hmac.compare_digest(sign(secret, body, int(timestamp)), header)
