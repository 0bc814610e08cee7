"""Every event reaches its receiver at least once, in order for each subject, signed; and no inner host is told."""

import sys
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import httpcore
import pytest
from django.db import transaction
from django.db.models.functions import Now

from pipeline import jobs, webhooks
from pipeline.choices import JobType
from pipeline.jobs import reaper
from pipeline.models import Job, Webhook, WebhookDelivery
from pipeline.webhooks import delivery, outbox
from prospects import changes
from prospects.changes import Cause
from prospects.models import Prospect
from tests import databases
from tests.imports.files import csv_file, run
from tests.webhooks.receiver import Receiver, dripping

pytestmark = pytest.mark.django_db
CAUSE = Cause(reason="test")


@pytest.fixture
def secret(receiver: Receiver) -> str:
    return webhooks.subscribe(receiver.url, webhooks.EVENT_TYPES)[1]


def approve(row: Prospect, status: str) -> None:
    changes.change(
        Prospect.objects.filter(pk=row.pk),
        {"approval_status": status, "scrape_status": "SCRAPED", "contact_email": "x@a.example"},
        CAUSE,
    )


def make_due() -> None:
    WebhookDelivery.objects.update(run_after=None)
    Webhook.objects.update(lease_until=None)


def stages(receiver: Receiver, row: Prospect) -> list[str]:
    """What the receiver was told of the prospect, each event once, in the order of arrival."""
    told = {one.document["id"]: one.document["data"] for one in receiver.accepted}
    return [data["to"] for data in told.values() if data.get("prospect_id") == str(row.pk)]


def test_a_change_of_stage_is_told_and_signed(receiver: Receiver, secret: str) -> None:
    row = changes.create([Prospect(domain="a.example")], CAUSE)[0]
    approve(row, "approved")
    assert delivery.deliver_due() == 1
    told = receiver.accepted[0]
    assert told.document["type"] == told.headers["Plumbline-Event"] == "prospect.stage_changed"
    data = told.document["data"]
    assert (data["prospect_id"], data["from"], data["to"]) == (str(row.pk), "DISCOVERED", "LEAD")
    assert webhooks.verify(secret, told.body, told.headers["Plumbline-Signature"], int(time.time()))
    assert WebhookDelivery.objects.get().status == "delivered"


@pytest.mark.parametrize("change", ["secret", "body", "header", "late"])
def test_a_signature_that_does_not_fit_is_seen(change: str) -> None:
    now = 1_800_000_000
    header = webhooks.sign("secret", b"body", now)
    assert webhooks.verify("secret", b"body", header, now)
    given = {
        "secret": ("other", b"body", header, now),
        "body": ("secret", b"bodY", header, now),
        "header": ("secret", b"body", header.replace(str(now), str(now + 1)), now),
        "late": ("secret", b"body", header, now + 301),
    }
    assert not webhooks.verify(*given[change])


def test_what_is_rolled_back_is_not_told(receiver: Receiver, secret: str) -> None:
    row = changes.create([Prospect(domain="a.example")], CAUSE)[0]
    with transaction.atomic():
        approve(row, "approved")
        transaction.set_rollback(True)
    assert delivery.deliver_due() == 0
    assert not WebhookDelivery.objects.exists()


def test_finished_jobs_and_imports_are_told(receiver: Receiver, secret: str) -> None:
    of = run(csv_file(["domain"], ["a.example"], ["wrong"]))
    delivery.deliver_due()
    told = {one.document["type"]: one.document["data"] for one in receiver.accepted}
    assert told["import.finished"]["counts"] == {"created": 1, "updated": 0, "skipped": 0, "refused": 1}
    assert (told["job.finished"]["job_id"], told["job.finished"]["status"]) == (str(of.job_id), "completed")


def test_only_the_types_that_were_asked_for_are_told(receiver: Receiver) -> None:
    webhooks.subscribe(receiver.url, ["import.finished"])
    run(csv_file(["domain"], ["a.example"]))
    delivery.deliver_due()
    assert [one.document["type"] for one in receiver.accepted] == ["import.finished"]


