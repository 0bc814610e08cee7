"""What rows of one file say of each other: no row is lost for one that has done nothing."""

import pytest

from prospects.models import Prospect
from tests.imports.files import csv_file, run

pytestmark = pytest.mark.django_db


def ends(of) -> list[tuple[str, str]]:
    return list(of.rows.order_by("number").values_list("status", "note"))


def test_a_row_that_is_skipped_for_its_address_leaves_its_site_to_a_row_below() -> None:
    Prospect.objects.create(domain="e.example", contact_email="same@mail.example")
    content = csv_file(
        ["domain", "email", "title"],
        ["n1.example", "info@group.example", ""],
        ["n2.example", "info@group.example", "Two"],
        ["n2.example", "own@n2.example", ""],
        ["f.example", "same@mail.example", "F"],
        ["f.example", "me@f.example", ""],
    )
    assert ends(run(content)) == [
        ("created", ""),
        ("skipped", "The row on line 2 has the same email."),
        ("created", ""),
        ("skipped", "Its e-mail address belongs to e.example already."),
        ("created", ""),
    ]
    assert Prospect.objects.get(domain="n2.example").contact_email == "own@n2.example"
    # What the skipped rows say of the sites is not filled in the next time either.
    assert run(content).outcome == {"created": 0, "updated": 0, "skipped": 5, "refused": 0}


def test_a_row_that_is_skipped_for_its_site_leaves_its_address_to_a_row_below() -> None:
    content = csv_file(
        ["domain", "email"],
        ["a.example", "x@a.example"],
        ["a.example", "y@a.example"],
        ["b.example", "y@a.example"],
    )
    assert [status for status, _ in ends(run(content))] == ["created", "skipped", "created"]
    assert run(content).outcome["skipped"] == 3


def test_a_row_that_is_not_in_the_database_leaves_its_address_to_a_row_that_is() -> None:
    Prospect.objects.create(domain="a.example")
    content = csv_file(["domain", "email"], ["new.example", "x@a.example"], ["a.example", "x@a.example"])
    assert [status for status, _ in ends(run(content, "update"))] == ["skipped", "updated"]
    assert run(content, "update").outcome["skipped"] == 2


def test_a_row_known_by_nothing_but_its_address_keeps_it_from_the_rows_below() -> None:
    Prospect.objects.create(domain="a.example")
    content = csv_file(["domain", "email", "category"], ["", "x@a.example", "tea"], ["a.example", "x@a.example", ""])
    assert run(content, "update").outcome["skipped"] == 2
    assert run(content, "update").outcome["skipped"] == 2


def test_a_row_whose_address_is_that_of_another_prospect_writes_nothing_to_its_site() -> None:
    Prospect.objects.create(domain="a.example", contact_email="x@a.example")
    Prospect.objects.create(domain="b.example")
    of = run(csv_file(["domain", "email", "category"], ["b.example", "x@a.example", "tea"]))
    assert ends(of) == [("skipped", "Its e-mail address belongs to a.example already.")]


def test_an_address_that_several_prospects_share_is_no_reason_to_skip_one_of_them() -> None:
    for domain in ("a.example", "b.example"):
        Prospect.objects.create(domain=domain, contact_email="x@group.example")
    of = run(csv_file(["domain", "email", "category"], ["b.example", "x@group.example", "tea"]))
    assert of.outcome["updated"] == 1
