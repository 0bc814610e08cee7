"""Webhooks in the admin: the secret is shown once, to administrators."""

import pytest
from cryptography.fernet import Fernet
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from pipeline import roles
from pipeline.models import Webhook
from tests.admin.conftest import member

ADD = reverse("admin:pipeline_webhook_add")
LIST = reverse("admin:pipeline_webhook_changelist")
ANSWERS = {"url": "https://hooks.test.example/in", "event_types": ["job.finished"]}


@pytest.fixture
def desk(client: Client, db: None, settings: Settings) -> Client:
    settings.ENCRYPTION_KEY = Fernet.generate_key().decode()
    settings.WEBHOOK_ALLOWED_HOSTS = ["hooks.test.example"]
    client.force_login(member("eve", roles.ADMINISTRATOR))
    return client


def test_the_secret_is_shown_when_it_is_made_and_never_again(desk: Client) -> None:
    made = desk.post(ADD, ANSWERS)
    hook = Webhook.objects.get()
    secret = made.context["secret"]
    assert secret in made.content.decode()
    assert "no-store" in made.headers["Cache-Control"]
    pages = [LIST, reverse("admin:pipeline_webhook_change", args=[hook.pk])]
    shown = "".join(desk.get(page).content.decode() for page in pages)
    assert hook.url in shown
    assert secret not in shown
    assert hook.secret not in shown


def test_a_target_that_is_refused_is_refused_in_the_form(desk: Client) -> None:
    response = desk.post(ADD, {**ANSWERS, "url": "https://127.0.0.1/in"})
    assert response.context["form"].errors["url"]
    assert not Webhook.objects.exists()


def test_a_webhook_is_switched_off_and_on(desk: Client) -> None:
    desk.post(ADD, ANSWERS)
    hook = Webhook.objects.get()
    for action, active in (("switch_off", False), ("switch_on", True)):
        desk.post(LIST, {"action": action, "index": 0, "_selected_action": [str(hook.pk)]})
        hook.refresh_from_db()
        assert hook.active is active


def test_an_operator_does_not_see_webhooks(client: Client, bob: User) -> None:
    client.force_login(bob)
    assert client.get(LIST).status_code == 403
    assert client.post(ADD, ANSWERS).status_code == 403
