"""What an export has written, an import reads: nothing is cut off, invented or lost on the way."""

from typing import Any

import pytest

from config.api import exports
from config.api.exports import EXPORTS
from config.api.problems import Problem
from prospects import changes
from prospects.exports import PROFILES, PROSPECTS
from prospects.imports import FIELDS
from prospects.models import Prospect
from tests.imports.files import CAUSE, csv_file, run, xlsx_file

pytestmark = pytest.mark.django_db
KINDS = ["csv", "xlsx"]


def exported(kind: str, columns=PROSPECTS) -> bytes:
    rows = Prospect.objects.order_by("domain", "pk")
    return b"".join(EXPORTS[kind](f"list.{kind}", columns, rows).streaming_content)


def stored() -> list[dict[str, Any]]:
    return list(Prospect.objects.order_by("domain").values(*FIELDS))


def fill() -> None:
    changes.create(
        [
            Prospect(
                domain="a.example",
                page_url="https://a.example/",
                page_title="=Sale\r\n_x000D_",
                contact_email="+x@a.example",
                da_est="12.5",
                score="1.50",
                discovery_category="-dash",
                discovery_location="Köln",
                discovery_keywords="tea, cups",
                profile_url="https://instagram.com/a",
            ),
            Prospect(
                domain="instagram.com",
                source_type="social",
                source_platform="instagram",
                profile_url="https://instagram.com/ann",
                username="@ann",
                display_name="'=Ann",
                follower_count=5,
                engagement_rate="3.25",
                bio_text="+ tea",
            ),
        ],
        CAUSE,
    )


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("columns", [PROSPECTS, PROFILES], ids=["prospects", "profiles"])
def test_an_export_says_nothing_new_to_the_list_it_came_from(kind: str, columns) -> None:
    fill()
    if columns is PROFILES:
        Prospect.objects.filter(source_type="website").delete()
    of = run(exported(kind, columns), name=f"list.{kind}")
    assert set(of.rows.values_list("note", flat=True)) == {"Nothing in it is new."}


@pytest.mark.parametrize("kind", KINDS)
def test_what_was_exported_is_there_again_with_every_field_that_may_be_imported(kind: str) -> None:
    fill()
    before, content = stored(), exported(kind)
    Prospect.objects.all().delete()
    assert run(content, name=f"list.{kind}").outcome["created"] == 2
    assert stored() == before


def test_what_a_workbook_writes_in_a_form_of_its_own_is_read_as_what_it_stands_for() -> None:
    bios = ["one_x000D_\ntwo", "_x005F_x000D_", "a_x0000_b", "_xD83D_"]
    of = run(xlsx_file(["domain", "bio"], *([f"s{n}.example", bio] for n, bio in enumerate(bios))), name="list.xlsx")
    assert of.outcome["created"] == 4
    found = Prospect.objects.order_by("domain").values_list("bio_text", flat=True)
    assert list(found) == ["one\r\ntwo", "_x000D_", "a_x0000_b", "_xD83D_"]


@pytest.mark.parametrize("text", ["x" * 32_768, "\U0001f375" * 16_384], ids=["characters", "of two units"])
def test_a_text_that_a_workbook_would_cut_off_is_refused_by_name(text: str) -> None:
    long = Prospect.objects.create(domain="a.example", draft_body=text)
    with pytest.raises(Problem, match=rf"Draft Body of a\.example \({long.pk}\) has 32,768 characters.*Use CSV"):
        exported("xlsx")
    assert text in exported("csv").decode()


def test_a_text_that_just_fits_is_whole() -> None:
    Prospect.objects.create(domain="a.example", bio_text="x" * 32_767)
    content = exported("xlsx")
    Prospect.objects.all().delete()
    run(content, name="list.xlsx")
    assert Prospect.objects.get().bio_text == "x" * 32_767


def test_a_list_with_more_rows_than_a_sheet_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(exports, "MAX_ROWS", 1)
    run(csv_file(["domain"], ["a.example"], ["b.example"]))
    with pytest.raises(Problem, match=r"The list has 2 rows; a workbook holds 1\. Use CSV"):
        exported("xlsx")
