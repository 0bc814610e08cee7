"""An import does what its preview showed, and its numbers add up to the file's rows."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import transaction
from django.utils import timezone

from pipeline import imports as import_jobs
from pipeline import jobs
from pipeline.jobs import reaper
from prospects import changes, imports, suppression
from prospects.changes import Cause
from prospects.models import Import, ImportFile, ImportRow, Prospect, ProspectEvent, Suppression
from tests.imports.files import CAUSE, csv_file, previewed, run, xlsx_file

pytestmark = pytest.mark.django_db


def test_a_preview_writes_no_prospect_and_tells_what_each_row_would_do() -> None:
    Prospect.objects.create(domain="there.example", discovery_category="food")
    content = csv_file(
        ["Website", "E-Mail", "Category"],
        ["new.example", "info@new.example", "tea"],
        ["https://www.THERE.example/about", "info@there.example", "tea"],
        ["NEW.example.", "", ""],
        ["no domain", "broken@", "tea"],
        ["", "", "tea"],
    )
    of = previewed(content)
    assert of.mapping == {"Website": "domain", "E-Mail": "contact_email", "Category": "discovery_category"}
    assert of.planned == {"created": 1, "updated": 1, "skipped": 1, "refused": 2}
    assert [(row.line, row.planned, row.note) for row in of.rows.order_by("number")] == [
        (2, "created", ""),
        (3, "updated", ""),
        (4, "skipped", "The row on line 2 has the same domain."),
        (5, "refused", ""),
        (6, "refused", ""),
    ]
    assert [(problem["column"], problem["value"]) for problem in of.rows.get(line=5).problems] == [
        ("Website", "no domain"),
        ("E-Mail", "broken@"),
    ]
    assert Prospect.objects.count() == 1


def test_a_run_does_what_the_preview_showed() -> None:
    there = Prospect.objects.create(domain="there.example", discovery_category="food")
    content = csv_file(
        ["domain", "email", "category", "score"],
        ["new.example", "Info@New.example", "tea", "12.5"],
        ["www.there.example", "info@there.example", "tea", ""],
    )
    of = run(content)
    assert of.status == "finished"
    assert of.outcome == {"created": 1, "updated": 1, "skipped": 0, "refused": 0}
    made = Prospect.objects.get(domain="new.example")
    assert (made.contact_email, made.email_key, str(made.score)) == ("Info@New.example", "info@new.example", "12.50")
    assert (made.discovery_status, made.approval_status, made.stage) == ("DISCOVERED", "pending", "EMAIL_FOUND")
    there.refresh_from_db()
    # What was there stays; what was empty is filled.
    assert (there.domain, there.discovery_category, there.contact_email) == (
        "there.example",
        "food",
        "info@there.example",
    )
    assert ProspectEvent.objects.filter(prospect=there, field="contact_email", job=of.job).exists()


def test_only_the_fields_named_may_be_overwritten() -> None:
    there = Prospect.objects.create(domain="there.example", discovery_category="food", discovery_location="Rome")
    run(
        csv_file(["domain", "category", "location"], ["there.example", "tea", "Oslo"]), overwrite=["discovery_category"]
    )
    there.refresh_from_db()
    assert (there.discovery_category, there.discovery_location) == ("tea", "Rome")


SAME_PROSPECT_TWICE = {
    "the first row has nothing new the second time": (["", "office@a.example", "tea", ""], ["a.example", "", "", "A"]),
    "the first row is refused until the second is done": (["", "n@c.example", "tea", ""], ["a.example", "n@c.example"]),
    "an address another row names": (["c.example", "b@b.example"], ["b.example", "other@b.example"]),
    "an address a row above names": (["b.example", "other@b.example"], ["c.example", "b@b.example"]),
    "an address that is the only key": (["b.example", "other@b.example"], ["", "b@b.example", "tea"]),
}


@pytest.mark.parametrize("rows", SAME_PROSPECT_TWICE.values(), ids=SAME_PROSPECT_TWICE)
@pytest.mark.parametrize("mode", ["update", "both"])
def test_the_same_file_does_nothing_the_second_time_whatever_its_rows_say_of_each_other(rows, mode) -> None:
    Prospect.objects.create(domain="a.example", contact_email="office@a.example")
    Prospect.objects.create(domain="b.example", contact_email="b@b.example")
    content = csv_file(["domain", "email", "category", "title"], *([*row, "", ""][:4] for row in rows))
    run(content, mode, ["contact_email"])
    again = run(content, mode, ["contact_email"])
    assert (again.outcome["created"], again.outcome["updated"]) == (0, 0)


def test_an_address_by_which_another_row_knows_its_prospect_is_not_replaced() -> None:
    Prospect.objects.create(domain="b.example", contact_email="b@b.example")
    rows = ["b.example", "other@b.example"], ["c.example", "b@b.example"]
    of = previewed(csv_file(["domain", "email"], *rows), overwrite=["contact_email"])
    assert [problem["reason"] for problem in of.rows.get(line=2).problems] == [
        "the present address, b@b.example, is that of the row on line 3"
    ]


def test_what_says_which_prospect_it_is_cannot_be_overwritten() -> None:
    with pytest.raises(imports.ImportRefused, match="'source_type' is not to be overwritten"):
        previewed(csv_file(["domain", "source_type"], ["a.example", "social"]), overwrite=["source_type"])


def test_a_row_that_calls_a_site_a_profile_is_refused() -> None:
    Prospect.objects.create(domain="a.example", contact_email="office@a.example")
    of = previewed(csv_file(["email", "type"], ["office@a.example", "social"]))
    assert [problem["column"] for problem in of.rows.get().problems] == ["source_type"]


@pytest.mark.parametrize(
    ("mode", "outcome"),
    [
        ("create", {"created": 1, "updated": 0}),
        ("update", {"created": 0, "updated": 1}),
        ("both", {"created": 1, "updated": 1}),
    ],
)
def test_a_mode_decides_which_rows_are_written(mode: str, outcome: dict[str, int]) -> None:
    Prospect.objects.create(domain="there.example")
    of = run(csv_file(["domain", "category"], ["there.example", "tea"], ["new.example", "tea"]), mode)
    assert {status: of.outcome[status] for status in outcome} == outcome
    assert sum(of.outcome.values()) == of.rows_total == 2


def test_a_second_run_of_the_same_file_changes_nothing() -> None:
    content = csv_file(["domain", "category"], ["a.example", "tea"], ["b.example", ""])
    run(content)
    before = list(Prospect.objects.order_by("pk").values())
    assert run(content).outcome == {"created": 0, "updated": 0, "skipped": 2, "refused": 0}
    assert list(Prospect.objects.order_by("pk").values()) == before


def test_what_happened_since_the_preview_counts() -> None:
    of = previewed(csv_file(["domain", "category"], ["a.example", "tea"]))
    Prospect.objects.create(domain="a.example", discovery_category="food")
    jobs.run(import_jobs.start(of, CAUSE).pk)
    of.refresh_from_db()
    assert of.outcome["skipped"] == 1
    assert Prospect.objects.count() == 1


def test_an_import_runs_once() -> None:
    of = previewed(csv_file(["domain"], ["a.example"]))
    import_jobs.start(of, CAUSE)
    with pytest.raises(imports.ImportRefused, match="only a previewed one"):
        import_jobs.start(of, CAUSE)


def test_a_mapping_is_remembered_for_the_same_columns() -> None:
    content = csv_file(["Adresse", "Thema"], ["a.example", "tea"])
    of = imports.upload("list.csv", content)
    assert of.mapping == {}
    imports.configure(of, {"Adresse": "domain", "Thema": "discovery_category"}, "both", [])
    imports.preview(of)
    jobs.run(import_jobs.start(of, CAUSE).pk)
    again = imports.upload("other.csv", csv_file(["Adresse", "Thema"], ["b.example", "tea"]))
    assert again.mapping == {"Adresse": "domain", "Thema": "discovery_category"}


@pytest.mark.parametrize(
    ("mapping", "match"),
    [
        ({"x": "domain"}, "no column 'x'"),
        ({"domain": "send_status"}, "'send_status' is not to be imported"),
        ({"domain": "domain", "email": "domain"}, "Two columns"),
        ({"email": "discovery_category"}, "cannot be told apart"),
    ],
)
def test_a_mapping_that_does_not_fit_is_refused(mapping: dict[str, str], match: str) -> None:
    of = imports.upload("list.csv", csv_file(["domain", "email"], ["a.example", ""]))
    with pytest.raises(imports.ImportRefused, match=match):
        imports.configure(of, mapping, "both", [])


def test_a_workbook_is_read_like_a_csv_file() -> None:
    content = xlsx_file(
        ["domain", "score", "category"], ["a.example", 7.0, "tea"], [None, None, None], ["b.example", 8.25]
    )
    of = run(content, name="list.xlsx")
    assert of.outcome["created"] == 2
    assert list(of.rows.order_by("number").values_list("line", flat=True)) == [2, 4]
    assert {str(row.score) for row in Prospect.objects.all()} == {"7.00", "8.25"}


def test_a_formula_in_a_workbook_refuses_its_row() -> None:
    of = previewed(xlsx_file(["domain", "category"], ["a.example", "=1+1"], ["b.example", "tea"]), name="list.xlsx")
    assert of.planned == {"created": 1, "updated": 0, "skipped": 0, "refused": 1}
    assert "formula" in of.rows.get(planned="refused").problems[0]["reason"]


def test_two_prospects_of_one_domain_make_a_row_ambiguous() -> None:
    Prospect.objects.create(domain="a.example")
    Prospect.objects.create(domain="www.a.example")
    of = previewed(csv_file(["domain"], ["a.example"]))
    (problem,) = of.rows.get().problems
    assert (problem["column"], problem["value"]) == ("domain", "a.example")
    assert problem["reason"] == "2 prospects have it; merge them first"


def test_a_social_profile_is_known_by_its_url_not_its_domain() -> None:
    content = csv_file(
        ["profile_url", "platform", "username"],
        ["https://www.instagram.com/Ann/", "Instagram", "@ann"],
        ["https://instagram.com/ann?x=1", "instagram", "ann"],
        ["https://instagram.com/bob", "instagram", "bob"],
        ["https://instagram.com/eve", "", "eve"],
    )
    of = run(content)
    assert of.outcome == {"created": 2, "updated": 0, "skipped": 1, "refused": 1}
    assert set(Prospect.objects.values_list("source_type", "source_platform", "domain")) == {
        ("social", "instagram", "instagram.com")
    }


def test_an_import_leaves_suppression_decisions_and_what_was_sent_alone() -> None:
    suppression.add([suppression.Entry("old@a.example")])
    sent = Prospect.objects.create(
        domain="a.example", contact_email="old@a.example", send_status="sent", approval_status="rejected"
    )
    of = run(csv_file(["domain", "email"], ["a.example", "new@a.example"]), overwrite=["contact_email"])
    assert "suppressed" in of.rows.get().problems[0]["reason"]
    sent.refresh_from_db()
    assert (sent.contact_email, sent.send_status, sent.approval_status) == ("old@a.example", "sent", "rejected")
    assert Suppression.objects.count() == 1


def test_an_address_that_is_overwritten_takes_along_what_was_found_out_about_it() -> None:
    there = Prospect.objects.create(
        domain="a.example",
        contact_email="old@a.example",
        verification_status="failed",
        verification_confidence="0.10",
        verification_payload={"mx": False},
    )
    of = run(csv_file(["domain", "email"], ["a.example", "new@a.example"]), overwrite=["contact_email"])
    there.refresh_from_db()
    assert (there.verification_status, there.verification_confidence) == ("UNVERIFIED", None)
    assert Prospect.objects.filter(verification_payload__isnull=True).exists()
    import_jobs.revert(of, CAUSE)
    there.refresh_from_db()
    assert (there.contact_email, there.verification_status) == ("old@a.example", "failed")
    assert (there.verification_confidence, there.verification_payload) == (Decimal("0.10"), {"mx": False})


def test_another_spelling_of_an_address_leaves_what_was_found_out_about_it() -> None:
    there = Prospect.objects.create(domain="a.example", contact_email="office@a.example", verification_status="failed")
    run(csv_file(["domain", "email"], ["a.example", "Office@A.example"]), overwrite=["contact_email"])
    there.refresh_from_db()
    assert (there.contact_email, there.verification_status) == ("Office@A.example", "failed")


def test_refused_rows_come_back_as_a_file_that_can_be_corrected() -> None:
    content = csv_file(["domain", "username"], ["a.example", "x"], ["wrong", "+ann"])
    of = run(content)
    text = "".join(imports.refused_rows(of))
    assert text == "\ufeffimport problem,domain,username\r\ndomain: is no domain,wrong,'+ann\r\n"
    corrected = run(text.replace("wrong", "right.example").encode())
    assert corrected.outcome["created"] == 1
    assert Prospect.objects.get(domain="right.example").username == "+ann"


def test_a_revert_deletes_what_was_created_and_puts_back_what_was_changed() -> None:
    there = Prospect.objects.create(domain="there.example", discovery_category="food")
    of = run(
        csv_file(["domain", "category", "email"], ["there.example", "tea", "i@there.example"], ["new.example", "", ""]),
        overwrite=["discovery_category"],
    )
    assert import_jobs.revert(of, CAUSE) == {"deleted": 1, "restored": 1}
    there.refresh_from_db()
    assert (there.discovery_category, there.contact_email, there.stage) == ("food", None, "DISCOVERED")
    assert Prospect.objects.count() == 1
    of.refresh_from_db()
    assert of.status == "reverted"


def test_a_revert_is_refused_when_something_else_touched_a_row() -> None:
    of = run(csv_file(["domain"], ["a.example"], ["b.example"]))
    changes.change(Prospect.objects.filter(domain="b.example"), {"approval_status": "approved"}, CAUSE)
    with pytest.raises(imports.ImportRefused, match=r"Line 3: b\.example was changed since"):
        import_jobs.revert(of, CAUSE)
    assert Prospect.objects.count() == 2


def test_a_revert_is_refused_when_a_mail_was_sent_since() -> None:
    of = run(csv_file(["domain"], ["a.example"]))
    Prospect.objects.get().email_logs.create(subject="hello")
    with pytest.raises(imports.ImportRefused, match="was changed since"):
        import_jobs.revert(of, CAUSE)


def test_every_row_of_the_file_has_ended_in_one_of_four_ways() -> None:
    of = run(csv_file(["domain"], *([f"s{number % 700}.example"] for number in range(1200))))
    assert of.outcome == {"created": 700, "updated": 0, "skipped": 500, "refused": 0}
    assert not ImportRow.objects.filter(of=of, status="pending").exists()
    assert of.job.done_items == 1200


def test_a_cancelled_import_can_be_gone_on_with_or_reverted() -> None:
    of = previewed(csv_file(["domain"], ["a.example"]))
    job = jobs.cancel(import_jobs.start(of, CAUSE))
    jobs.run(jobs.retry(job).pk)
    of.refresh_from_db()
    assert (of.status, of.outcome["created"]) == ("finished", 1)


def test_a_large_file_is_previewed_by_a_job(monkeypatch) -> None:
    monkeypatch.setattr(import_jobs, "SMALL", 10)
    of = imports.upload("list.csv", csv_file(["domain"], ["a.example"], ["b.example"]))
    job = import_jobs.start_preview(of, CAUSE)
    of.refresh_from_db()
    assert (of.status, of.job) == ("previewing", job)
    jobs.run(job.pk)
    of.refresh_from_db()
    job.refresh_from_db()
    assert (of.status, of.planned["created"], job.status, job.done_items) == ("previewed", 2, "completed", 2)


def test_a_large_file_that_breaks_fails_its_job_in_words_and_can_be_previewed_again(monkeypatch) -> None:
    monkeypatch.setattr(import_jobs, "SMALL", 10)
    of = imports.upload("list.csv", b'domain\na.example\n"b.example\n')
    job = import_jobs.start_preview(of, CAUSE)
    jobs.run(job.pk)
    of.refresh_from_db()
    job.refresh_from_db()
    assert (job.status, of.status) == ("failed", "uploaded")
    assert "line 3" in job.error_message


def test_an_import_that_was_cancelled_half_way_can_be_reverted() -> None:
    of = previewed(csv_file(["domain"], *([f"s{n}.example"] for n in range(300))))
    job = import_jobs.start(of, CAUSE)
    with pytest.raises(imports.ImportRefused, match="cancel its job"):
        import_jobs.revert(of, CAUSE)
    with transaction.atomic():
        imports.run_batch(of, Cause(job_id=job.pk))
    jobs.cancel(job)
    of.refresh_from_db()
    assert Prospect.objects.count() == 200
    assert import_jobs.revert(of, CAUSE) == {"deleted": 200, "restored": 0}


def aged(of: Import, days: int) -> None:
    Import.objects.filter(pk=of.pk).update(created_at=timezone.now() - timedelta(days=days))


def test_a_file_is_forgotten_after_its_time_and_its_report_stays() -> None:
    content = csv_file(["Website", "E-Mail"], ["a.example", ""], ["b.example", "broken@"])
    young, done, waiting = previewed(content), run(content), previewed(content)
    for of, days in ((young, 89), (done, 91), (waiting, 91)):
        aged(of, days)
    assert imports.forget_files(timedelta(days=90)) == 2
    assert [row.of_id for row in ImportFile.objects.all()] == [young.pk]
    assert "b.example,broken@" in "".join(imports.refused_rows(done))
    assert done.rows.count() == 2
    import_jobs.revert(done, CAUSE)
    assert not Prospect.objects.exists()


def test_a_preview_whose_file_is_forgotten_can_be_run_but_not_made_anew() -> None:
    of = previewed(csv_file(["Website"], ["a.example"]))
    aged(of, 91)
    imports.forget_files(timedelta(days=90))
    for act in (
        lambda: imports.configure(of, of.mapping, "both", []),
        lambda: imports.preview(of),
        lambda: import_jobs.start_preview(of, CAUSE),
    ):
        with pytest.raises(imports.ImportRefused, match="Upload it again"):
            act()
    jobs.run(import_jobs.start(of, CAUSE).pk)
    assert Prospect.objects.get().domain == "a.example"


@pytest.mark.parametrize(("days", "kept"), [(90, 0), (0, 1)])
def test_the_reaper_removes_old_files_once_an_hour_unless_they_are_kept_for_ever(
    settings, monkeypatch: pytest.MonkeyPatch, days: int, kept: int
) -> None:
    settings.IMPORT_FILE_DAYS = days
    monkeypatch.setattr(reaper, "_files_forgotten", reaper.Hourly())
    aged(previewed(csv_file(["Website"], ["a.example"])), 5000)
    reaper.reap()
    assert ImportFile.objects.count() == kept
    aged(previewed(csv_file(["Website"], ["b.example"])), 5000)
    reaper.reap()
    assert ImportFile.objects.count() == kept + 1
