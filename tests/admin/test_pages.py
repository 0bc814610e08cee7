"""Every model has its pages, and a page asks the database as often for many rows as for few."""

import pytest
from django.apps import apps
from django.contrib import admin
from django.db import connection, models
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from pipeline.models import SocialIntegration
from prospects.models import Prospect
from tests.admin.conftest import fill, scraped

OWN_APPS = ("prospects", "pipeline")
OWN_MODELS = [model for app in OWN_APPS for model in apps.get_app_config(app).get_models()]
REGISTERED = [model for model in OWN_MODELS if admin.site.is_registered(model)]
names = pytest.mark.parametrize("model", REGISTERED, ids=lambda model: model._meta.label)


def list_url(model: type[models.Model]) -> str:
    return reverse(f"admin:{model._meta.label_lower.replace('.', '_')}_changelist")


def page_url(row: models.Model) -> str:
    return reverse(f"admin:{row._meta.label_lower.replace('.', '_')}_change", args=[row.pk])


def test_every_model_is_registered() -> None:
    assert REGISTERED == OWN_MODELS


@names
def test_list_and_page_of_a_row_open(site: Client, model: type[models.Model]) -> None:
    fill(2)
    assert site.get(list_url(model)).status_code == 200
    row = model._default_manager.first()
    assert row, f"fill() in tests/admin/conftest.py must make rows of {model._meta.label}"
    assert site.get(page_url(row)).status_code == 200


def test_a_list_asks_as_often_for_1000_rows_as_for_10(site: Client) -> None:
    fill(10)
    few = {model._meta.label: queries_of(site, list_url(model)) for model in REGISTERED}
    fill(990)
    many = {model._meta.label: queries_of(site, list_url(model)) for model in REGISTERED}
    assert many == few
    assert max(many.values()) < 10, many


def queries_of(site: Client, url: str) -> int:
    with CaptureQueriesContext(connection) as queries:
        assert site.get(url).status_code == 200
    return len(queries)


def test_a_prospect_is_found_by_domain_email_username_and_title(site: Client) -> None:
    Prospect.objects.bulk_create([scraped(1), scraped(2, username="vera"), scraped(3, domain="other.example.org")])
    for text, domain in (
        ("site1", "site1.example.com"),
        ("office@site2", "site2.example.com"),
        ("vera", "site2.example.com"),
        ("number 3", "other.example.org"),
    ):
        response = site.get(list_url(Prospect), {"q": text})
        assert [row.domain for row in response.context["cl"].result_list] == [domain], text


def test_a_prospects_page_shows_its_payload_as_json(site: Client) -> None:
    prospect = scraped(1, scrape_payload={"emails": ["<b>office</b>"]})
    prospect.save()
    html = site.get(page_url(prospect)).content.decode()
    assert "&quot;emails&quot;: [\n    &quot;&lt;b&gt;office&lt;/b&gt;&quot;" in html


def test_secrets_of_an_integration_are_never_shown(site: Client) -> None:
    secrets = {"access_token": "tok-1", "refresh_token": "tok-2", "smtp_password": "tok-3"}
    integration = SocialIntegration.objects.create(user_id="u", platform="email", **secrets)
    pages = site.get(page_url(integration)).content.decode() + site.get(list_url(SocialIntegration)).content.decode()
    assert "stored, not shown" in pages
    assert "tok-" not in pages
