"""What an update writes to a prospect that is known, and what it says of what it does not write."""

import pytest

from prospects import suppression
from prospects.models import Prospect
from tests.imports.files import csv_file, run

pytestmark = pytest.mark.django_db


def test_a_row_whose_values_are_not_to_be_written_says_which_they_are() -> None:
    Prospect.objects.create(domain="a.example", discovery_category="food", page_title="A", discovery_location="Rome")
    header = ["domain", "category", "title", "location"]
    of = run(csv_file(header, ["www.A.example", "tea", "B", "Rome"]))
    assert of.rows.get().note == (
        "What is new in it has another value already and is not to be overwritten: discovery_category, page_title."
    )


def test_a_row_without_anything_new_says_so() -> None:
    Prospect.objects.create(domain="a.example", discovery_category="food", contact_email="x@a.example")
    of = run(csv_file(["domain", "category", "email"], ["www.A.example", "food", "X@a.example"]))
    assert of.rows.get().note == "Nothing in it is new."


def test_a_score_that_nobody_has_given_is_filled() -> None:
    there = Prospect.objects.create(domain="a.example")
    assert there.score == 0
    of = run(csv_file(["domain", "score"], ["a.example", "12.5"]))
    there.refresh_from_db()
    assert (of.outcome["updated"], str(there.score)) == (1, "12.50")
    assert run(csv_file(["domain", "score"], ["a.example", "13"])).outcome["skipped"] == 1


@pytest.mark.parametrize("suppressed", [True, False])
def test_a_verified_or_suppressed_address_may_be_spelled_otherwise(suppressed: bool) -> None:
    there = Prospect.objects.create(
        domain="c.example", contact_email="x@c.example", verification_status="failed" if suppressed else "verified"
    )
    if suppressed:
        suppression.add([suppression.Entry("x@c.example")])
    content = csv_file(["domain", "email", "category"], ["c.example", "X@C.example", "tea"])
    of = run(content, overwrite=["contact_email"])
    before = there.verification_status
    there.refresh_from_db()
    assert of.outcome["updated"] == 1
    assert (there.contact_email, there.verification_status, there.discovery_category) == ("X@C.example", before, "tea")


def test_an_address_that_is_spelled_otherwise_stays_that_of_another_row() -> None:
    Prospect.objects.create(domain="c.example", contact_email="x@c.example")
    content = csv_file(["domain", "email"], ["c.example", "X@C.example"], ["", "x@c.example"])
    assert [row.status for row in run(content, overwrite=["contact_email"]).rows.order_by("number")] == [
        "updated",
        "skipped",
    ]
