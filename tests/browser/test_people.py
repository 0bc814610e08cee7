"""What people do all day, done in a real browser."""

import csv
import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from openpyxl import load_workbook
from playwright.sync_api import Page, expect

from pipeline import roles, switches
from pipeline.choices import JobType
from pipeline.jobs import ItemHandler, Outcome, handlers
from pipeline.models import Job, JobItem
from prospects.changes import Cause
from prospects.choices import ApprovalStatus
from prospects.models import Prospect, ProspectEvent
from tests.admin.conftest import scraped

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.browser, pytest.mark.slow]
LogIn = Callable[[str], Page]


class Looks(ItemHandler):
    """A scraper that finds nothing."""

    def apply(self, item: JobItem, prepared: Any, cause: Cause) -> Outcome:
        return Outcome(detail="looked at the site")


@pytest.fixture
def prospects(transactional_db: None) -> list[Prospect]:
    return Prospect.objects.bulk_create(scraped(number) for number in range(8))


def open_list(page: Page) -> None:
    page.get_by_role("link", name="Prospects", exact=True).last.click()
    expect(page.get_by_role("heading", name="Prospects", exact=True)).to_be_visible()


def choose(page: Page, action: str, *domains: str) -> None:
    for domain in domains:
        page.get_by_role("row", name=domain).get_by_role("checkbox").check()
    page.get_by_label("Action:").select_option(label=action)
    page.get_by_role("button", name="Go").click()


def test_find_filter_open_and_edit_a_prospect(log_in: LogIn, prospects: list[Prospect], errors: list[str]) -> None:
    page = log_in(roles.OPERATOR)
    open_list(page)
    page.get_by_role("searchbox").last.fill("site3")
    page.get_by_role("button", name="Search").click()
    expect(page.get_by_text("1 prospect", exact=False).first).to_be_visible()
    page.get_by_role("link", name="site3.example.com").click()
    expect(page.get_by_role("heading", name="Discovery", exact=True)).to_be_visible()
    page.get_by_label("Discovery category").fill("Home Decor")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_text("was changed successfully")).to_be_visible()
    assert ProspectEvent.objects.get(field="discovery_category").user.username == roles.OPERATOR
    assert errors == []


def test_a_number_of_the_overview_leads_to_its_list(
    log_in: LogIn, prospects: list[Prospect], errors: list[str]
) -> None:
    page = log_in(roles.VIEWER)
    page.get_by_role("link", name="Websites to decide on").click()
    expect(page.get_by_text("8 prospects")).to_be_visible()
    page.get_by_role("link", name="leads", exact=True).click()
    expect(page.get_by_text("0 prospects")).to_be_visible()
    assert errors == []


def test_approve_reject_promote_and_set_a_category(log_in: LogIn, prospects: list[Prospect], errors: list[str]) -> None:
    page = log_in(roles.OPERATOR)
    open_list(page)
    choose(page, "Approve", "site0.example.com", "site1.example.com")
    expect(page.get_by_text("Approved 2. Before: 2 pending. After: 2 approved.")).to_be_visible()
    choose(page, "Reject", "site2.example.com")
    expect(page.get_by_text("Rejected 1.")).to_be_visible()
    choose(page, "Promote to lead", "site3.example.com")
    expect(page.get_by_text("Promoted 1 to leads.")).to_be_visible()
    choose(page, "Set category", "site4.example.com")
    page.get_by_label("Category").fill("NFTs")
    page.get_by_role("button", name="Set category (1 prospect)").click()
    expect(page.get_by_text("After: 1 NFTs.")).to_be_visible()
    assert Prospect.objects.filter(approval_status=ApprovalStatus.APPROVED).count() == 3
    assert errors == []


def test_deleting_can_still_be_thought_over(log_in: LogIn, prospects: list[Prospect], errors: list[str]) -> None:
    page = log_in(roles.OPERATOR)
    open_list(page)
    choose(page, "Delete", "site0.example.com")
    page.get_by_role("link", name="Back without changing anything").click()
    assert Prospect.objects.count() == 8
    choose(page, "Delete", "site0.example.com")
    page.get_by_role("button", name="Delete (1 prospect)").click()
    expect(page.get_by_text("Deleted 1.")).to_be_visible()
    assert Prospect.objects.count() == 7
    assert errors == []


def test_what_was_rejected_is_put_back_to_be_decided_on(
    log_in: LogIn, prospects: list[Prospect], errors: list[str]
) -> None:
    page = log_in(roles.OPERATOR)
    open_list(page)
    choose(page, "Reject", "site0.example.com", "site1.example.com")
    expect(page.get_by_text("Rejected 2.")).to_be_visible()
    choose(page, "Back to undecided", "site0.example.com", "site1.example.com")
    expect(page.get_by_text("Put 2 back to be decided on. Before: 2 rejected. After: 2 pending.")).to_be_visible()
    assert Prospect.objects.awaiting_approval().count() == 8
    assert errors == []


def test_two_prospects_are_merged_and_the_merge_is_undone(
    log_in: LogIn, prospects: list[Prospect], errors: list[str]
) -> None:
    page = log_in(roles.OPERATOR)
    open_list(page)
    choose(page, "Merge", "site0.example.com", "site1.example.com")
    page.get_by_role("button", name="Merge (2 prospects)").click()
    expect(page.get_by_text("Merged 1 into")).to_be_visible()
    assert Prospect.objects.count() == 7
    page.get_by_role("link", name="Merges", exact=True).last.click()
    page.locator("#result_list tbody").get_by_role("link").first.click()
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_text("is there again.")).to_be_visible()
    assert Prospect.objects.count() == 8
    assert errors == []


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_the_ticked_rows_are_exported(log_in: LogIn, prospects: list[Prospect], errors: list[str], kind: str) -> None:
    page = log_in(roles.VIEWER)
    open_list(page)
    with page.expect_download() as download:
        choose(page, f"Export as {kind.upper()}", "site0.example.com", "site1.example.com")
    assert download.value.suggested_filename == f"prospects.{kind}"
    assert sorted(domains(download.value.path(), kind)) == ["site0.example.com", "site1.example.com"]
    assert errors == []


