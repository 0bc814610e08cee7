"""What is hidden from a read is never told as not there: between two looks at the schema, each answer proves itself."""

import io
import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import openpyxl
import pytest
from django.apps import apps
from django.db import connection, transaction
from rest_framework.test import APIClient

from config.schema import guard
from pipeline import switches
from pipeline.models import EmailAttachment, EmailLog, Job
from prospects import decisions
from prospects.changes import Cause
from prospects.models import Prospect
from tests.api.endpoints import rows
from tests.api.endpoints.conftest import KEY
from tests.api.rows import one_of_each, save
from tests.api.test_walk import ENDPOINTS

#: Every table that the API reads, but those that say who asks: without them nobody is let in.
TABLES = sorted(
    model._meta.db_table for label in ("prospects", "pipeline") for model in apps.get_app_config(label).get_models()
)
READS = sorted({path for path, method, _, _ in ENDPOINTS if method == "get" and not path.startswith("api/auth")})


@contextmanager
def hidden(table: str) -> Iterator[None]:
    """An empty copy of the table comes first on the way to it: every query succeeds and finds nothing."""
    connection.check_constraints()
    point = transaction.savepoint()
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(f"CREATE SCHEMA decoy; CREATE TABLE decoy.{table} (LIKE {table} INCLUDING ALL)")
            cursor.execute("SET LOCAL search_path = decoy, public")
        else:
            cursor.execute(f"CREATE TEMPORARY TABLE {table} AS SELECT * FROM {table} WHERE 1 = 0")
    try:
        yield
    finally:
        transaction.savepoint_rollback(point)
        guard.forget()


@pytest.fixture
def ids(db: None, alice: APIClient, settings: Any) -> dict[str, Any]:
    """A row in every table; what stands in the paths, by the name it has there or by its path's noun."""
    settings.ENCRYPTION_KEY = KEY
    one_of_each(2)
    sent = save("sent", 1, domain="written.example")[0]
    twice = save("website", 2, domain="twice.example.com")[0]
    decisions.approve([twice.pk], Cause())
    EmailLog.objects.create(prospect=sent, subject="s")
    EmailAttachment.objects.create(filename="a.pdf", content_type="application/pdf", size_bytes=1, data=b"x")
    job, _ = rows.a_job_with_items(2)
    Job.objects.create(job_type="social_scrape", status="running")
    rows.accounts(1)
    rows.a_discovery_query()
    rows.suppressed(1)
    for domain in ("written.example", "draft0.example.com"):
        rows.suppression.add([rows.suppression.Entry(domain, "complaint", "")])
    switches.set_master(True)
    switches.set_automation({"enabled": True})
    return {
        "api/prospects/(?P<pk>": sent.pk,
        "api/prospects/(?P<pk>[^/.]+)/events": twice.pk,
        "api/prospects/attachments/": EmailAttachment.objects.get().pk,
        "api/jobs/": job.pk,
        "api/pipeline/draft/jobs/": job.pk,
        "api/imports/": rows.finished(1).pk,
        "api/merges/": rows.merged().pk,
        "api/webhooks/": rows.a_webhook(1).pk,
        "api/integrations/": "instagram",
    }


def addresses(ids: dict[str, Any]) -> list[str]:
    found = []
    for path in READS:
        known = [name for name in ids if path.startswith(name)]
        value = str(ids[max(known, key=len)]) if known else ""
        found.append("/" + re.sub(r"\(\?P<[^>]+>[^)]+\)", value, path).replace("\\", ""))
    return [path for path in found if path not in CONFIGURED]


#: They read no row: what they tell is the environment's.
CONFIGURED = ("/api/settings/api-keys", "/api/settings/services/status", "/api/integrations/oauth/instagram/authorize")


def told(client: APIClient, path: str) -> tuple[int, Any]:
    response = client.get(path)
    if response["Content-Type"].startswith("application/vnd"):
        book = openpyxl.load_workbook(io.BytesIO(b"".join(response.streaming_content)))
        return response.status_code, [[cell.value for cell in row] for row in book.active.iter_rows()]
    if response.streaming:
        return response.status_code, b"".join(response.streaming_content)
    body = response.content.decode()
    # A cursor carries the time when it was signed.
    return response.status_code, re.sub(r'"next_cursor":"[^"]*"', "", body)


def test_every_read_answers_here(alice: APIClient, ids: dict[str, Any]) -> None:
    """Otherwise the next test would prove nothing of it."""
    assert {path: told(alice, path)[0] for path in addresses(ids)} == dict.fromkeys(addresses(ids), 200)


# A workbook that is given up half-way says so when it is collected.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.parametrize("table", TABLES)
def test_no_read_changes_its_answer_when_a_table_is_hidden(alice: APIClient, ids: dict[str, Any], table: str) -> None:
    before = {path: told(alice, path) for path in addresses(ids)}
    lies = {}
    with hidden(table):
        for path, answer in before.items():
            now = told(alice, path)
            if now != answer and not (now[0] == 500 and "schema_mismatch" in now[1]):
                lies[path] = now
    assert lies == {}


REFUSED = (
    ("post", "/api/pipeline/scrape", {}),
    ("post", "/api/jobs/{job}/retry", {}),
    ("post", "/api/pipeline/approve", {"prospect_ids": ["{found}"], "action": "approve"}),
    ("delete", "/api/integrations/instagram", None),
    ("delete", "/api/suppressions/written.example", None),
)


def test_no_action_is_refused_because_its_rows_are_hidden(alice: APIClient, ids: dict[str, Any]) -> None:
    names = {"job": ids["api/jobs/"], "found": ids["api/prospects/(?P<pk>[^/.]+)/events"]}
    lies = {}
    for table in ("prospects", "jobs", "settings", "social_integrations", "suppressions"):
        with hidden(table):
            for method, path, body in REFUSED:
                filled = json.loads(json.dumps(body).replace("{found}", str(names["found"])))
                response = getattr(alice, method)(path.format(**names), filled, format="json")
                if 400 <= response.status_code < 500 and response.status_code != 409:
                    lies[table, path] = response.status_code
    assert lies == {}


def test_a_prospect_that_is_not_there_is_not_found(charlie: APIClient) -> None:
    assert charlie.get("/api/prospects/00000000-0000-0000-0000-000000000001").status_code == 404
    assert not Prospect.objects.exists()
