"""Suppression, duplicates, webhooks and the items of jobs in the API."""

import io

import openpyxl
import pytest
from cryptography.fernet import Fernet
from django.core.files.uploadedfile import SimpleUploadedFile
from rest_framework.test import APIClient

from config.api.exports import XLSX
from pipeline.jobs import handlers
from pipeline.models import Job, JobItem, Webhook
from prospects import suppression
from prospects.models import Prospect, Suppression


def test_addresses_and_domains_are_suppressed_listed_and_released(bob: APIClient, alice: APIClient) -> None:
    entries = [{"value": "X@a.example", "reason": "complaint", "note": "by phone"}, {"value": "b.example"}]
    assert bob.post("/api/suppressions", {"entries": entries}, format="json").json() == {"added": 2}
    listed = bob.get("/api/suppressions?kind=email").json()
    assert [(row["key"], row["reason"], row["note"]) for row in listed["data"]] == [
        ("x@a.example", "complaint", "by phone")
    ]
    assert bob.delete("/api/suppressions/x@a.example").status_code == 403
    assert alice.delete("/api/suppressions/x@a.example").status_code == 204
    assert alice.delete("/api/suppressions/x@a.example").status_code == 404
    assert bob.get("/api/suppressions").json()["total"] == 1


def test_a_wrong_entry_adds_none(bob: APIClient) -> None:
    entries = [{"value": "a.example"}, {"value": "nonsense"}]
    response = bob.post("/api/suppressions", {"entries": entries}, format="json")
    assert response.status_code == 400
    assert "'nonsense'" in response.json()["detail"]
    assert not Suppression.objects.exists()


def test_the_suppression_list_goes_out_and_in_as_a_file(bob: APIClient) -> None:
    suppression.add([suppression.Entry("a.example", "bounced", "twice"), suppression.Entry("x@b.example")])
    exported = b"".join(bob.get("/api/suppressions/export/csv").streaming_content)
    Suppression.objects.all().delete()
    body = {"file": SimpleUploadedFile("s.csv", exported), "reason": "legal"}
    assert bob.post("/api/suppressions/import", body, format="multipart").json() == {"added": 2}
    assert set(Suppression.objects.values_list("key", "reason", "note", "source")) == {
        ("a.example", "bounced", "twice", "import"),
        ("x@b.example", "other", "", "import"),
    }
    wrong = {"file": SimpleUploadedFile("s.csv", b"value\nc.example\nx y\n")}
    response = bob.post("/api/suppressions/import", wrong, format="multipart")
    assert (response.status_code, "Line 3" in response.json()["detail"]) == (400, True)


def test_duplicates_are_listed_merged_and_brought_back(bob: APIClient) -> None:
    rows = [Prospect.objects.create(domain=domain) for domain in ("a.example", "www.a.example", "b.example")]
    groups = bob.get("/api/duplicates/groups").json()
    assert [(group["key"], group["count"]) for group in groups["groups"]] == [("a.example", 2)]
    assert {row["id"] for row in groups["groups"][0]["prospects"]} == {str(row.pk) for row in rows[:2]}
    body = {"keep_id": str(rows[0].pk), "other_id": str(rows[1].pk)}
    merged = bob.post("/api/merges", body, format="json")
    assert merged.status_code == 201
    assert Prospect.objects.count() == 2
    assert bob.get("/api/merges").json()["total"] == 1
    undone = bob.post(f"/api/merges/{merged.json()['id']}/undo")
    assert undone.json()["undone_at"] is not None
    assert bob.post(f"/api/merges/{merged.json()['id']}/undo").status_code == 409
    assert Prospect.objects.count() == 3


def test_a_webhook_shows_its_secret_once(alice: APIClient, bob: APIClient, settings) -> None:
    settings.ENCRYPTION_KEY = Fernet.generate_key().decode()
    body = {"url": "https://hooks.example.com/x", "event_types": ["job.finished"]}
    assert bob.post("/api/webhooks", body, format="json").status_code == 403
    made = alice.post("/api/webhooks", body, format="json").json()
    assert made["secret"].startswith("whsec_")
    url = f"/api/webhooks/{made['id']}"
    assert "secret" not in alice.get(url).json()
    assert alice.post(f"{url}/secret").json()["secret"] != made["secret"]
    assert alice.post(f"{url}/active", {"active": False}, format="json").json()["active"] is False
    assert alice.get(f"{url}/deliveries").json()["total"] == 0
    assert alice.delete(url).status_code == 204
    assert not Webhook.objects.exists()


@pytest.mark.parametrize(
    "url", ["https://127.0.0.1/x", "http://hooks.example.com/x", "https://user@hooks.example.com/"]
)
def test_a_webhook_to_an_unsafe_target_is_refused(alice: APIClient, url: str) -> None:
    response = alice.post("/api/webhooks", {"url": url, "event_types": ["job.finished"]}, format="json")
    assert (response.status_code, response.json()["code"]) == (400, "target_refused")


def test_the_items_of_a_job_are_listed_and_the_failed_ones_done_again(
    bob: APIClient, charlie: APIClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(handlers._handlers, "scrape", handlers.ItemHandler())
    job = Job.objects.create(job_type="scrape", status="completed", done_items=1, failed_items=1)
    JobItem.objects.create(job=job, position=0, status="done", detail="a")
    JobItem.objects.create(job=job, position=1, status="failed", detail="b")
    failed = charlie.get(f"/api/jobs/{job.pk}/items?status=failed").json()
    assert [(item["position"], item["detail"]) for item in failed["data"]] == [(1, "b")]
    assert charlie.post(f"/api/jobs/{job.pk}/retry").status_code == 403
    assert bob.post(f"/api/jobs/{job.pk}/retry").json()["status"] == "pending"
    assert list(job.items.order_by("position").values_list("status", flat=True)) == ["done", "pending"]
    refused = bob.post(f"/api/jobs/{job.pk}/retry")
    assert (refused.status_code, refused.json()["code"]) == (400, "refused")


@pytest.mark.parametrize("path", ["export/xlsx?list=leads", "leads/export/xlsx", "scraped-emails/export/xlsx"])
def test_a_list_goes_out_as_a_workbook_with_exactly_its_rows(charlie: APIClient, path: str) -> None:
    for n in range(3):
        Prospect.objects.create(
            domain=f"s{n}.example",
            page_title="=1+1",
            contact_email=f"x@s{n}.example",
            scrape_status="SCRAPED",
            approval_status="approved",
        )
    response = charlie.get(f"/api/prospects/{path}")
    assert response["Content-Type"] == XLSX
    book = openpyxl.load_workbook(io.BytesIO(b"".join(response.streaming_content)))
    rows = list(book.active.iter_rows(values_only=True))
    assert {row[1] for row in rows[1:]} == {"s0.example", "s1.example", "s2.example"}
    assert not [cell for row in rows for cell in row if str(cell).startswith("=")]
