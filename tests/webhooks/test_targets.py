"""Which addresses may be told, how they are written where, and that an odd one holds up no other."""

import pytest

from pipeline import webhooks
from pipeline.models import Webhook, WebhookDelivery
from pipeline.webhooks import TargetRefused, delivery, targets
from tests.webhooks.receiver import Receiver

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("https://10.0.0.1/x", "inside"),
        ("https://192.168.1.1/x", "inside"),
        ("https://169.254.169.254/latest", "inside"),
        ("https://[::1]/x", "inside"),
        ("https://[::ffff:10.0.0.1]/x", "inside"),
        ("https://0.0.0.0/x", "inside"),
        ("https://localhost/x", "inside"),
        ("https://LOCALHOST./x", "inside"),
        ("https://hooks.localhost/x", "inside"),
        ("https://127.1/x", "inside"),
        ("https://2130706433/x", "inside"),
        ("https://0x7f000001/x", "inside"),
        ("https://012.0.0.1/x", "inside"),
        ("https://127.0.0.1./x", "inside"),
        ("https://[64:ff9b::7f00:1]/x", "inside"),
        ("https://[64:ff9b:1::a00:1]/x", "inside"),
        ("https://[2002:7f00:1::]/x", "inside"),
        ("https://[::7f00:1]/x", "inside"),
        ("https://[fec0::1]/x", "inside"),
        ("http://hooks.example.com/x", "https"),
        ("ftp://hooks.example.com/x", "no http or https"),
        ("https://user:pass@hooks.example.com/x", "user name"),
        ("https://hooks.example.com:99999/x", "no URL"),
        ("nonsense", "no http or https"),
        ("https://a..b.example/x", "not a host's name"),
        ("https://.b.example/x", "not a host's name"),
        (f"https://{'a' * 64}.example/x", "not a host's name"),
        (f"https://{'a.' * 127}example/x", "not a host's name"),
        ("https://-a.example/x", "not a host's name"),
        ("https://a b.example/x", "not a host's name"),
        ("https://b\u00fccher_\u00df.example/x", "not a host's name"),
        ("https://[2606:2800:21f::1%eth0]/x", "not a host's name"),
        ("https://\uff11\uff10.0.0.1/x", "inside"),
        ("https://example.com/\x7f", "cannot be printed"),
        ("https://example\n.com/", "cannot be printed"),
    ],
)
def test_an_inner_or_unsafe_target_is_refused(url: str, reason: str) -> None:
    with pytest.raises(TargetRefused, match=reason):
        webhooks.subscribe(url, ["job.finished"])
    assert not Webhook.objects.exists()


@pytest.mark.parametrize(
    "url",
    [
        "https://93.184.215.14/x",
        "https://[2606:2800:21f:cb07:6820:80da:af6b:8b2c]/x",
        "https://[64:ff9b::5db8:d70e]/x",
        "https://[2002:5db8:d70e::]/x",
        "https://localhost.example.com/x",
        "https://a_b.example.com./x",
        "https://b\u00fccher.example/\u00fc b?x=\u00e4",
    ],
)
def test_a_public_target_is_subscribed(url: str) -> None:
    assert webhooks.subscribe(url, ["job.finished"])[0].url == url


@pytest.mark.parametrize("address", ["127.0.0.1", "10.1.2.3", "fe80::1", "100.64.0.1", "64:ff9b::a00:1"])
def test_a_name_that_leads_inside_is_not_told(address: str, monkeypatch) -> None:
    monkeypatch.setattr(targets.socket, "getaddrinfo", lambda *_, **__: [(2, 1, 6, "", (address, 443))])
    with pytest.raises(TargetRefused, match="inside"):
        targets.resolve("https://hooks.example.com/x")


@pytest.mark.parametrize(
    ("url", "sent_to", "host"),
    [
        ("https://hooks.example.com:8443/x?y=1", "https://93.184.215.14:8443/x?y=1", "hooks.example.com:8443"),
        ("https://hooks.example.com:443/", "https://93.184.215.14/", "hooks.example.com"),
        (
            "https://B\u00fccher.example/\u00fc b?x=\u00e4",
            "https://93.184.215.14/%C3%BC%20b?x=%C3%A4",
            "xn--bcher-kva.example",
        ),
        ("https://[2606:2800:21f::1]:8443/x", "https://93.184.215.14:8443/x", "[2606:2800:21f::1]:8443"),
        ("https://[2606:2800:21f::1]/x", "https://93.184.215.14/x", "[2606:2800:21f::1]"),
    ],
)
def test_the_checked_address_is_the_one_that_is_connected_to(monkeypatch, url: str, sent_to: str, host: str) -> None:
    monkeypatch.setattr(targets.socket, "getaddrinfo", lambda _, port, **__: [(2, 1, 6, "", ("93.184.215.14", port))])
    posts = []
    monkeypatch.setattr(delivery.exchange, "post", lambda *arguments: posts.append(arguments) or 204)
    webhooks.subscribe(url, ["job.finished"])
    webhooks.emit("job.finished", "job:1", {})
    assert delivery.deliver_due() == 1
    address, headers, _, server_name, _ = posts[0]
    assert (str(address), headers["Host"]) == (sent_to, host)
    assert server_name == host.removesuffix(":8443").strip("[]")


@pytest.mark.parametrize(
    "url", ["https://a..b.example/x", "https://93.184.215.14/\x7f", f"https://93.184.215.14/{'a' * 70_000}"]
)
def test_an_address_that_cannot_be_used_fails_and_holds_up_no_other(receiver: Receiver, url: str) -> None:
    webhooks.subscribe(receiver.url, ["job.finished"])
    # As one that was subscribed before such addresses were refused.
    odd, _ = webhooks.subscribe("https://93.184.215.14/", ["job.finished"])
    Webhook.objects.filter(pk=odd.pk).update(url=url)
    webhooks.emit("job.finished", "job:1", {})
    assert delivery.deliver_due() == 1
    odd.refresh_from_db()
    assert odd.failing_since is not None
    assert odd.deliveries.get().attempts == 1


def test_an_error_nobody_expected_holds_up_no_other_subscription(receiver: Receiver, monkeypatch) -> None:
    for path in range(3):
        webhooks.subscribe(f"{receiver.url}/{path}", ["job.finished"])
    webhooks.emit("job.finished", "job:1", {})
    post = delivery._post

    def post_or_break(hook: Webhook, sent: WebhookDelivery) -> int:
        if hook.url.endswith("/1"):
            raise ZeroDivisionError("a mistake in the code")
        return post(hook, sent)

    monkeypatch.setattr(delivery, "_post", post_or_break)
    with pytest.raises(ZeroDivisionError):
        delivery.deliver_due()
    assert len(receiver.accepted) == 2
    assert delivery.deliver_due() == 0, "it did not rest"
