"""Admin lists keep the promise of the API's lists: the rows that were counted, and no "0" without proof."""

import pytest
from django.db import connection
from django.db.models import QuerySet
from django.test import Client
from django.urls import reverse

from prospects.models import Prospect
from tests.admin.conftest import scraped

LIST = reverse("admin:prospects_prospect_changelist")


def test_a_list_with_fewer_rows_than_were_counted_is_no_list(site: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    Prospect.objects.bulk_create([scraped(1), scraped(2), scraped(3)])
    count = QuerySet.count
    monkeypatch.setattr(QuerySet, "count", lambda rows: count(rows) + 2 * (rows.model is Prospect))
    response = site.get(LIST)
    assert response.status_code == 500
    assert (
        "Data integrity violation: COUNT query returned 5 but SELECT query returned 3 rows" in response.content.decode()
    )


@pytest.fixture
def off(transactional_db: None) -> None:
    """A column that no admin list reads, under another name; put back at the end."""
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE prospects RENAME COLUMN bio_text TO bio_gone")
    yield
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE prospects RENAME COLUMN bio_gone TO bio_text")


def test_an_empty_list_is_not_believed_on_a_schema_that_is_off(site: Client, off: None) -> None:
    response = site.get(LIST)
    assert response.status_code == 500
    html = response.content.decode()
    assert "does not match this code: look at prospects.bio_text." in html
    assert "See the state of the schema" in html


def test_a_page_that_needs_a_missing_column_names_it(site: Client, off: None) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO prospects (id, domain, domain_key) "
            "VALUES ('00000000000000000000000000000001', 'a.example', 'a.example')"
        )
    response = site.get(reverse("admin:prospects_prospect_change", args=["00000000-0000-0000-0000-000000000001"]))
    assert response.status_code == 500
    assert "bio_text" in response.content.decode()


def test_every_page_of_a_long_list_holds_its_rows(site: Client) -> None:
    Prospect.objects.bulk_create(scraped(number) for number in range(101))
    assert [len(site.get(LIST, {"p": page}).context["cl"].result_list) for page in (1, 2, 3)] == [50, 50, 1]
    assert len(site.get(LIST, {"all": ""}).context["cl"].result_list) == 101