def domains(file: Path, kind: str) -> list[str]:
    if kind == "csv":
        return [row["Domain"] for row in csv.DictReader(io.StringIO(file.read_text("utf-8-sig")))]
    header, *lines = load_workbook(io.BytesIO(file.read_bytes())).active.iter_rows(values_only=True)
    return [line[header.index("Domain")] for line in lines]


# What does each step is a stand-in: this release ships nothing that asks the outside services.
@pytest.mark.parametrize(
    ("step", "job_type", "values"),
    [
        ("scrape", JobType.SCRAPE, {"scrape_status": "DISCOVERED", "contact_email": None}),
        ("verify", JobType.VERIFY, {}),
        ("draft", JobType.DRAFT, {"verification_status": "verified"}),
        ("send", JobType.SEND, {"verification_status": "verified", "draft_subject": "Hello", "draft_body": "Dear you"}),
    ],
)
def test_a_step_is_queued_and_its_job_opened(
    log_in: LogIn,
    transactional_db: None,
    errors: list[str],
    monkeypatch: pytest.MonkeyPatch,
    step: str,
    job_type: JobType,
    values: dict[str, Any],
) -> None:
    switches.set_master(True)
    monkeypatch.setitem(handlers._handlers, job_type, Looks())
    scraped(1, **values).save()
    page = log_in(roles.OPERATOR)
    open_list(page)
    choose(page, f"Queue: {step}", "site1.example.com")
    if step == "send":
        page.get_by_role("button", name="Queue: send (1 prospect)").click()
    page.get_by_role("link", name=f"see the {step} job").click()
    expect(page.get_by_role("cell", name="looked at the site")).to_be_visible()
    assert errors == []


def test_a_file_with_good_and_bad_rows_is_imported(
    log_in: LogIn, transactional_db: None, errors: list[str], tmp_path: Path
) -> None:
    file = tmp_path / "list.csv"
    file.write_text("Website,E-mail\nnew.example.com,office@new.example.com\nbad.example.com,nobody\n")
    page = log_in(roles.OPERATOR)
    page.get_by_role("link", name="Imports").click()
    page.get_by_role("link", name="Add import").last.click()
    page.get_by_label("CSV or XLSX file").set_input_files(file)
    page.get_by_role("button", name="Upload").click()
    page.get_by_role("button", name="Preview").click()
    expect(page.get_by_text("is no e-mail address")).to_be_visible()
    assert not Prospect.objects.exists()
    page.get_by_role("button", name="Run the import").click()
    expect(page.get_by_text("finished").first).to_be_visible()
    assert Prospect.objects.get().domain == "new.example.com"
    with page.expect_download() as download:
        page.get_by_role("link", name="The refused rows as a file to correct").click()
    assert "bad.example.com,nobody" in download.value.path().read_text("utf-8-sig")
    assert errors == []


def test_a_list_is_exported(log_in: LogIn, prospects: list[Prospect], errors: list[str]) -> None:
    page = log_in(roles.VIEWER)
    open_list(page)
    with page.expect_download() as download:
        page.get_by_role("link", name="Export as CSV").click()
    assert download.value.path().read_text().count("example.com") >= len(prospects)
    assert errors == []


def test_a_job_that_ends_is_seen_to_end(log_in: LogIn, transactional_db: None, errors: list[str]) -> None:
    job = Job.objects.create(job_type="scrape", status="running", total_targets=10, done_items=4)
    page = log_in(roles.VIEWER)
    page.get_by_role("link", name="running").click()
    expect(page.get_by_text("4 of 10")).to_be_visible()
    page.get_by_role("link", name="scrape").last.click()
    Job.objects.filter(pk=job.pk).update(status="completed", done_items=10)
    # The page of a running job looks again by itself.
    expect(page.get_by_text("10 of 10")).to_be_visible()
    expect(page.get_by_text("completed", exact=True)).to_be_visible()
    assert errors == []


def test_the_schema_page_tells_of_a_missing_column(log_in: LogIn, transactional_db: None, errors: list[str]) -> None:
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE prospects RENAME COLUMN bio_text TO bio_gone")
    try:
        page = log_in(roles.ADMINISTRATOR)
        # There are no prospects, and with a schema that is off "0" would prove nothing.
        expect(page.get_by_role("heading", name="This page cannot be shown")).to_be_visible()
        page.get_by_role("link", name="See the state of the schema").click()
        expect(page.get_by_text("Not in line:")).to_be_visible()
        expect(page.get_by_role("heading", name="prospects.bio_text")).to_be_visible()
    finally:
        with connection.cursor() as cursor:
            cursor.execute("ALTER TABLE prospects RENAME COLUMN bio_gone TO bio_text")


def test_a_prospect_is_reached_and_approved_by_keyboard_alone(
    log_in: LogIn, prospects: list[Prospect], errors: list[str]
) -> None:
    page = log_in(roles.OPERATOR)
    open_list(page)
    page.get_by_role("link", name="site0.example.com").focus()
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Approve").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_text("Approved 1.")).to_be_visible()
    assert errors == []
