"""Imports in the API: from the upload to the revert, and what is refused on the way."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from rest_framework.test import APIClient

from pipeline import jobs
from prospects.imports import uploading
from prospects.models import Import, Prospect
from tests.imports.files import csv_file, xlsx_file


def upload(client: APIClient, content: bytes, name: str = "list.csv", **values: str):
    return client.post("/api/imports", {"file": SimpleUploadedFile(name, content), **values}, format="multipart")


@pytest.fixture
def uploaded(bob: APIClient) -> dict:
    content = csv_file(["Site", "Mail"], ["a.example", "x@a.example"], ["wrong", ""])
    return upload(bob, content).json()


def test_an_upload_answers_with_columns_and_a_mapping_to_start_from(uploaded: dict) -> None:
    assert uploaded["columns"] == ["Site", "Mail"]
    assert uploaded["mapping"] == {"Site": "domain", "Mail": "contact_email"}
    assert (uploaded["status"], uploaded["separator"], uploaded["encoding"]) == ("uploaded", ",", "utf-8")
    assert not Prospect.objects.exists()


def test_an_import_goes_from_the_upload_to_the_revert(bob: APIClient, uploaded: dict) -> None:
    url = f"/api/imports/{uploaded['id']}"
    previewed = bob.post(f"{url}/preview", {"mode": "create"}, format="json").json()
    assert previewed["planned"] == {"created": 1, "updated": 0, "skipped": 0, "refused": 1}
    rows = bob.get(f"{url}/rows?planned=refused").json()
    assert (rows["total"], rows["data"][0]["line"]) == (1, 3)
    assert rows["data"][0]["problems"] == [{"column": "Site", "value": "wrong", "reason": "is no domain"}]
    started = bob.post(f"{url}/run").json()
    jobs.run(started["job_id"])
    done = bob.get(url).json()
    assert (done["status"], done["outcome"]) == ("finished", {"created": 1, "updated": 0, "skipped": 0, "refused": 1})
    refused = b"".join(bob.get(f"{url}/refused/csv").streaming_content).decode()
    assert refused.splitlines()[1] == "Site: is no domain,wrong,"
    assert bob.post(f"{url}/revert").json() == {"deleted": 1, "restored": 0}
    assert not Prospect.objects.exists()


def test_a_file_that_leaves_a_choice_says_what_to_choose(bob: APIClient) -> None:
    response = upload(bob, b"domain;city,town\na.example;x,y\n")
    assert response.status_code == 400
    assert (response.json()["code"], response.json()["asks_for"]) == ("import_refused", "separator")
    assert upload(bob, b"domain;city,town\na.example;x,y\n", separator=";").status_code == 201
    sheets = upload(bob, xlsx_file(["domain"], ["a.example"], sheets=("A", "B")), "a.xlsx")
    assert sheets.json()["asks_for"] == "sheet"
    assert Import.objects.count() == 1


def test_what_was_not_previewed_is_not_run(bob: APIClient, uploaded: dict) -> None:
    response = bob.post(f"/api/imports/{uploaded['id']}/run")
    assert (response.status_code, response.json()["code"]) == (409, "refused")


def test_a_preview_that_a_later_one_replaces_answers_409_and_the_later_one_is_shown(
    bob: APIClient, uploaded: dict, monkeypatch: pytest.MonkeyPatch
) -> None:
    url, decide = f"/api/imports/{uploaded['id']}", uploading.decide
    later = []

    def decide_late(*args):
        if not later:
            later.append(None)
            later.append(bob.post(f"{url}/preview", {"mode": "update"}, format="json"))
        return decide(*args)

    monkeypatch.setattr(uploading, "decide", decide_late)
    replaced = bob.post(f"{url}/preview", {"mode": "both"}, format="json")
    assert (replaced.status_code, replaced.json()["code"]) == (409, "refused")
    assert "another preview was begun since" in replaced.json()["detail"]
    assert later[1].status_code == 200
    now = bob.get(url).json()
    assert (now["status"], now["mode"], now["planned"]["skipped"]) == ("previewed", "update", 1)
    assert bob.get(f"{url}/rows?planned=skipped").json()["total"] == 1


def test_a_viewer_sees_imports_and_starts_none(charlie: APIClient, uploaded: dict) -> None:
    url = f"/api/imports/{uploaded['id']}"
    assert charlie.get("/api/imports").json()["total"] == 1
    assert charlie.get(url).status_code == 200
    assert upload(charlie, b"domain\na.example\n").status_code == 403
    for action in ("preview", "run", "revert"):
        assert charlie.post(f"{url}/{action}", {}, format="json").status_code == 403


def test_a_file_of_suppressions_is_read_in_the_encoding_it_asked_for(bob: APIClient) -> None:
    def sent(**how: str):
        file = SimpleUploadedFile("list.csv", "email;note,x\na@b.example;Köln\n".encode("cp1252"))
        return bob.post("/api/suppressions/import", {"file": file, **how}, format="multipart")

    assert sent().json()["asks_for"] == "encoding"
    assert sent(encoding="cp1252").json()["asks_for"] == "separator"
    assert sent(encoding="cp1252", separator=";").json() == {"added": 1}
