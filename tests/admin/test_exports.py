"""Lists and selections as CSV and XLSX: exactly the rows shown, and no cell a spreadsheet would run."""

import csv
import io

import pytest
from django.contrib.auth.models import User
from django.http import HttpResponseBase
from django.test import Client
from django.urls import reverse
from openpyxl import load_workbook

from prospects.models import Prospect
from tests.admin.conftest import scraped

LIST = reverse("admin:prospects_prospect_changelist")


@pytest.fixture
def rows(client: Client, charlie: User) -> list[Prospect]:
    client.force_login(charlie)
    return Prospect.objects.bulk_create(
        [scraped(1), scraped(2, page_title="=1+1\x0b"), scraped(3, contact_email=None, draft_body="\u00e9")]
    )


def domains(response: HttpResponseBase, kind: str) -> list[str]:
    content = b"".join(response.streaming_content)
    if kind == "csv":
        return [row["Domain"] for row in csv.DictReader(io.StringIO(content.decode("utf-8-sig")))]
    header, *lines = load_workbook(io.BytesIO(content)).active.iter_rows(values_only=True)
    return [line[header.index("Domain")] for line in lines]


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_an_export_holds_the_filtered_list(client: Client, rows: list[Prospect], kind: str) -> None:
    url = reverse("admin:prospects_prospect_export", args=[kind])
    assert len(domains(client.get(url), kind)) == 3
    found = domains(client.get(url, {"email": "without_email"}), kind)
    assert found == ["site3.example.com"]
    assert domains(client.get(url, {"q": "no such thing"}), kind) == []


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_an_export_holds_the_selection(client: Client, rows: list[Prospect], kind: str) -> None:
    data = {"action": f"export_{kind}", "index": 0, "_selected_action": [str(row.pk) for row in rows[:2]]}
    assert sorted(domains(client.post(LIST, data), kind)) == ["site1.example.com", "site2.example.com"]


def test_a_workbook_runs_no_formula_and_has_its_own_form_of_control_characters(
    client: Client, rows: list[Prospect]
) -> None:
    response = client.get(reverse("admin:prospects_prospect_export", args=["xlsx"]), {"q": "site2"})
    header, line = load_workbook(io.BytesIO(b"".join(response.streaming_content))).active.iter_rows()
    cell = dict(zip((head.value for head in header), line, strict=True))["Page Title"]
    assert (cell.value, cell.data_type) == ("'=1+1_x000B_", "s")


@pytest.mark.parametrize(
    "query", [{"list": "nope"}, {"nonsense": "1"}, {"min_score": "x"}, {"created_to": "9999-12-31"}]
)
def test_a_filter_that_is_not_understood_leads_to_the_list_and_exports_nothing(
    client: Client, rows: list[Prospect], query: dict[str, str]
) -> None:
    response = client.get(reverse("admin:prospects_prospect_export", args=["csv"]), query, follow=True)
    assert response.redirect_chain == [(f"{LIST}?e=1", 302)]
    assert "was not understood" in response.content.decode()


def test_the_export_of_suppressions_does_the_same(client: Client, rows: list[Prospect]) -> None:
    response = client.get(reverse("admin:prospects_suppression_export", args=["csv"]), {"nonsense": "1"})
    assert response.headers["Location"] == f"{reverse('admin:prospects_suppression_changelist')}?e=1"


def test_an_unknown_format_is_not_found(client: Client, rows: list[Prospect]) -> None:
    assert client.get(reverse("admin:prospects_prospect_export", args=["pdf"])).status_code == 404
