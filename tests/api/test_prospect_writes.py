"""Adding, changing and deleting prospects; versions; history; exports."""

import base64
import csv
import hashlib
import io
import logging
from typing import Any

import pytest
from cryptography.fernet import Fernet
from django.db import connection
from rest_framework.test import APIClient

from pipeline import secrets
from pipeline.models import EmailLog, SocialIntegration
from prospects.models import Prospect, ProspectEvent
from tests.api.rows import one_of_each, save


def test_a_prospect_is_added_with_its_etag_and_its_event(bob: APIClient) -> None:
    response = bob.post("/api/prospects", {"domain": "Example.com", "score": 7.5}, format="json")
    assert response.status_code == 201
    body = response.json()
    assert (body["domain"], body["score"], body["stage"]) == ("Example.com", 7.5, "DISCOVERED")
    assert response["ETag"] == bob.get(f"/api/prospects/{body['id']}")["ETag"]
    assert ProspectEvent.objects.get().kind == "created"


def test_the_same_site_twice_is_a_conflict_that_names_the_first(bob: APIClient) -> None:
    first = bob.post("/api/prospects", {"domain": "example.com"}, format="json").json()
    response = bob.post("/api/prospects", {"domain": "WWW.Example.com"}, format="json")
    assert response.status_code == 409
    assert response.json()["reasons"][0]["id"] == first["id"]


def profile(url: str, platform: str = "instagram") -> dict[str, str]:
    return {"domain": f"{platform}.com", "source_type": "social", "source_platform": platform, "profile_url": url}


@pytest.mark.parametrize(
    "url",
    [
        "https://www.instagram.com/Foo/",
        "https://instagram.com/foo?hl=en",
        "http://instagram.com/foo",
    ],
)
def test_the_same_profile_in_another_spelling_is_a_conflict_that_names_the_first(bob: APIClient, url: str) -> None:
    first = bob.post("/api/prospects", profile("https://instagram.com/foo"), format="json").json()
    response = bob.post("/api/prospects", profile(url), format="json")
    assert (response.status_code, response.json()["reasons"][0]["id"]) == (409, first["id"])
    other = bob.post("/api/prospects", profile("https://instagram.com/bar"), format="json").json()
    response = bob.patch(f"/api/prospects/{other['id']}", {"profile_url": url}, format="json", HTTP_IF_MATCH="*")
    assert (response.status_code, Prospect.objects.count()) == (409, 2)


def test_profiles_that_differ_by_their_number_alone_are_two(bob: APIClient) -> None:
    for number in (1, 2):
        url = f"https://www.facebook.com/profile.php?id={number}"
        assert bob.post("/api/prospects", profile(url, "facebook"), format="json").status_code == 201


@pytest.mark.parametrize("domain", ["straße.example", "strasse.example"])
def test_two_domains_that_differ_by_a_letter_are_two_sites(bob: APIClient, domain: str) -> None:
    for each in ("straße.example", "strasse.example"):
        assert bob.post("/api/prospects", {"domain": each}, format="json").status_code == 201
    assert bob.post("/api/prospects", {"domain": f"www.{domain}"}, format="json").status_code == 409


@pytest.mark.parametrize(
    ("data", "content_type", "status"),
    [
        ('{"domain": ', "application/json", 400),
        ('{"domain": "a\\u0000.com"}', "application/json", 400),
        ('{"domain": "\\ud800.com"}', "application/json", 400),
        ("[" * 100_000, "application/json", 400),
        ("domain=a.com", "text/plain", 415),
        ('{"domain": "' + "a" * 3_000_000 + '"}', "application/json", 413),
        (b"\xff\xfe", "application/json", 400),
    ],
    ids=["broken", "NUL", "surrogate", "deep", "content type", "too large", "no UTF-8"],
)
def test_a_body_that_cannot_be_read_is_a_problem_and_no_fault(
    bob: APIClient, data: Any, content_type: str, status: int
) -> None:
    response = bob.post("/api/prospects", data, content_type=content_type)
    assert response.status_code == status
    assert response["Content-Type"] == "application/problem+json"


