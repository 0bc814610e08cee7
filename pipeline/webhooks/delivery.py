"""Emptying the outbox: at least once, in order for each subject, patient with receivers that fail.

One worker at a time serves a subscription (a lease on its row). Of each subject only the first event that was not
received is sent, so one that fails holds up its own subject and no other. A pass takes a worker a short time only, and
each subscription has its share of it: a slow receiver holds up neither jobs nor other receivers.
"""

import json
import time
import uuid
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from datetime import timedelta
from typing import Any

import httpx
from django.core.serializers.json import DjangoJSONEncoder
from django.db.models import Exists, F, OuterRef, Q
from django.db.models.functions import Coalesce, Now

from pipeline.choices import DeliveryStatus
from pipeline.jobs.engine import backoff, due, stopping
from pipeline.models import Webhook, WebhookDelivery
from pipeline.secrets import Unreadable, decrypt
from pipeline.services import NotAvailable
from pipeline.webhooks import exchange
from pipeline.webhooks.subscriptions import SIGNATURE, sign
from pipeline.webhooks.targets import Target, TargetRefused, resolve

#: Seconds for one exchange, from looking up the name to the answer's status.
TIMEOUT = 10.0
LEASE = timedelta(seconds=120)
#: A subscription that has failed for so long without one success is switched off.
DISABLE_AFTER = timedelta(days=3)
BATCH = 50
#: After so many failures in a row, or a turn that ends in one, the subscription rests: others have their turn.
FAILURES = 5
REST = timedelta(seconds=30)
#: Seconds after which a pass ends with the exchange that it is at: the worker's other work must not wait for receivers.
BUDGET = 10.0


class Limit:
    """How long to go on: so many seconds, no longer than the limit around it, and not once the worker is to end."""

    def __init__(self, seconds: float, within: "Limit | None" = None) -> None:
        self._end = time.monotonic() + seconds
        self._within = within

    def is_over(self) -> bool:
        around = self._within is not None and self._within.is_over()
        return around or stopping.is_set() or time.monotonic() >= self._end


def deliver_due(limit: Limit | None = None) -> int:
    """Send what is due until the limit, as far as no other worker does; returns how many events were received.

    When the limit is over there may be more to send.
    """
    limit = limit or Limit(BUDGET)
    total = 0
    while not limit.is_over() and (received := _round(limit)):
        total += received
    return total


def _round(limit: Limit) -> int:
    """Give each subscription its share of the time, also after one that ends in an error nobody expected."""
    hooks = _waiting_hooks()
    received: list[int] = []

    def take_turn(hook_id: uuid.UUID) -> None:
        received.append(_serve(hook_id, Limit(BUDGET / len(hooks), limit)))

    with ExitStack() as turns:
        for hook_id in hooks:
            turns.callback(take_turn, hook_id)
    return sum(received)


def first_of_each_subject(hook_id: uuid.UUID) -> Any:
    """The deliveries of a subscription that may be sent now."""
    pending = WebhookDelivery.objects.filter(webhook=hook_id, status=DeliveryStatus.PENDING)
    earlier = pending.filter(subject=OuterRef("subject"), pk__lt=OuterRef("pk"))
    return pending.filter(~Exists(earlier)).filter(due()).order_by("pk")


def _waiting_hooks() -> Sequence[uuid.UUID]:
    """The subscriptions with something due, in any order: none is always the last, when the time is over."""
    pending = WebhookDelivery.objects.filter(webhook=OuterRef("pk"), status=DeliveryStatus.PENDING).filter(due())
    free = Q(lease_until=None) | Q(lease_until__lt=Now())
    return list(Webhook.objects.filter(free, Exists(pending), active=True).order_by("?").values_list("pk", flat=True))


def _lease(hook_id: uuid.UUID, token: uuid.UUID) -> bool:
    free = Webhook.objects.filter(Q(lease_until=None) | Q(lease_until__lt=Now()), pk=hook_id, active=True)
    return free.update(lease_token=token, lease_until=Now() + LEASE) == 1


