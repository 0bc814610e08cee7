"""Every model has its pages, and a page asks the database as often for many rows as for few."""

import re
import uuid

import pytest
from django.apps import apps
from django.contrib import admin
from django.db import connection, models
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils.text import capfirst

from config.schema.models import VerifiedSchema
from pipeline.models import Job, JobItem, SocialIntegration
from prospects.models import Import, ImportRow, Merge, Prospect, ProspectEvent
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


@pytest.mark.parametrize("model", sorted(admin.site._registry, key=lambda model: model._meta.label))
def test_every_list_that_offers_a_search_searches(site: Client, model: type[models.Model]) -> None:
    fill(2)
    row = model._default_manager.first()
    for text in ("a", "two words", "7", str(uuid.uuid4()), str(row.pk if row else "")):
        assert site.get(list_url(model), {"q": text}).status_code == 200, text


@pytest.mark.parametrize("model", sorted(admin.site._registry, key=lambda model: model._meta.label))
def test_every_list_is_headed_by_what_it_lists(site: Client, model: type[models.Model]) -> None:
    heading = re.search(r"<h1>(.*?)</h1>", site.get(list_url(model)).content.decode())
    assert heading
    expected = "State of the schema" if model is VerifiedSchema else capfirst(model._meta.verbose_name_plural)
    assert heading[1] == expected


def test_no_section_is_called_by_the_name_of_a_package(site: Client) -> None:
    sections = [app["name"] for app in site.get(reverse("admin:index")).context["available_apps"]]
    assert {"API tokens", "Task queue"} < set(sections)


def test_deleting_stands_last_and_apart_on_a_prospects_page(site: Client) -> None:
    prospect = scraped(1)
    prospect.save()
    page = site.get(page_url(prospect)).content.decode()
    groups = re.findall(r'<div class="group (\w+)">(.*?)</div>', page, re.DOTALL)
    assert [kind for kind, _ in groups] == ["decision", "step", "deletion"]
    assert re.findall(r'class="button danger"[^>]*>(.*?)</button>', page) == ["Delete"]
    assert "Delete" in groups[-1][1]


def test_merges_are_found_by_the_id_of_either_prospect(site: Client) -> None:
    fill(2)
    merge = Merge.objects.first()
    assert merge
    for found in (merge.kept_id, merge.merged_id):
        response = site.get(list_url(Merge), {"q": str(found)})
        assert list(response.context["cl"].result_list) == [merge]


def test_the_history_of_a_prospect_that_never_was_leads_to_the_first_page(site: Client) -> None:
    for pk in ("zz", str(uuid.uuid4())):
        response = site.get(reverse("admin:prospects_prospect_history", args=[pk]), follow=True)
        assert response.redirect_chain == [(reverse("admin:index"), 302)]
        assert "Perhaps it was deleted?" in response.content.decode()


def test_a_list_asks_as_often_for_1000_rows_as_for_10(site: Client) -> None:
    fill(10)
    few = {model._meta.label: queries_of(site, list_url(model)) for model in REGISTERED}
    fill(990)
    many = {model._meta.label: queries_of(site, list_url(model)) for model in REGISTERED}
    assert many == few
    assert max(many.values()) < 10, many


def test_a_main_page_asks_as_often_for_1000_rows_as_for_10(site: Client) -> None:
    """The overview, the schema, and pages of one row with so many events, items and rows of a file."""
    fill(1)
    parents = Prospect.objects.get(), Job.objects.get(), Import.objects.get()
    schema = reverse("admin:schema_verifiedschema_changelist")
    urls = [reverse("admin:index"), schema, *map(page_url, parents), f"{page_url(parents[2])}?rows=created"]
    grow(*parents, range(2, 11))
    for url in urls:  # content types are asked for once in a process
        site.get(url)
    few = {url: queries_of(site, url) for url in urls}
    grow(*parents, range(11, 1001))
    fill(990)
    assert {url: queries_of(site, url) for url in urls} == few


def grow(prospect: Prospect, job: Job, of: Import, numbers: range) -> None:
    others = Prospect.objects.bulk_create(scraped(1000 + number) for number in numbers)
    ProspectEvent.objects.bulk_create(
        ProspectEvent(prospect=prospect, job=job, kind="changed", field="score", new=number) for number in numbers
    )
    JobItem.objects.bulk_create(
        JobItem(job=job, position=number, prospect=other) for number, other in zip(numbers, others, strict=True)
    )
    ImportRow.objects.bulk_create(
        ImportRow(of=of, number=number, line=number + 1, cells=["a"], values={}, planned="created")
        for number in numbers
    )


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
