"""The run decides each row anew: what happened since the preview counts, whatever the preview said of the row."""

import pytest

from pipeline import imports as import_jobs
from pipeline import jobs
from prospects import duplicates, imports, suppression
from prospects.imports import running
from prospects.models import Import, Prospect
from tests.imports.files import CAUSE, csv_file, previewed

pytestmark = pytest.mark.django_db


def go(of: Import) -> list[str]:
    jobs.run(import_jobs.start(of, CAUSE).pk)
    of.refresh_from_db()
    return list(of.rows.order_by("number").values_list("status", flat=True))


def test_a_row_that_was_ambiguous_is_done_once_the_two_are_merged() -> None:
    one, other = (Prospect.objects.create(domain=domain) for domain in ("a.example", "www.a.example"))
    of = previewed(csv_file(["domain", "category"], ["a.example", "tea"]))
    assert "merge them first" in of.rows.get().problems[0]["reason"]
    duplicates.merge(one.pk, other.pk, CAUSE)
    assert go(of) == ["updated"]
    assert of.rows.get().problems == []
    assert not "".join(imports.refused_rows(of)).splitlines()[1:]


def test_a_prospect_that_was_deleted_since_is_created() -> None:
    there = Prospect.objects.create(domain="a.example", discovery_category="tea")
    of = previewed(csv_file(["domain", "category"], ["a.example", "tea"]))
    assert of.planned["skipped"] == 1
    there.delete()
    assert go(of) == ["created"]
    assert of.rows.get().note == ""


def test_an_address_that_is_suppressed_no_more_is_replaced() -> None:
    suppression.add([suppression.Entry("old@a.example")])
    Prospect.objects.create(domain="a.example", contact_email="old@a.example")
    of = previewed(csv_file(["domain", "email"], ["a.example", "new@a.example"]), overwrite=["contact_email"])
    assert of.planned["refused"] == 1
    suppression.Suppression.objects.all().delete()
    assert go(of) == ["updated"]


@pytest.mark.parametrize("batch", [1, 200])
def test_a_row_that_repeats_one_follows_what_became_of_that_one(monkeypatch: pytest.MonkeyPatch, batch: int) -> None:
    monkeypatch.setattr(running, "BATCH", batch)
    one, other = (Prospect.objects.create(domain=domain) for domain in ("a.example", "www.a.example"))
    of = previewed(csv_file(["domain", "category"], ["a.example", "tea"], ["a.example", "food"]))
    assert of.planned["refused"] == 2
    duplicates.merge(one.pk, other.pk, CAUSE)
    assert go(of) == ["updated", "skipped"]
    assert of.rows.get(number=2).note == "The row on line 2 has the same domain."


def test_two_rows_that_are_both_new_by_now_make_one_prospect() -> None:
    owner = Prospect.objects.create(domain="e.example", contact_email="x@mail.example")
    of = previewed(csv_file(["domain", "email"], ["a.example", "x@mail.example"], ["a.example", "y@a.example"]))
    owner.delete()
    assert go(of) == ["created", "skipped"]


def test_what_cannot_be_read_is_refused_as_before() -> None:
    of = previewed(csv_file(["domain", "email"], ["a.example", "broken@"], ["a.example", "x@a.example"]))
    assert go(of) == ["refused", "created"]
    assert of.rows.get(number=1).problems[0]["column"] == "email"


def test_what_an_earlier_release_refused_at_the_preview_is_not_decided_by_the_cells_it_could_read() -> None:
    of = previewed(csv_file(["domain"], ["a.example"]))
    of.rows.update(planned="refused", problems=[{"column": "domain", "value": "", "reason": "is missing"}])
    assert go(of) == ["refused"]
