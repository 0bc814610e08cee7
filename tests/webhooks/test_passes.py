"""A pass of deliveries leaves a worker time for its other work, and one slow receiver leaves time for the others."""

import time
from collections.abc import Iterator
from datetime import timedelta
from types import SimpleNamespace

import pytest
from django.db import transaction
from django.db.models.functions import Now
from django_tasks_db.models import DBTaskResult

from pipeline import tasks, webhooks
from pipeline.jobs import engine
from pipeline.jobs.reaper import reap
from pipeline.models import Webhook, WebhookDelivery
from pipeline.webhooks import delivery
from tests.webhooks.receiver import Receiver

pytestmark = pytest.mark.django_db
QUEUE = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend"}}


@pytest.fixture
def slow(monkeypatch) -> None:
    """A receiver whose path is /slow takes three seconds by the clock of the pass, and no time of the test."""
    clock = [0.0]
    post = delivery._post

    def post_slowly(hook: Webhook, sent: WebhookDelivery) -> int:
        clock[0] += 3 * hook.url.endswith("/slow")
        return post(hook, sent)

    monkeypatch.setattr(delivery, "_post", post_slowly)
    monkeypatch.setattr(delivery, "time", SimpleNamespace(monotonic=lambda: clock[0], time=time.time))


@pytest.fixture
def asked_to_end() -> Iterator[None]:
    engine.stopping.set()
    yield
    engine.stopping.clear()


def emit(count: int) -> None:
    webhooks.outbox.emit_all("job.finished", [(f"job:{n}", {}) for n in range(count)])


def paths(receiver: Receiver) -> list[str]:
    return [told.path for told in receiver.accepted]


def test_a_pass_ends_when_its_time_is_over(receiver: Receiver, slow: None) -> None:
    webhooks.subscribe(f"{receiver.url}/slow", ["job.finished"])
    emit(40)
    assert delivery.deliver_due() == 4
    assert Webhook.objects.get().lease_until is None, "another pass has to wait"
    assert delivery.deliver_due() == 4


def test_what_is_left_when_the_time_is_over_is_rung_for(receiver: Receiver, slow: None, settings) -> None:
    settings.TASKS = QUEUE
    webhooks.subscribe(f"{receiver.url}/slow", ["job.finished"])
    emit(5)
    tasks.deliver_webhooks.call()
    assert len(receiver.accepted) == 4
    assert DBTaskResult.objects.ready().count() == 1
    DBTaskResult.objects.all().delete()
    tasks.deliver_webhooks.call()
    assert len(receiver.accepted) == 5
    assert not DBTaskResult.objects.exists()


def test_a_slow_receiver_leaves_others_their_share_of_the_time(receiver: Receiver, slow: None) -> None:
    for path in ("slow", "quick"):
        webhooks.subscribe(f"{receiver.url}/{path}", ["job.finished"])
    emit(60)
    delivery.deliver_due()
    assert paths(receiver).count("/hook/quick") == 60
    assert 1 < paths(receiver).count("/hook/slow") < 5


def test_a_receiver_that_hangs_rests_when_its_turn_is_over(receiver: Receiver, slow: None) -> None:
    receiver.answers = [500] * 60
    webhooks.subscribe(f"{receiver.url}/slow", ["job.finished"])
    emit(60)
    delivery.deliver_due()
    assert len(receiver.received) == 4
    assert delivery.deliver_due() == 0
    assert len(receiver.received) == 4


def test_a_worker_that_is_to_end_sends_nothing_more_and_rings_for_the_others(
    receiver: Receiver, asked_to_end: None, settings
) -> None:
    settings.TASKS = QUEUE
    webhooks.subscribe(receiver.url, ["job.finished"])
    emit(3)
    tasks.deliver_webhooks.call()
    assert receiver.received == []
    assert DBTaskResult.objects.ready().count() == 1
    engine.stopping.clear()
    assert delivery.deliver_due() == 3


@pytest.mark.django_db(transaction=True)
def test_one_ring_stands_for_any_number_of_events(receiver: Receiver, settings) -> None:
    settings.TASKS = QUEUE
    webhooks.subscribe(receiver.url, ["job.finished"])
    for _ in range(3):
        with transaction.atomic():
            emit(2)
    assert DBTaskResult.objects.ready().count() == 1
    DBTaskResult.objects.update(status="RUNNING")
    emit(1)
    assert DBTaskResult.objects.ready().count() == 1, "the pass that runs may have looked before"


def test_a_pass_at_work_is_not_taken_for_lost(receiver: Receiver, settings) -> None:
    settings.TASKS = QUEUE
    hook, _ = webhooks.subscribe(receiver.url, ["job.finished"])
    tasks.deliver_webhooks.enqueue()
    DBTaskResult.objects.update(status="RUNNING", started_at=Now() - timedelta(minutes=2))
    Webhook.objects.update(lease_token=hook.pk, lease_until=Now() + timedelta(seconds=5))
    reap()
    assert DBTaskResult.objects.get().status == "RUNNING"
    Webhook.objects.update(lease_until=Now() - timedelta(seconds=5))
    reap()
    assert DBTaskResult.objects.get().status == "FAILED"


def test_a_new_secret_signs_what_is_sent_from_now_on(receiver: Receiver, monkeypatch) -> None:
    hook, old = webhooks.subscribe(receiver.url, ["job.finished"])
    emit(8)
    post, new = delivery._post, []

    def post_and_replace(to: Webhook, sent: WebhookDelivery) -> int:
        status = post(to, sent)
        if len(receiver.received) == 2:
            new.append(webhooks.replace_secret(hook))
        return status

    monkeypatch.setattr(delivery, "_post", post_and_replace)
    assert delivery.deliver_due() == 8
    signed = [
        [
            webhooks.verify(secret, told.body, told.headers["Plumbline-Signature"], int(time.time()))
            for secret in (old, *new)
        ]
        for told in receiver.accepted
    ]
    assert signed == [[True, False]] * 2 + [[False, True]] * 6
