"""Which process looked when: each that runs on leaves one row, and none ever fails or waits for it."""

import os
import time
from datetime import timedelta

import pytest
from django.contrib import admin
from django.contrib.auth.models import User
from django.db import connection, connections, transaction
from django.test import RequestFactory
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from config.schema import processes
from config.schema.findings import Finding, Report
from config.schema.models import ProcessVerification, VerifiedSchema
from tests.databases import connected
from tests.schema.starts import SERVERS, WAYS, eventually, started, status, wait_for_answer
from tests.schema.troubles import execute

INTERVAL = {"SCHEMA_VERIFY_INTERVAL": "0.2", "RELEASE": "tested"}


def noted(url):
    with connected(url) as alias:
        return list(ProcessVerification.objects.using(alias).order_by("pid"))


def test_each_worker_of_gunicorn_is_noted_with_what_it_found_last(new_database, tmp_path, settings, django_db_blocker):
    log, url = tmp_path / "log", new_database()
    with (
        started(SERVERS["gunicorn with two workers"], url, log, **INTERVAL) as (master, port),
        django_db_blocker.unblock(),
    ):
        assert wait_for_answer(master, port, log) == 200, log.read_text()
        workers = eventually(lambda: [row for row in noted(url) if row.kind == "wsgi (gunicorn)"][1:] and noted(url))
        assert {row.kind for row in workers} == {"wsgi (gunicorn)"}
        assert len(workers) == 2
        assert all(os.getpgid(row.pid) == master.pid != row.pid for row in workers)
        assert {(row.version, row.errors, len(row.fingerprint)) for row in map(plain, workers)} == {("tested", (), 64)}
        execute(url, "ALTER TABLE auth_group RENAME COLUMN name TO mislaid")
        found = eventually(lambda: status(port, "/readyz") == 503 and [row for row in noted(url) if row.errors])
        assert "schema.E011" in found[0].errors
        assert found[0].fingerprint != workers[0].fingerprint
        assert found[0].verified_at > workers[0].verified_at
        with connected(url) as alias:
            html = schema_page(alias, settings)
    assert "wsgi (gunicorn)" in html
    assert f"<td>{workers[0].pid}</td>" in html
    assert "<td>tested</td>" in html


def plain(row):
    row.errors = tuple(row.errors)
    return row


def schema_page(alias: str, settings) -> str:
    """What an administrator sees of this database."""
    settings.SCHEMA = {**settings.SCHEMA, "DATABASES": [alias]}
    request = RequestFactory().get("/")
    request.user = User(pk=1, is_staff=True, is_superuser=True)
    response = admin.site.get_model_admin(VerifiedSchema).changelist_view(request)
    return response.render().content.decode()


@pytest.mark.slow
@pytest.mark.parametrize(
    ("way", "kinds"),
    [
        ("serve", {"serve", "wsgi (gunicorn)"}),
        ("uvicorn", {"asgi (uvicorn)"}),
        ("serve uvicorn", {"asgi (uvicorn)"}),
        ("gunicorn preloaded", {"wsgi (gunicorn)"}),
        ("worker", {"db_worker"}),
    ],
)
def test_every_kind_of_process_that_runs_on_is_noted(way, kinds, new_database, tmp_path, django_db_blocker):
    url = new_database()
    with started(WAYS[way], url, tmp_path / "log", **INTERVAL), django_db_blocker.unblock():
        assert eventually(lambda: {row.kind for row in noted(url)} == kinds), (tmp_path / "log").read_text()


def test_a_process_that_has_not_announced_itself_is_not_noted_nor_is_migrate(scratch):
    processes.record([Report((), scratch)])
    assert not ProcessVerification.objects.using(scratch).exists()


def test_a_process_has_one_row_and_a_new_one_removes_those_of_long_ago(scratch):
    rows = ProcessVerification.objects.using(scratch)
    rows.all().delete()
    now = timezone.now()
    broken = Report.of([Finding(id="schema.E011", database=scratch)], scratch)
    for pid, age, errors in (
        (1, timedelta(hours=23), []),
        (2, timedelta(hours=25), []),
        (3, timedelta(minutes=50), ["schema.E001"]),
        (4, timedelta(minutes=70), ["schema.E001"]),
    ):
        rows.create(alias=scratch, host="h", pid=pid, kind="asgi", verified_at=now - age, errors=errors)
    processes.announce("db_worker")
    for report in (Report((), scratch), broken):
        processes.record([report])
    assert sorted(rows.values_list("pid", flat=True)) == sorted([1, 3, os.getpid()])
    assert rows.get(pid=os.getpid()).errors == ["schema.E011"]


def test_where_the_note_cannot_be_written_the_process_goes_without_and_the_page_says_so(scratch, settings):
    processes.announce("wsgi")
    execute_on(scratch, "ALTER TABLE schema_process_verifications RENAME TO elsewhere")
    processes.record([Report((), scratch)])
    assert "schema_process_verifications" in processes.failure(scratch)
    with CaptureQueriesContext(connections[scratch]) as asked:
        processes.record([Report((), scratch)])
    assert not len(asked), "a process that may not write tries again at each verification"
    html = schema_page(scratch, settings)
    assert "This process goes without a note" in html
    assert "schema.E010" in html


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has no roles and no read-only standby")
@pytest.mark.parametrize(
    "statement",
    ["SET default_transaction_read_only = on", "CREATE ROLE {role}; SET ROLE {role}"],
    ids=["read only", "without the right"],
)
def test_a_reader_goes_without(scratch, statement):
    role = f"reader_{os.getpid()}"
    processes.announce("asgi")
    execute_on(scratch, statement.format(role=role))
    try:
        processes.record([Report((), scratch)])
    finally:
        execute_on(scratch, "RESET ROLE; SET default_transaction_read_only = off")
        execute_on(scratch, f"DROP ROLE IF EXISTS {role}")
    assert processes.failure(scratch)
    assert not ProcessVerification.objects.using(scratch).filter(kind="asgi")


def test_a_note_waits_for_nobody_and_is_written_the_next_time(scratch):
    processes.announce("asgi")
    with connected(connections.settings[scratch]["URL"], "other") as other, transaction.atomic(using=other):
        execute_on(other, "UPDATE schema_process_verifications SET host = host")
        if connection.vendor == "postgresql":
            execute_on(other, "LOCK TABLE schema_process_verifications")
        start = time.monotonic()
        processes.record([Report((), scratch)])
        assert time.monotonic() - start < 30
    assert not processes.failure(scratch)
    processes.record([Report((), scratch)])
    assert ProcessVerification.objects.using(scratch).filter(kind="asgi").count() == 1


def test_a_transaction_of_the_caller_is_left_alone(scratch):
    processes.announce("asgi")
    with transaction.atomic(using=scratch):
        processes.record([Report((), scratch)])
    assert not ProcessVerification.objects.using(scratch).filter(kind="asgi")


def execute_on(alias, sql):
    with connections[alias].cursor() as cursor:
        cursor.execute(sql)