@pytest.mark.parametrize(
    ("path", "data", "fields"),
    [
        ("prospects", '{"domain": "a\\u0000.com", "bio_text": "\\ud800", "score": 5}', ["domain", "bio_text"]),
        ("prospects/bulk-update", '{"prospect_ids": ["x", "\\u0000"], "values": {}}', ["prospect_ids.1"]),
        ("prospects/bulk-update", '{"prospect_ids": [], "values": {"page_\\u0000": 1}}', ["values"]),
        ("prospects", '"\\u0000"', [""]),
    ],
)
def test_what_no_database_can_store_is_refused_by_the_name_of_its_field(
    bob: APIClient, path: str, data: str, fields: list[str]
) -> None:
    response = bob.post(f"/api/{path}", data, content_type="application/json")
    assert (response.status_code, response.json()["code"]) == (400, "invalid")
    assert [error["field"] for error in response.json()["errors"]] == fields


def test_a_file_whose_content_type_no_database_can_store_is_refused(bob: APIClient) -> None:
    part = '--b\r\nContent-Disposition: form-data; name="scope"\r\n\r\nglobal\r\n'
    file = 'Content-Disposition: form-data; name="file"; filename="a.txt"\r\nContent-Type: te\0xt/plain\r\n\r\nrow\r\n'
    response = bob.generic(
        "POST", "/api/prospects/attachments", f"{part}--b\r\n{file}--b--\r\n", "multipart/form-data; boundary=b"
    )
    assert (response.status_code, response.json()["errors"][0]["field"]) == (400, "file")


def test_a_nul_in_a_path_is_refused_by_name(alice: APIClient) -> None:
    for method, path, field in (
        ("DELETE", "integrations/%00", "platform"),
        ("GET", "integrations/%00/capabilities", "platform"),
        ("DELETE", "suppressions/a%00.b", "key"),
        ("DELETE", "auth/tokens/%00", "token_key"),
    ):
        response = alice.generic(method, f"/api/{path}")
        assert (response.status_code, response.json()["errors"][0]["field"]) == (400, field)


@pytest.mark.parametrize("identity", ["1", "x" * 36, "%00", "e3e70682-c209-1cac-a29f-6fbed82c07c"])
def test_a_malformed_id_is_refused_by_name(bob: APIClient, identity: str) -> None:
    response = bob.get(f"/api/prospects/{identity}")
    assert response.status_code == 400
    assert response.json()["errors"][0]["field"] == "id"


def test_a_tag_that_a_compressing_proxy_made_weak_stands_for_the_same_version(bob: APIClient) -> None:
    (row,) = save("website")
    path = f"/api/prospects/{row.pk}"
    tag = f"W/{bob.get(path)['ETag']}"
    assert bob.patch(path, {"score": 5}, format="json", HTTP_IF_MATCH=f'"other", {tag}').status_code == 200
    assert bob.patch(path, {"score": 6}, format="json", HTTP_IF_MATCH=tag).status_code == 412


def test_a_change_needs_the_version_that_was_read_and_no_update_is_lost(bob: APIClient) -> None:
    (row,) = save("website")
    path = f"/api/prospects/{row.pk}"
    assert bob.patch(path, {"score": 5}, format="json").status_code == 428
    tag = bob.get(path)["ETag"]
    first = bob.patch(path, {"score": 5}, format="json", HTTP_IF_MATCH=tag)
    assert first.status_code == 200
    assert first["ETag"] != tag
    second = bob.patch(path, {"score": 6}, format="json", HTTP_IF_MATCH=tag)
    assert second.status_code == 412
    assert bob.get(path).json()["score"] == 5
    assert bob.patch(path, {"score": 6}, format="json", HTTP_IF_MATCH=first["ETag"]).status_code == 200


def test_the_history_tells_who_changed_what(bob: APIClient) -> None:
    (row,) = save("website")
    bob.patch(f"/api/prospects/{row.pk}", {"score": 5}, format="json", HTTP_IF_MATCH="*")
    events = bob.get(f"/api/prospects/{row.pk}/events").json()
    assert events["total"] == 1
    event = events["data"][0]
    assert (event["user"], event["field"], float(event["old"]), float(event["new"])) == ("bob", "score", 0, 5)


def test_a_deleted_prospect_keeps_its_history_and_one_written_to_is_not_deleted(bob: APIClient) -> None:
    gone, kept = save("website", 2)
    EmailLog.objects.create(prospect=kept, subject="s")
    assert bob.delete(f"/api/prospects/{gone.pk}").status_code == 204
    assert bob.get(f"/api/prospects/{gone.pk}").status_code == 404
    assert bob.get(f"/api/prospects/{gone.pk}/events").json()["data"][0]["kind"] == "deleted"
    assert bob.delete(f"/api/prospects/{kept.pk}").status_code == 409


