"""A filter shows the rows of the queryset method it stands for; one that is not understood never shows all of them."""

import datetime

import pytest
from django.test import Client
from django.urls import reverse

from prospects.admin.filters import LISTS
from prospects.models import Prospect
from tests.admin.conftest import scraped

LIST = reverse("admin:prospects_prospect_changelist")


def shown(site: Client, **query: object) -> set[str]:
    response = site.get(LIST, query)
    assert response.status_code == 200
    return {row.domain for row in response.context["cl"].result_list}


@pytest.fixture
def rows(db: None) -> list[Prospect]:
    draft = {"draft_subject": "Hello", "draft_body": "Dear museum", "draft_status": "drafted"}
    social = {"source_type": "social", "source_platform": "linkedin"}
    return Prospect.objects.bulk_create(
        [
            scraped(1, scrape_status="DISCOVERED", contact_email=None),
            scraped(2),
            scraped(3, approval_status="approved"),
            scraped(4, verification_status="verified", **draft),
            scraped(5, send_status="sent"),
            scraped(6, **social),
            scraped(7, approval_status="approved", **social),
            scraped(8, **social, **draft),
            scraped(9, **social, send_status="sent"),
        ]
    )


@pytest.mark.parametrize("name", [name for name, _ in LISTS])
def test_the_list_filter_shows_the_rows_of_its_queryset_method(site: Client, rows: list[Prospect], name: str) -> None:
    expected = set(getattr(Prospect.objects, name)().values_list("domain", flat=True))
    assert expected, f"no row of the test is in {name}"
    assert shown(site, list=name) == expected


def test_filters_add_up(site: Client, rows: list[Prospect]) -> None:
    assert shown(site, list="drafts", source_type__exact="social") == {"site8.example.com"}
    assert shown(site, email="without_email") == {"site1.example.com"}
    assert shown(site, category="museum", min_score="7") == {"site7.example.com", "site9.example.com"}
    assert shown(site, category="no such category") == set()


def test_date_ranges_include_both_days(site: Client) -> None:
    first = datetime.datetime(2026, 3, 1, tzinfo=datetime.UTC)
    for day in range(3):
        scraped(day, created_at=first + datetime.timedelta(days=day, hours=23, minutes=59)).save()
    assert shown(site, created_from="2026-03-02", created_to="2026-03-02") == {"site1.example.com"}
    assert shown(site, created_to="2026-03-02") == {"site0.example.com", "site1.example.com"}


@pytest.mark.parametrize(
    "query",
    [
        {"list": "everything"},
        {"created_from": "soon"},
        {"created_to": "9999-12-31"},
        {"updated_to": "9999-12-31"},
        {"sent_to": "9999-12-31"},
        {"min_score": "high"},
        {"min_score": "NaN"},
        {"min_score": "sNaN"},
        {"min_score": "-Infinity"},
        {"min_score": "1e400"},
        {"colour": "red"},
    ],
)
def test_a_filter_that_is_not_understood_is_said_to_be_left_out(site: Client, query: dict[str, str]) -> None:
    response = site.get(LIST, query, follow=True)
    assert "was not understood" in response.content.decode()


def test_the_ordering_of_the_list_is_remembered_until_it_is_taken_back(site: Client) -> None:
    Prospect.objects.bulk_create([scraped(1), scraped(3), scraped(2)])
    by_score = [f"site{number}.example.com" for number in (3, 2, 1)]

    def order(**query: str) -> list[str]:
        return [row.domain for row in site.get(LIST, query).context["cl"].result_list]

    assert order(o="-8") == by_score
    assert order() == by_score
    newest = [row.domain for row in Prospect.objects.all()]
    assert order(o="") == newest
    assert order() == newest


def test_a_long_list_is_not_counted_to_its_end(site: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("config.admin.MAX_COUNT", 3)
    monkeypatch.setattr("prospects.admin.ProspectAdmin.list_per_page", 2)
    Prospect.objects.bulk_create(scraped(number) for number in range(5))
    html = site.get(LIST).content.decode()
    assert "more than 3" in html
    assert "Select all prospects" not in html
    assert "across all pages" not in html


def test_categories_are_offered_once_whatever_their_case(site: Client) -> None:
    names = ("Museum", "MUSEUM", "Art Lovers", " ", None)
    Prospect.objects.bulk_create(scraped(n, discovery_category=name) for n, name in enumerate(names))
    filters = site.get(LIST).context["cl"].filter_specs
    (offered,) = [spec.lookup_choices for spec in filters if spec.title == "category"]
    assert [name.casefold() for name, _ in offered] == ["art lovers", "museum"]
    assert shown(site, category="museum") == {"site0.example.com", "site1.example.com"}


@pytest.mark.parametrize("text", ["SITE1.EXAMPLE.COM", "www.site1", "Office@Site1", " number 1"])
def test_search_does_not_mind_case_and_spaces(site: Client, text: str) -> None:
    Prospect.objects.bulk_create([scraped(1), scraped(2)])
    assert shown(site, q=text) == {"site1.example.com"}
