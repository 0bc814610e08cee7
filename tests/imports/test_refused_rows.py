"""The refused rows come as a file that loses nothing, and that can be corrected in as many rounds as it takes."""

import pytest

from prospects import imports
from prospects.models import Import, Prospect
from tests.imports.files import csv_file, run, xlsx_file

pytestmark = pytest.mark.django_db


def refused(of: Import) -> str:
    return "".join(imports.refused_rows(of)).removeprefix("\ufeff")


def test_what_is_not_corrected_is_refused_again_in_the_same_file() -> None:
    first = run(csv_file(["domain", "email"], ["wrong", "a@a.example"], ["b.example", "nomail"]))
    second = run(refused(first).encode(), name="refused.csv")
    assert (second.columns, second.outcome["refused"]) == (["domain", "email"], 2)
    assert refused(second) == refused(first)


def test_a_row_with_too_many_cells_keeps_them_all() -> None:
    of = run(b"company,website,email\nFoo, Inc,foo.example,a@foo.example\n")
    header, row = refused(of).splitlines()
    assert header == "import problem,company,website,email"
    assert row.startswith("row: the row has 4 cells for 3 columns;")
    assert row.endswith(",Foo, Inc,foo.example,a@foo.example")
    again = run(refused(of).encode(), name="refused.csv")
    assert refused(again) == refused(of)
    run(refused(of).replace("Foo, Inc", '"Foo, Inc"').encode(), name="refused.csv")
    assert Prospect.objects.values_list("domain", "contact_email", "page_title").get() == (
        "foo.example",
        "a@foo.example",
        "Foo, Inc",
    )


@pytest.mark.parametrize("formula", ["=HYPERLINK(1)", " =1", "=1+'x'"])
@pytest.mark.parametrize("name", ["list.csv", "list.xlsx"])
def test_a_formula_is_refused_also_when_it_comes_back(formula: str, name: str) -> None:
    make = csv_file if name == "list.csv" else lambda *rows: xlsx_file(*rows)
    of = run(make(["domain", "title"], ["a.example", formula]), name=name)
    assert of.outcome["refused"] == 1
    assert run(refused(of).encode(), name="refused.csv").outcome["refused"] == 1
    assert not Prospect.objects.exists()


def test_a_text_that_an_export_put_an_apostrophe_before_is_no_formula_when_it_comes_back() -> None:
    of = run(csv_file(["domain", "title", "username"], ["wrong", "'=Sale", "+ann"]))
    text = refused(of)
    assert text.splitlines()[1] == "domain: is no domain,wrong,''=Sale,'+ann"
    run(text.replace("wrong", "right.example").encode(), name="refused.csv")
    assert Prospect.objects.values_list("page_title", "username").get() == ("=Sale", "+ann")


def test_a_file_with_the_problems_in_a_last_column_twice_is_read_too() -> None:
    of = run(csv_file(["domain", "import problem", "Import Problem"], ["a.example", "x", "y"], ["", "x", "y"]))
    assert (of.columns, of.rows_total, of.outcome["created"]) == (["domain"], 1, 1)


def test_a_file_of_as_many_columns_as_are_taken_comes_back_too() -> None:
    columns = ["domain", *(f"c{number}" for number in range(199))]
    of = run(csv_file(columns, ["wrong", *["x"] * 199]))
    assert run(refused(of).encode(), name="refused.csv").columns == columns


def test_no_cell_of_the_file_is_a_formula_for_a_spreadsheet() -> None:
    of = run(csv_file(["domain", "=cmd"], ["wrong", "＝1"]))
    assert refused(of).splitlines() == ["import problem,domain,'=cmd", "domain: is no domain,wrong,'＝1"]


def test_an_apostrophe_before_a_fullwidth_sign_is_taken_off_again() -> None:
    run(csv_file(["domain", "title"], ["a.example", "'＝Sale"]))
    assert Prospect.objects.get().page_title == "＝Sale"


def test_a_row_that_repeats_a_refused_one_is_refused_with_it() -> None:
    profile = "https://linkedin.com/in/ann"
    of = run(csv_file(["profile_url", "platform", "email"], [profile, "", ""], [profile, "linkedin", "ann@x.example"]))
    assert of.outcome == {"created": 0, "updated": 0, "skipped": 0, "refused": 2}
    assert refused(of).splitlines()[2] == (
        f'"row: the row on line 2, which is refused, has the same profile",{profile},linkedin,ann@x.example'
    )
    lines = refused(of).splitlines(keepends=True)
    assert run((lines[0] + lines[2]).encode(), name="refused.csv").outcome["created"] == 1
