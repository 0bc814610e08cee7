"""Whoever writes while an import runs or is reverted loses nothing."""

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor

import pytest
from django.db import connection, transaction

from pipeline import imports as import_jobs
from pipeline import jobs
from prospects import changes, decisions, imports
from prospects.models import Import, Prospect
from tests.imports.files import CAUSE, csv_file, previewed, run

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif("connection.vendor == 'sqlite'", reason="SQLite has one writer, for the whole transaction"),
]


@pytest.fixture(autouse=True)
def workers_that_wait(settings) -> None:
    settings.TASKS = {"default": {"BACKEND": "django_tasks.backends.dummy.DummyBackend"}}


def made(domain: str, **values: object) -> Prospect:
    return changes.create([Prospect(domain=domain, **values)], CAUSE)[0]


def write(prospect: Prospect, **values: object) -> None:
    changes.change(Prospect.objects.filter(pk=prospect.pk), values, CAUSE)


def waits(backend: int) -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT cardinality(pg_blocking_pids(%s)) > 0", [backend])
        return cursor.fetchone()[0]


def while_not_committed(person: Callable[[], object], act: Callable[[], object]) -> None:
    """`person` writes, and commits only when `act`, on another connection, waits for that or has ended."""
    assert connection.vendor == "postgresql"
    backend: Future[int] = Future()

    def on_another_connection() -> None:
        try:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_backend_pid()")
                backend.set_result(cursor.fetchone()[0])
            act()
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            person()
            acting = pool.submit(on_another_connection)
            while not acting.done() and not waits(backend.result(10)):
                pass
        acting.result(30)


def started(content: bytes, **how) -> tuple[Import, Callable[[], object]]:
    of = previewed(content, **how)
    job = import_jobs.start(of, CAUSE)
    return of, lambda: jobs.run(job.pk)


def test_what_a_person_writes_while_an_import_runs_is_judged_and_stays() -> None:
    verified = made("a.example", contact_email="a@a.example", approval_status="approved")
    typed = made("b.example")
    rows = ["a.example", "new@a.example", ""], ["b.example", "", "imported"]
    of, go = started(csv_file(["domain", "email", "category"], *rows), overwrite=["contact_email"])

    def person() -> None:
        write(verified, verification_status="verified", verification_confidence="0.9")
        write(typed, discovery_category="typed")

    while_not_committed(person, go)
    verified.refresh_from_db()
    typed.refresh_from_db()
    assert (verified.contact_email, verified.verification_status) == ("a@a.example", "verified")
    assert typed.discovery_category == "typed"
    of.refresh_from_db()
    assert of.outcome == {"created": 0, "updated": 0, "skipped": 1, "refused": 1}


def test_a_revert_puts_back_what_a_person_had_written_when_the_row_was_done() -> None:
    there = made("b.example")
    content = csv_file(["domain", "category"], ["b.example", "imported"])
    of, go = started(content, overwrite=["discovery_category"])
    while_not_committed(lambda: write(there, discovery_category="typed"), go)
    there.refresh_from_db()
    assert there.discovery_category == "imported"
    assert import_jobs.revert(of, CAUSE) == {"deleted": 0, "restored": 1}
    there.refresh_from_db()
    assert there.discovery_category == "typed"


@pytest.mark.parametrize(
    "values",
    [
        {"domain": "www.a.example"},
        {
            "domain": "instagram.com",
            "source_type": "social",
            "source_platform": "instagram",
            "profile_url": "https://instagram.com/ann",
        },
    ],
    ids=["site", "profile"],
)
def test_a_prospect_that_a_person_adds_while_an_import_runs_has_no_twin(values) -> None:
    of, go = started(csv_file(list(values), list(values.values())))
    while_not_committed(lambda: decisions.add(values, CAUSE), go)
    of.refresh_from_db()
    assert of.outcome == {"created": 0, "updated": 0, "skipped": 1, "refused": 0}
    assert Prospect.objects.count() == 1


def test_a_prospect_that_becomes_another_site_while_an_import_runs_has_no_twin() -> None:
    other = made("other.example")
    of, go = started(csv_file(["domain"], ["a.example"]))
    while_not_committed(lambda: decisions.edit(other.pk, {"domain": "a.example"}, CAUSE, lambda row: True), go)
    of.refresh_from_db()
    assert (of.outcome["created"], of.outcome["skipped"]) == (0, 1)
    assert Prospect.objects.get() == other


@pytest.mark.parametrize("row", ["a.example", "b.example"], ids=["created", "updated"])
def test_a_revert_sees_what_a_person_writes_at_that_moment(row: str) -> None:
    made("b.example")
    of = run(csv_file(["domain", "category"], ["a.example", "imported"], ["b.example", "imported"]))
    assert (of.outcome["created"], of.outcome["updated"]) == (1, 1)
    touched = Prospect.objects.get(domain=row)

    def revert() -> None:
        with pytest.raises(imports.ImportRefused, match="was changed since"):
            import_jobs.revert(of, CAUSE)

    while_not_committed(lambda: write(touched, discovery_category="typed"), revert)
    touched.refresh_from_db()
    assert touched.discovery_category == "typed"
