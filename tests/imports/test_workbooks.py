"""A workbook's cells are read as the spreadsheet shows them, or refused with the reason."""

from collections.abc import Sequence

import openpyxl
import pytest

from prospects.models import Import
from tests.imports.files import previewed, saved, xlsx_file

pytestmark = pytest.mark.django_db


def with_formats(formats: Sequence[str], *rows: Sequence[object]) -> bytes:
    """A workbook whose columns below the names have these formats."""
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(list(row))
    for cells in book.active.iter_rows(min_row=2):
        for cell, number_format in zip(cells, formats, strict=True):
            cell.number_format = number_format
    return saved(book)


def reasons(of: Import) -> list[str]:
    return [problem["reason"] for problem in of.rows.get().problems]


def test_a_row_of_blanks_is_none() -> None:
    assert previewed(xlsx_file(["domain"], ["a.example"], [" "], ["b.example"]), name="a.xlsx").rows_total == 2


@pytest.mark.parametrize("number", [12345678901234567890, 1e22, -(10**15)])
def test_a_number_of_which_a_workbook_does_not_keep_all_digits_is_refused(number: float) -> None:
    of = previewed(xlsx_file(["domain", "username"], ["a.example", number]), name="a.xlsx")
    assert "more than 15 digits" in reasons(of)[0]


def test_a_number_of_fifteen_digits_is_read() -> None:
    of = previewed(xlsx_file(["domain", "username"], ["a.example", 10**15 - 1]), name="a.xlsx")
    assert of.rows.get().values["username"] == "999999999999999"


@pytest.mark.parametrize("number_format", ["0%", "0.00%", "[Red]0%;-0%"])
def test_a_percentage_is_refused(number_format: str) -> None:
    content = with_formats(["General", number_format], ["domain", "engagement"], ["a.example", 0.03])
    assert "a percentage" in reasons(previewed(content, name="a.xlsx"))[0]


@pytest.mark.parametrize("number_format", ["0.00", '0"%"', r"0\%"])
def test_a_number_that_is_only_shown_with_a_percent_sign_is_read(number_format: str) -> None:
    content = with_formats(["General", number_format], ["domain", "engagement"], ["a.example", 3.25])
    assert previewed(content, name="a.xlsx").rows.get().values["engagement_rate"] == "3.25"


def test_a_percentage_in_a_column_that_is_not_read_refuses_nothing() -> None:
    content = with_formats(["General", "0%"], ["domain", "growth"], ["a.example", 0.03])
    assert previewed(content, name="a.xlsx").planned["created"] == 1


def test_a_number_is_read_as_the_spreadsheet_shows_it() -> None:
    of = previewed(xlsx_file(["domain", "da"], ["a.example", 45.599999999999994]), name="a.xlsx")
    assert of.rows.get().values["da_est"] == "45.6"