def test_a_bulk_update_changes_all_or_none(bob: APIClient) -> None:
    rows = save("website", 3)
    ids = [str(row.pk) for row in rows]
    body = {"prospect_ids": [*ids, "00000000-0000-4000-8000-000000000000"], "values": {"discovery_category": "New"}}
    assert bob.post("/api/prospects/bulk-update", body, format="json").status_code == 404
    assert not Prospect.objects.filter(discovery_category="New").exists()
    body["prospect_ids"] = ids
    assert bob.post("/api/prospects/bulk-update", body, format="json").json()["updated_count"] == 3
    assert ProspectEvent.objects.filter(field="discovery_category", new="New").count() == 3


VERIFIED = {"verification_status": "verified", "verification_confidence": 0.9, "verification_payload": {"mx": True}}


def write(bob: APIClient, row: Prospect, email: str | None, way: str) -> None:
    values = {"contact_email": email}
    if way == "patch":
        answer = bob.patch(f"/api/prospects/{row.pk}", values, format="json", HTTP_IF_MATCH="*")
    else:
        body = {"prospect_ids": [str(row.pk)], "values": values}
        answer = bob.post("/api/prospects/bulk-update", body, format="json")
    assert answer.status_code == 200
    row.refresh_from_db()


@pytest.mark.parametrize("way", ["patch", "bulk"])
def test_another_address_is_not_verified_because_the_one_before_it_was(bob: APIClient, way: str) -> None:
    (row,) = save("draft", **VERIFIED)
    assert Prospect.objects.to_send().exists()
    write(bob, row, "other@example.com", way)
    assert (row.verification_status, row.verification_confidence) == ("UNVERIFIED", None)
    assert Prospect.objects.filter(verification_payload__isnull=True).exists()
    assert not Prospect.objects.to_send().exists()
    assert ProspectEvent.objects.filter(field="verification_status", old="verified", new="UNVERIFIED").exists()


@pytest.mark.parametrize("way", ["patch", "bulk"])
def test_another_spelling_of_an_address_leaves_it_verified(bob: APIClient, way: str) -> None:
    (row,) = save("draft", **VERIFIED)
    write(bob, row, (row.contact_email or "").title(), way)
    assert (row.verification_status, row.verification_payload) == ("verified", {"mx": True})
    assert Prospect.objects.to_send().exists()


def exported(client: APIClient, path: str) -> list[dict[str, str]]:
    response = client.get(path)
    assert response.status_code == 200
    assert response["Content-Type"].startswith("text/csv")
    return list(csv.DictReader(io.StringIO(b"".join(response.streaming_content).decode())))


EXPORTS = [
    ("/api/prospects/export/csv", "/api/prospects"),
    ("/api/prospects/export/csv?status=drafted", "/api/prospects?list=drafts"),
    ("/api/prospects/export/csv?source_type=sent", "/api/prospects?status=sent"),
    ("/api/prospects/export/csv?source_type=website", "/api/prospects?list=websites"),
    ("/api/prospects/leads/export/csv", "/api/prospects/leads"),
    ("/api/prospects/scraped-emails/export/csv", "/api/prospects/scraped-emails"),
    ("/api/social/profiles/export/csv", "/api/prospects?source_type=social"),
]


@pytest.mark.parametrize(("export", "listed"), EXPORTS)
def test_an_export_holds_exactly_the_rows_of_its_list(charlie: APIClient, export: str, listed: str) -> None:
    one_of_each(3)
    body = charlie.get(listed).json()
    rows = body["data"]["data"] if isinstance(body["data"], dict) else body["data"]
    assert rows
    assert {row["ID"] for row in exported(charlie, export)} == {row["id"] for row in rows}


