"""Who may open and write what: every address of the admin, walked."""

import uuid
from collections.abc import Iterator

import pytest
from django.contrib import admin
from django.contrib.auth.models import Group, User
from django.test import Client
from django.urls import NoReverseMatch, URLPattern, URLResolver, reverse
from knox.models import AuthToken

from pipeline import roles
from tests.admin.conftest import fill, member
from tests.admin.test_pages import REGISTERED, list_url, page_url

# The pages for people who are not logged in.
OPEN = {"login", "logout"}
ARGUMENTS = {
    "object_id": str(uuid.UUID(int=1)),
    "id": "1",
    "content_type_id": "1",
    "key": "automation",
    "pk": str(uuid.UUID(int=1)),
    "name": "approve",
    "kind": "csv",
    "app_label": "prospects",
    "url": "nothing/",
}


def patterns(found: list[URLPattern | URLResolver]) -> Iterator[URLPattern]:
    for entry in found:
        if isinstance(entry, URLResolver):
            yield from patterns(entry.url_patterns)
        else:
            yield entry


def address(pattern: URLPattern) -> str:
    known = (*pattern.pattern.converters, *pattern.pattern.regex.groupindex)
    arguments = {name: ARGUMENTS[name] for name in known}
    if pattern.name is None:
        return "/admin/nothing/"
    try:
        return reverse(f"admin:{pattern.name}", kwargs=arguments)
    except NoReverseMatch:
        return reverse(f"admin:{pattern.name}", args=list(arguments.values()))


ADDRESSES = sorted({address(pattern) for pattern in patterns(admin.site.get_urls()) if pattern.name not in OPEN})


def test_the_walk_reaches_the_pages() -> None:
    assert {list_url(model) for model in REGISTERED} <= set(ADDRESSES)
    assert len(ADDRESSES) > 80


def test_an_anonymous_visitor_is_sent_to_log_in_from_every_page(client: Client, db: None) -> None:
    login = reverse("admin:login")
    strays = {
        url: response.status_code
        for url in ADDRESSES
        for response in (client.get(url), client.post(url))
        if response.status_code != 302 or not response.headers["Location"].startswith(login)
    }
    assert strays == {}


def test_a_viewer_gets_403_on_every_write(client: Client, charlie: User) -> None:
    fill(1)
    client.force_login(charlie)
    answers = {}
    for model in REGISTERED:
        row = model._default_manager.first()
        urls = [list_url(model).rstrip("/") + "/add/", page_url(row), page_url(row).replace("/change/", "/delete/")]
        answers |= {url: client.post(url, {"post": "yes"}).status_code for url in urls}
    assert {url: status for url, status in answers.items() if status != 403} == {}


def test_an_administrator_makes_no_superusers_and_does_not_touch_them(client: Client, alice: User) -> None:
    eve = member("eve", roles.ADMINISTRATOR)
    client.force_login(eve)
    url = reverse("admin:auth_user_change", args=[eve.pk])
    administrator = str(Group.objects.get(name=roles.ADMINISTRATOR).pk)
    form = {"username": "eve", "is_staff": "on", "is_active": "on", "is_superuser": "on", "groups": administrator}
    joined = {"date_joined_0": "2026-01-01", "date_joined_1": "10:00:00"}
    assert client.post(url, form | joined).status_code == 302
    eve.refresh_from_db()
    assert not eve.is_superuser
    assert client.post(reverse("admin:auth_user_change", args=[alice.pk]), form | joined).status_code == 403
    assert client.post(reverse("admin:auth_user_delete", args=[alice.pk]), {"post": "yes"}).status_code == 403


def test_an_administrator_makes_no_token_with_which_to_act_as_somebody_else(client: Client, alice: User) -> None:
    client.force_login(member("eve", roles.ADMINISTRATOR))
    token, _ = AuthToken.objects.create(alice)
    form = {"user": str(alice.pk), "expiry_0": "2040-01-01", "expiry_1": "10:00:00"}
    assert client.post("/admin/knox/authtoken/add/", form).status_code == 403
    assert client.post(reverse("admin:knox_authtoken_change", args=[token.pk]), form).status_code == 403
    assert AuthToken.objects.get() == token


def test_nobody_makes_a_token_by_hand_not_even_a_superuser(site: Client, alice: User) -> None:
    assert site.post("/admin/knox/authtoken/add/", {"user": str(alice.pk)}).status_code == 403
    assert not AuthToken.objects.exists()


def test_an_administrator_takes_tokens_away_but_not_those_of_superusers(client: Client, alice: User, bob: User) -> None:
    client.force_login(member("eve", roles.ADMINISTRATOR))
    of_alice, of_bob = (AuthToken.objects.create(user)[0] for user in (alice, bob))
    page = client.get(reverse("admin:knox_authtoken_changelist"))
    assert of_alice.token_key in page.content.decode()
    deletions = {
        token: client.post(reverse("admin:knox_authtoken_delete", args=[token.pk]), {"post": "yes"}).status_code
        for token in (of_alice, of_bob)
    }
    assert deletions == {of_alice: 403, of_bob: 302}
    chosen = {"action": "delete_selected", "_selected_action": [of_alice.pk], "post": "yes"}
    assert client.post(reverse("admin:knox_authtoken_changelist"), chosen).status_code == 403
    assert AuthToken.objects.get() == of_alice


@pytest.mark.parametrize("role", roles.ROLES)
def test_every_role_sees_the_pages_of_outreach(client: Client, db: None, role: str) -> None:
    fill(1)
    client.force_login(member("dora", role))
    hidden = {model._meta.label for model in REGISTERED if client.get(list_url(model)).status_code != 200}
    expected = (
        set()
        if role == roles.ADMINISTRATOR
        else {"pipeline.SocialIntegration", "pipeline.Webhook", "pipeline.WebhookDelivery"}
    )
    assert hidden == expected


def test_pages_forbid_scripts_styles_and_frames_of_others(site: Client) -> None:
    policy = site.get(reverse("admin:index")).headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "script-src 'self'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
