"""What an import is doing is always true: previews that overlap, jobs that are cancelled, killed and retried."""

import uuid
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, transaction
from django.utils import timezone

from pipeline import imports as import_jobs
from pipeline import jobs
from pipeline.choices import JobStatus
from pipeline.jobs import engine, reaper
from pipeline.models import Job, Webhook, WebhookDelivery
from prospects import changes, duplicates, imports
from prospects.changes import Cause
from prospects.imports import other_rows, uploading
from prospects.imports.other_rows import OtherRows
from prospects.models import Import, Prospect
from tests.imports.files import CAUSE, csv_file, previewed, run

pytestmark = pytest.mark.django_db
FIVE = csv_file(["domain"], *([f"s{number}.example"] for number in range(5)))


@pytest.fixture
def batches_of_two(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(uploading, "BATCH", 2)


@pytest.fixture
def meanwhile(monkeypatch: pytest.MonkeyPatch, batches_of_two: None) -> Callable[[int, Callable[[], object]], None]:
    """`meanwhile(n, act)` has somebody else act while a preview reads its nth batch."""

    def meanwhile(batch: int, act: Callable[[], object]) -> None:
        decide, read = uploading.decide, []

        def decide_meanwhile(*args):
            read.append(None)
            if len(read) == batch:
                act()
            return decide(*args)

        monkeypatch.setattr(uploading, "decide", decide_meanwhile)

    return meanwhile


@pytest.fixture
def by_job(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every file is large enough for a preview by a job."""
    monkeypatch.setattr(import_jobs, "SMALL", 1)


def uploaded() -> Import:
    return imports.upload("list.csv", FIVE)


def other(of: Import) -> Import:
    """The same import as another request sees it."""
    return Import.objects.get(pk=of.pk)


def staged(of: Import) -> list[str]:
    return list(of.rows.order_by("number").values_list("planned", flat=True))


def assert_previewed(of: Import, planned: str) -> None:
    of.refresh_from_db()
    assert (of.status, of.rows_total, of.planned[planned]) == ("previewed", 5, 5)
    assert staged(of) == [planned] * 5


@pytest.mark.parametrize("batch", [1, 2, 3])
def test_of_two_previews_that_overlap_the_later_one_counts_and_the_other_is_told(meanwhile, batch: int) -> None:
    of = uploaded()

    def another() -> None:
        mine = other(of)
        imports.configure(mine, mine.mapping, "update", [])
        imports.preview(mine)

    meanwhile(batch, another)
    with pytest.raises(imports.ImportConflict, match="another preview was begun since"):
        imports.preview(of)
    assert_previewed(of, "skipped")


@pytest.mark.parametrize("batch", [1, 2, 3])
def test_a_preview_that_is_asked_for_twice_is_made_once_more_and_not_mixed(meanwhile, batch: int) -> None:
    of = uploaded()
    meanwhile(batch, lambda: imports.preview(other(of)))
    with pytest.raises(imports.ImportConflict, match="another preview was begun since"):
        imports.preview(of)
    assert_previewed(of, "created")


def test_a_preview_cannot_undo_that_the_import_runs(meanwhile) -> None:
    of = uploaded()
    meanwhile(3, lambda: import_jobs.start(imports.preview(other(of)), CAUSE))
    with pytest.raises(imports.ImportConflict):
        imports.preview(of)
    of.refresh_from_db()
    assert (of.status, len(staged(of))) == ("running", 5)


def test_columns_that_are_mapped_anew_end_the_preview_of_the_old_ones(meanwhile) -> None:
    of = uploaded()
    meanwhile(2, lambda: imports.configure(other(of), of.mapping, "create", []))
    with pytest.raises(imports.ImportConflict, match="mapped anew"):
        imports.preview(of)
    of.refresh_from_db()
    assert (of.status, of.mode, of.planned) == ("uploaded", "create", {})


def test_who_asks_for_a_preview_of_columns_that_were_mapped_anew_is_told(batches_of_two: None, by_job: None) -> None:
    of = uploaded()
    imports.configure(of, of.mapping, "both", [])
    imports.configure(other(of), of.mapping, "update", [])
    for ask in (imports.preview, lambda of: import_jobs.start_preview(of, CAUSE)):
        with pytest.raises(imports.ImportConflict, match="mapped anew"):
            ask(of)
    assert not Job.objects.exists()


def test_an_import_that_is_being_previewed_is_not_run(meanwhile) -> None:
    of = uploaded()

    def start() -> None:
        with pytest.raises(imports.ImportConflict, match="being previewed"):
            import_jobs.start(other(of), CAUSE)

    meanwhile(2, start)
    imports.preview(of)
    assert_previewed(of, "created")


def killed(of: Import, meanwhile) -> None:
    def kill() -> None:
        raise KeyboardInterrupt

    meanwhile(2, kill)
    with pytest.raises(KeyboardInterrupt):
        imports.preview(of)
    of.refresh_from_db()
    assert (of.status, len(staged(of))) == ("previewing", 2)


def test_a_preview_that_was_killed_can_be_made_anew_at_once(meanwhile) -> None:
    of = uploaded()
    killed(of, meanwhile)
    imports.preview(of)
    assert_previewed(of, "created")


def test_a_preview_that_was_killed_is_not_shown_as_being_made_for_ever(meanwhile) -> None:
    of = uploaded()
    killed(of, meanwhile)
    reaper.reap()
    assert other(of).status == "previewing"
    Import.objects.update(updated_at=timezone.now() - uploading.LOST - timedelta(seconds=1))
    reaper.reap()
    assert (other(of).status, staged(of)) == ("uploaded", [])


def test_a_preview_of_a_cancelled_job_writes_nothing_more(meanwhile, by_job: None) -> None:
    of = uploaded()
    job = import_jobs.start_preview(of, CAUSE)
    meanwhile(2, lambda: jobs.cancel(job))
    jobs.run(job.pk)
    job.refresh_from_db()
    assert (other(of).status, staged(of), job.status) == ("uploaded", [], "cancelled")


def leases_while(monkeypatch: pytest.MonkeyPatch, read: str) -> list[datetime]:
    """Until when the job's lease is, each time a row is taken note of."""
    leases, take_note = [], getattr(OtherRows, read)

    def noted(*args):
        leases.append(Job.objects.get().lease_until)
        return take_note(*args)

    monkeypatch.setattr(OtherRows, read, noted)
    return leases


def test_a_preview_keeps_its_lease_while_it_reads_which_addresses_the_file_names(
    monkeypatch, batches_of_two, by_job
) -> None:
    of = imports.upload("list.csv", csv_file(["domain", "email"], *([f"s{n}.example", ""] for n in range(5))))
    imports.configure(of, of.mapping, "both", ["contact_email"])
    job = import_jobs.start_preview(of, CAUSE)
    leases = leases_while(monkeypatch, "announce")
    jobs.run(job.pk)
    assert len(leases) == 5
    assert leases[0] < leases[2] < leases[4]


def test_an_import_that_goes_on_keeps_its_lease_while_it_reads_what_was_done(monkeypatch) -> None:
    _, job = half_way()
    monkeypatch.setattr(other_rows, "PAGE", 100)
    leases = leases_while(monkeypatch, "settled")
    jobs.retry(job)
    jobs.run(job.pk)
    assert len(leases) == 200
    assert leases[0] < leases[100]


def test_what_was_done_is_read_page_by_page(monkeypatch, django_assert_num_queries) -> None:
    of, _ = half_way()
    monkeypatch.setattr(other_rows, "PAGE", 100)
    with django_assert_num_queries(3):
        imports.others_of(of)


def test_a_worker_that_lost_its_lease_cannot_write_a_preview(meanwhile, by_job: None) -> None:
    of = uploaded()
    job = import_jobs.start_preview(of, CAUSE)
    meanwhile(2, lambda: Job.objects.update(lease_token=uuid.uuid4()))
    jobs.run(job.pk)
    job.refresh_from_db()
    assert (other(of).status, len(staged(of)), job.done_items) == ("previewing", 2, 2)


def test_a_preview_of_a_killed_worker_is_made_anew_by_the_next(meanwhile, by_job: None) -> None:
    of = uploaded()
    job = import_jobs.start_preview(of, CAUSE)
    meanwhile(2, lambda: Job.objects.update(lease_token=uuid.uuid4()))
    jobs.run(job.pk)
    Job.objects.update(status=JobStatus.PENDING, run_after=None)
    jobs.run(job.pk)
    job.refresh_from_db()
    assert_previewed(of, "created")
    assert (job.status, job.done_items) == ("completed", 5)


def test_a_cancelled_preview_is_made_when_its_job_is_retried(by_job: None) -> None:
    of = uploaded()
    job = jobs.cancel(import_jobs.start_preview(of, CAUSE))
    assert other(of).status == "uploaded"
    assert jobs.retryable(job)
    jobs.retry(job)
    assert other(of).status == "previewing"
    jobs.run(job.pk)
    assert_previewed(of, "created")


def test_a_job_whose_preview_was_replaced_fails_and_leaves_the_later_one(by_job: None) -> None:
    of = uploaded()
    job = import_jobs.start_preview(of, CAUSE)
    mine = other(of)
    imports.configure(mine, mine.mapping, "update", [])
    imports.preview(mine)
    jobs.run(job.pk)
    job.refresh_from_db()
    assert job.status == "failed"
    assert "another preview was begun since" in job.error_message
    assert_previewed(of, "skipped")
    assert not jobs.retryable(job)
    with pytest.raises(jobs.Refused, match="has gone on since"):
        jobs.retry(job)


def half_way() -> tuple[Import, Job]:
    """An import of 300 rows that was cancelled behind the first 200."""
    of = previewed(csv_file(["domain"], *([f"s{number}.example"] for number in range(300))))
    job = import_jobs.start(of, CAUSE)
    with transaction.atomic():
        imports.run_batch(of, Cause(job_id=job.pk))
    return of, jobs.cancel(job)


def test_a_cancelled_import_has_stopped_and_says_how_far_it_came() -> None:
    of, _ = half_way()
    of.refresh_from_db()
    assert of.status == "stopped"
    assert of.outcome == {"created": 200, "updated": 0, "skipped": 0, "refused": 0, "pending": 100}


def test_a_stopped_import_goes_on_when_its_job_is_retried() -> None:
    of, job = half_way()
    assert jobs.retryable(job)
    jobs.retry(job)
    of.refresh_from_db()
    assert (of.status, of.outcome) == ("running", {})
    jobs.run(job.pk)
    of.refresh_from_db()
    assert (of.status, of.outcome["created"], Prospect.objects.count()) == ("finished", 300, 300)


def test_an_import_whose_job_was_given_up_has_stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    of = previewed(FIVE)
    job = import_jobs.start(of, CAUSE)
    Job.objects.update(attempts=engine.MAX_ATTEMPTS - 1)
    monkeypatch.setattr(imports, "run_batch", lambda *_: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        jobs.run(job.pk)
    of.refresh_from_db()
    assert (of.status, of.outcome["pending"]) == ("stopped", 5)


def test_an_import_that_was_reverted_is_not_gone_on_with() -> None:
    of, job = half_way()
    assert import_jobs.revert(of, CAUSE) == {"deleted": 200, "restored": 0}
    assert not jobs.retryable(job)
    with pytest.raises(jobs.Refused, match="nothing of it is left to do"):
        jobs.retry(job)
    # As if a server of an earlier release had let it through.
    Job.objects.update(status=JobStatus.PENDING)
    jobs.run(job.pk)
    job.refresh_from_db()
    of.refresh_from_db()
    assert (job.status, of.status, Prospect.objects.count()) == ("failed", "reverted", 0)
    assert "The import is reverted" in job.error_message


def test_an_import_that_an_earlier_release_left_running_can_be_reverted_or_gone_on_with() -> None:
    of, job = half_way()
    Import.objects.update(status="running", outcome={})
    assert jobs.retryable(job)
    assert import_jobs.revert(of, CAUSE) == {"deleted": 200, "restored": 0}


@pytest.mark.parametrize("rows", [["wrong", "bad"], ["wrong", "a.example"]])
def test_a_finished_import_is_not_retried_for_its_refused_rows(rows: list[str]) -> None:
    of = run(csv_file(["domain"], *([row] for row in rows)))
    assert of.status == "finished"
    assert not jobs.retryable(of.job)
    with pytest.raises(jobs.Refused, match="Correct its refused rows"):
        jobs.retry(of.job)


def test_a_worker_that_is_lost_between_the_ends_of_import_and_job_ends_the_import_once() -> None:
    hook = Webhook.objects.create(url="https://hooks.example.com/x", event_types=["import.finished"], secret="x")
    of = run(FIVE)
    Job.objects.update(status=JobStatus.PENDING, result=None)
    jobs.run(of.job.pk)
    job = Job.objects.get()
    assert (job.status, job.result, other(of).status) == ("completed", of.outcome, "finished")
    assert WebhookDelivery.objects.filter(webhook=hook).count() == 1


def test_a_run_is_measured_by_the_preview_that_counts() -> None:
    of = uploaded()
    stale = other(of)
    imports.preview(of)
    job = import_jobs.start(stale, CAUSE)
    assert (job.total_targets, other(of).planned["created"]) == (5, 5)


def made(domain: str, **values: object) -> Prospect:
    return changes.create([Prospect(domain=domain, **values)], CAUSE)[0]


@pytest.mark.parametrize("known", [True, False], ids=["updated", "created"])
def test_a_revert_does_not_touch_a_prospect_into_which_one_of_the_import_was_merged(known: bool) -> None:
    kept = made("acme.com", discovery_location="Berlin")
    if known:
        made("acme.de")
    of = run(csv_file(["domain", "location"], ["acme.de", "Berlin"]))
    duplicates.merge(kept.pk, Prospect.objects.get(domain="acme.de").pk, CAUSE)
    with pytest.raises(imports.ImportRefused, match=r"Line 2: acme\.com was merged with another since"):
        import_jobs.revert(of, CAUSE)
    kept.refresh_from_db()
    assert kept.discovery_location == "Berlin"


def test_a_merge_before_the_run_does_not_hinder_the_revert() -> None:
    kept, merged = made("acme.com"), made("acme.de")
    of = previewed(csv_file(["domain", "location"], ["acme.com", "Berlin"]))
    duplicates.merge(kept.pk, merged.pk, CAUSE)
    jobs.run(import_jobs.start(of, CAUSE).pk)
    assert import_jobs.revert(of, CAUSE) == {"deleted": 0, "restored": 1}


def test_a_merge_that_was_undone_does_not_hinder_the_revert_of_the_kept_one() -> None:
    kept = made("acme.com", discovery_keywords="tea")
    merged = made("acme.de")
    of = run(csv_file(["domain", "location"], ["acme.com", "Berlin"]))
    duplicates.undo(duplicates.merge(kept.pk, merged.pk, CAUSE), CAUSE)
    assert import_jobs.revert(of, CAUSE) == {"deleted": 0, "restored": 1}


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif("connection.vendor == 'sqlite'", reason="SQLite in memory locks whole tables between threads")
def test_three_that_preview_at_the_same_time_leave_the_rows_and_the_numbers_of_one() -> None:
    assert connection.vendor == "postgresql"
    of = imports.upload("list.csv", csv_file(["domain"], *([f"s{number}.example"] for number in range(2000))))

    def ask(mode: str) -> str:
        mine = other(of)
        try:
            imports.configure(mine, mine.mapping, mode, [])
            return imports.preview(mine).status
        except imports.ImportConflict:
            return "replaced"
        finally:
            connection.close()

    with ThreadPoolExecutor() as pool:
        ended = list(pool.map(ask, ("both", "update", "both")))
    of.refresh_from_db()
    assert set(ended) <= {"previewed", "replaced"}
    assert (of.status, of.rows_total) == ("previewed", 2000)
    assert staged(of) == ["skipped" if of.mode == "update" else "created"] * 2000
    assert of.planned[staged(of)[0]] == 2000


def test_the_command_whose_import_is_cancelled_meanwhile_says_so(tmp_path: Path, monkeypatch) -> None:
    path = tmp_path / "list.csv"
    path.write_bytes(FIVE)
    monkeypatch.setattr(jobs, "run", lambda pk: jobs.cancel(Job.objects.get(pk=pk)))
    with pytest.raises(CommandError, match="is cancelled: not every row was done"):
        call_command("import_prospects", str(path), "--yes")