@pytest.mark.parametrize("status", [500, 404, 301, 307, 429])
def test_an_event_that_is_not_accepted_is_sent_again_and_nothing_overtakes_it(
    receiver: Receiver, secret: str, status: int
) -> None:
    row, other = changes.create([Prospect(domain="a.example"), Prospect(domain="b.example")], CAUSE)
    receiver.answers = [status]
    approve(row, "approved")
    approve(row, "rejected")
    approve(other, "approved")
    delivery.deliver_due()
    assert (stages(receiver, row), stages(receiver, other)) == ([], ["LEAD"])
    failed = WebhookDelivery.objects.order_by("pk").first()
    assert (failed.response_status, failed.attempts) == (status, 1)
    assert failed.run_after is not None
    make_due()
    delivery.deliver_due()
    assert stages(receiver, row) == ["LEAD", "EMAIL_FOUND"]
    assert not WebhookDelivery.objects.filter(status="pending").exists()


def test_a_receiver_that_hangs_is_given_up_and_told_later(receiver: Receiver, secret: str, monkeypatch) -> None:
    monkeypatch.setattr(delivery, "TIMEOUT", 0.3)
    row = changes.create([Prospect(domain="a.example")], CAUSE)[0]
    approve(row, "approved")
    receiver.hang.set()
    assert delivery.deliver_due() == 0
    assert "ReadTimeout" in WebhookDelivery.objects.get().error
    receiver.hang.clear()
    make_due()
    assert delivery.deliver_due() == 1
    assert len({one.headers["Plumbline-Delivery"] for one in receiver.received}) == 1


# An answer whose headers never end, and a TLS handshake that never does.
DROPS = [("http", b"HTTP/1.1 200 OK\r\n", b"X-More: 1\r\n"), ("https", b"\x16\x03\x03\x40\x00", b"\x02")]


@pytest.mark.parametrize(("scheme", "start", "drop"), DROPS, ids=["http", "https"])
def test_a_receiver_that_answers_in_drops_is_given_up_in_time(
    monkeypatch, scheme: str, start: bytes, drop: bytes
) -> None:
    monkeypatch.setattr(delivery, "TIMEOUT", 0.4)
    with dripping(start, drop) as port:
        webhooks.subscribe(f"{scheme}://127.0.0.1:{port}/", ["job.finished"])
        webhooks.emit("job.finished", "job:1", {})
        since = time.monotonic()
        assert delivery.deliver_due() == 0
        assert 0.3 < time.monotonic() - since < 3
    told = WebhookDelivery.objects.get()
    assert (told.status, told.attempts) == ("pending", 1)
    assert "Timeout" in told.error


def test_the_time_limit_holds_in_a_workers_thread(monkeypatch) -> None:
    monkeypatch.setattr(delivery, "TIMEOUT", 0.4)
    with dripping(*DROPS[0][1:]) as port, ThreadPoolExecutor(1) as threads:
        hook, _ = webhooks.subscribe(f"http://127.0.0.1:{port}/", ["job.finished"])
        webhooks.emit("job.finished", "job:1", {})
        posted = threads.submit(delivery._post, hook, WebhookDelivery.objects.get())
        with pytest.raises(httpcore.ReadTimeout):
            posted.result(3)


def test_a_receiver_that_is_gone_and_comes_back_gets_everything_in_order(receiver: Receiver, secret: str) -> None:
    rows = changes.create([Prospect(domain=f"s{n}.example") for n in range(5)], CAUSE)
    receiver.answers = [500, 302, 503] * 10
    for _ in range(3):
        for row in rows:
            approve(row, "approved")
            approve(row, "rejected")
        delivery.deliver_due()
    while WebhookDelivery.objects.filter(status="pending").exists():
        make_due()
        delivery.deliver_due()
    for row in rows:
        assert stages(receiver, row) == ["LEAD", "EMAIL_FOUND"] * 3
    for told in receiver.accepted:
        assert webhooks.verify(secret, told.body, told.headers["Plumbline-Signature"], int(time.time()))