def _serve(hook_id: uuid.UUID, limit: Limit) -> int:
    token = uuid.uuid4()
    if limit.is_over() or not _lease(hook_id, token):
        return 0
    received = failures = 0
    # An error nobody expected counts as failures do.
    rest_until: Any = Now() + REST
    try:
        for delivery in _due(hook_id):
            hook = None if limit.is_over() or failures >= FAILURES else _renewed(hook_id, token)
            if hook is None:
                break
            success = _deliver(hook, delivery)
            received += success
            failures = 0 if success else failures + 1
        if failures < FAILURES and not (failures and limit.is_over()):
            rest_until = None
    finally:
        Webhook.objects.filter(pk=hook_id, lease_token=token).update(lease_token=None, lease_until=rest_until)
    return received


def _renewed(hook_id: uuid.UUID, token: uuid.UUID) -> Webhook | None:
    """The subscription as it is now, with a new secret if it has one; None when it is off or another worker's."""
    held = Webhook.objects.filter(pk=hook_id, lease_token=token, active=True)
    return held.first() if held.update(lease_until=Now() + LEASE) else None


def _due(hook_id: uuid.UUID) -> Iterator[WebhookDelivery]:
    while batch := list(first_of_each_subject(hook_id)[:BATCH]):
        yield from batch


def _deliver(hook: Webhook, delivery: WebhookDelivery) -> bool:
    try:
        status = _post(hook, delivery)
    except (*exchange.ERRORS, httpx.InvalidURL, TargetRefused, NotAvailable, Unreadable) as error:
        _failed(hook, delivery, None, f"{type(error).__name__}: {error}")
        return False
    if not 200 <= status < 300:
        moved = " Redirects are not followed: subscribe the new address." if 300 <= status < 400 else ""
        _failed(hook, delivery, status, f"The receiver answered {status}.{moved}")
        return False
    WebhookDelivery.objects.filter(pk=delivery.pk).update(
        status=DeliveryStatus.DELIVERED,
        attempts=F("attempts") + 1,
        response_status=status,
        error="",
        run_after=None,
        delivered_at=Now(),
    )
    Webhook.objects.filter(pk=hook.pk).update(last_success_at=Now(), failing_since=None)
    return True


def _post(hook: Webhook, delivery: WebhookDelivery) -> int:
    """Send one event; returns the answer's status. The answer's body is not read."""
    document = {
        "id": delivery.event_id,
        "type": delivery.event_type,
        "created_at": delivery.created_at,
        "data": delivery.payload,
    }
    body = json.dumps(document, cls=DjangoJSONEncoder).encode()
    deadline = exchange.Deadline(TIMEOUT)
    target = resolve(hook.url)
    headers = {
        "Host": httpx.URL(target.url).netloc.decode(),
        "User-Agent": "Plumbline",
        "Content-Type": "application/json",
        "Plumbline-Event": delivery.event_type,
        "Plumbline-Delivery": str(delivery.event_id),
        SIGNATURE: sign(decrypt(hook.secret), body, int(time.time())),
    }
    # Straight to the address that was checked, without proxies: the name is not looked up a second time.
    return exchange.post(_address_url(target), headers, body, target.host, deadline)


def _address_url(target: Target) -> httpx.URL:
    return httpx.URL(target.url).copy_with(host=target.address, port=target.port)


def _failed(hook: Webhook, delivery: WebhookDelivery, status: int | None, error: str) -> None:
    WebhookDelivery.objects.filter(pk=delivery.pk).update(
        attempts=F("attempts") + 1,
        response_status=status,
        error=error[:1000],
        run_after=Now() + backoff(delivery.attempts + 1),
    )
    Webhook.objects.filter(pk=hook.pk).update(failing_since=Coalesce("failing_since", Now()))
    Webhook.objects.filter(pk=hook.pk, failing_since__lt=Now() - DISABLE_AFTER).update(
        active=False, disabled_reason=f"No event was received for {DISABLE_AFTER.days} days. Last: {error[:500]}"
    )