@pytest.mark.parametrize("start", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1"])
def test_an_export_neutralises_formulas(charlie: APIClient, start: str) -> None:
    save("lead", page_title=start)
    assert exported(charlie, "/api/prospects/export/csv")[0]["Page Title"] == f"'{start}"


def test_an_export_without_a_column_is_a_problem_and_no_empty_file(charlie: APIClient) -> None:
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE prospects RENAME COLUMN bio_text TO gone")
    response = charlie.get("/api/prospects/export/csv")
    assert response.status_code == 500
    assert response.json()["code"] == "schema_mismatch"


def test_secrets_are_encrypted_and_neither_returned_nor_logged(
    alice: APIClient, settings: Any, caplog: pytest.LogCaptureFixture
) -> None:
    settings.ENCRYPTION_KEY = Fernet.generate_key().decode()
    secret = "hunter2-secret"
    with caplog.at_level(logging.DEBUG):
        body = {"platform": "email", "smtp_password": secret, "access_token": secret, "smtp_host": "mail.example.com"}
        answers = [
            alice.post("/api/integrations", body, format="json"),
            alice.post("/api/integrations/instagram/api-key", {"api_key": secret}, format="json"),
            alice.get("/api/integrations"),
            alice.post("/api/auth/login", {"username": "alice", "password": secret}, format="json"),
            alice.post("/api/auth/login", {"password": secret}, format="json"),
            alice.get("/api/prospects", {"unknown": "parameter"}),
        ]
    assert answers[0].status_code == 201
    token = alice._credentials.get("HTTP_AUTHORIZATION", alice.defaults["HTTP_AUTHORIZATION"]).split()[1]
    for text in (secret, token):
        assert text not in caplog.text
        assert not any(text in answer.content.decode() for answer in answers)
    stored = SocialIntegration.objects.get(platform="email")
    assert secret not in (stored.smtp_password, stored.access_token)
    assert Fernet(settings.ENCRYPTION_KEY).decrypt(stored.smtp_password.encode()).decode() == secret


def test_the_key_of_the_older_systems_password_reads_what_it_wrote(settings: Any) -> None:
    settings.ENCRYPTION_KEY = ""
    settings.MASTER_ENCRYPTION_PASSWORD, settings.MASTER_ENCRYPTION_SALT = "its password", "its salt"
    key = base64.urlsafe_b64encode(hashlib.pbkdf2_hmac("sha256", b"its password", b"its salt", 100_000))
    assert secrets.decrypt(Fernet(key).encrypt(b"hunter2").decode()) == "hunter2"
    assert Fernet(key).decrypt(secrets.encrypt("hunter2")) == b"hunter2"
    settings.MASTER_ENCRYPTION_SALT = "another salt"
    with pytest.raises(secrets.Unreadable):
        secrets.decrypt(Fernet(key).encrypt(b"hunter2").decode())


def test_where_both_are_set_the_key_is_used_and_not_the_password(settings: Any) -> None:
    settings.ENCRYPTION_KEY = Fernet.generate_key().decode()
    settings.MASTER_ENCRYPTION_PASSWORD = settings.MASTER_ENCRYPTION_SALT = "other"
    assert Fernet(settings.ENCRYPTION_KEY).decrypt(secrets.encrypt("hunter2").encode()) == b"hunter2"


@pytest.mark.parametrize(("password", "salt"), [("", ""), ("x", ""), ("", "x")])
def test_secrets_are_not_stored_without_a_key(alice: APIClient, settings: Any, password: str, salt: str) -> None:
    settings.ENCRYPTION_KEY = ""
    settings.MASTER_ENCRYPTION_PASSWORD, settings.MASTER_ENCRYPTION_SALT = password, salt
    response = alice.post("/api/integrations", {"platform": "email", "smtp_password": "x"}, format="json")
    assert response.status_code == 409
    assert "ENCRYPTION_KEY" in response.json()["variables"]
    assert not SocialIntegration.objects.exists()


NO_HOSTS = ("<script>.example", "a b.example", "a'b.example", "a.b c", "a..example", ".example", "example.")


@pytest.mark.parametrize(
    "domain",
    [*NO_HOSTS, "a\u202eb.example", "a\u200bb.example", "a\u00adb.example", "x" * 64 + ".example"],
)
def test_what_no_host_name_can_hold_is_no_domain(bob: APIClient, domain: str) -> None:
    response = bob.post("/api/prospects", {"domain": domain}, format="json")
    assert response.status_code == 400
    assert {error["field"] for error in response.json()["errors"]} == {"domain"}


@pytest.mark.parametrize(
    "domain", ["www.com", "Example.com", "münchen.example", "xn--mnchen-3ya.example", "a_b.example"]
)
def test_what_a_host_name_can_hold_is_a_domain(bob: APIClient, domain: str) -> None:
    assert bob.post("/api/prospects", {"domain": domain}, format="json").status_code == 201