def test_a_subscription_that_fails_for_days_is_switched_off_and_shown(receiver: Receiver, secret: str) -> None:
    receiver.answers = [500] * 2
    row = changes.create([Prospect(domain="a.example")], CAUSE)[0]
    approve(row, "approved")
    delivery.deliver_due()
    Webhook.objects.update(failing_since=Now() - delivery.DISABLE_AFTER - timedelta(minutes=1))
    make_due()
    delivery.deliver_due()
    hook = Webhook.objects.get()
    assert not hook.active
    assert "answered 500" in hook.disabled_reason
    webhooks.enable(hook, active=True)
    assert delivery.deliver_due() == 1


def test_a_receiver_that_fails_again_and_again_does_not_hold_up_the_worker(receiver: Receiver, secret: str) -> None:
    receiver.answers = [500] * 100
    for row in changes.create([Prospect(domain=f"s{n}.example") for n in range(20)], CAUSE):
        approve(row, "approved")
    delivery.deliver_due()
    assert len(receiver.received) == delivery.FAILURES
    assert delivery.deliver_due() == 0
    assert len(receiver.received) == delivery.FAILURES


def test_a_subscription_is_served_by_one_worker_at_a_time(receiver: Receiver, secret: str) -> None:
    approve(changes.create([Prospect(domain="a.example")], CAUSE)[0], "approved")
    Webhook.objects.update(lease_until=Now() + timedelta(minutes=1))
    assert delivery.deliver_due() == 0
    Webhook.objects.update(lease_until=Now() - timedelta(seconds=1))
    assert delivery.deliver_due() == 1


def test_the_secret_is_stored_encrypted(receiver: Receiver, secret: str) -> None:
    assert secret not in Webhook.objects.get().secret


def test_without_subscriptions_a_change_costs_one_query_more(django_assert_num_queries) -> None:
    with django_assert_num_queries(1):
        webhooks.emit("job.finished", "job:1", {})
    assert not Job.objects.exists()
    assert jobs.work_off() == 0


def test_a_job_that_is_cancelled_is_told_like_one_that_ends_by_itself(receiver: Receiver, secret: str) -> None:
    job = jobs.start(JobType.IMPORT, {"import_id": "none"})
    jobs.cancel(job)
    delivery.deliver_due()
    (told,) = [one.document["data"] for one in receiver.accepted if one.document["type"] == "job.finished"]
    assert (told["job_id"], told["status"]) == (str(job.pk), "cancelled")


def test_only_a_worker_that_delivers_loads_an_http_client(new_database) -> None:
    script = "import config.wsgi, config.urls, pipeline.tasks, sys; print('httpx' in sys.modules)"
    done = databases.run(sys.executable, "-c", script, database_url=new_database())
    assert done.stdout.splitlines()[-1:] == ["False"], done.stdout + done.stderr


@pytest.mark.parametrize(("days", "kept"), [(90, {"waits", "new"}), (0, {"waits", "new", "old", "older"})])
def test_what_was_received_is_removed_after_some_time_unless_it_is_kept_for_ever(
    receiver: Receiver, secret: str, settings, monkeypatch, days: int, kept: set[str]
) -> None:
    settings.WEBHOOK_DELIVERY_DAYS = days
    monkeypatch.setattr(reaper, "_events_forgotten", reaper.Hourly())
    monkeypatch.setattr(outbox, "FORGOTTEN_AT_ONCE", 1)
    for subject in ("old", "older", "new"):
        webhooks.emit("job.finished", subject, {})
    delivery.deliver_due()
    webhooks.emit("job.finished", "waits", {})
    aged = Now() - timedelta(days=91)
    WebhookDelivery.objects.exclude(subject="new").update(created_at=aged)
    WebhookDelivery.objects.filter(subject__startswith="old").update(delivered_at=aged)
    WebhookDelivery.objects.filter(subject="waits").update(run_after=Now() + timedelta(days=1))
    reaper.reap()
    assert set(WebhookDelivery.objects.values_list("subject", flat=True)) == kept
