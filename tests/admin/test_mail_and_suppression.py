"""Files that go out with mails, and those who are never written to: added in the admin by the functions of the API."""

import pytest
from django.contrib.auth.models import User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from pipeline.models import EmailAttachment
from prospects.models import Suppression
from tests.admin.conftest import scraped

ADD_FILE = reverse("admin:pipeline_emailattachment_add")
ADD_SUPPRESSION = reverse("admin:prospects_suppression_add")


@pytest.fixture
def desk(client: Client, bob: User) -> Client:
    client.force_login(bob)
    return client


def test_a_file_is_kept_and_downloaded_as_it_was(desk: Client) -> None:
    file = SimpleUploadedFile("price list.html", b"<script>", content_type="text/html")
    assert desk.post(ADD_FILE, {"file": file, "scope": "global"}).status_code == 302
    attachment = EmailAttachment.objects.get()
    assert (attachment.filename, attachment.size_bytes) == ("price list.html", 8)
    response = desk.get(reverse("admin:pipeline_emailattachment_download", args=[attachment.pk]))
    assert response.content == b"<script>"
    assert response.headers["Content-Type"] == "application/octet-stream"
    assert response.headers["Content-Disposition"] == 'attachment; filename="price list.html"'


def test_a_file_for_one_prospect_names_it(desk: Client) -> None:
    refused = desk.post(ADD_FILE, {"file": SimpleUploadedFile("a.txt", b"x"), "scope": "prospect"})
    assert "Name the prospect" in refused.content.decode()
    prospect = scraped(1)
    prospect.save()
    data = {"file": SimpleUploadedFile("a.txt", b"x"), "scope": "prospect", "prospect": str(prospect.pk)}
    assert desk.post(ADD_FILE, data).status_code == 302
    assert prospect.attachments.count() == 1


def test_an_address_is_suppressed_once_with_who_did_it(desk: Client, bob: User) -> None:
    answer = {"value": " Office@Example.com", "reason": "other", "note": "asked by phone"}
    assert desk.post(ADD_SUPPRESSION, answer).status_code == 302
    entry = Suppression.objects.get()
    assert (entry.kind, entry.key, entry.created_by) == ("email", "office@example.com", bob)
    assert "on the list already" in desk.post(ADD_SUPPRESSION, answer).content.decode()


def test_what_is_neither_address_nor_domain_is_refused(desk: Client) -> None:
    page = desk.post(ADD_SUPPRESSION, {"value": "nobody", "reason": "other"}).content.decode()
    assert "neither an e-mail address nor a domain" in page


def test_an_operator_takes_nobody_off_the_list(desk: Client) -> None:
    entry = Suppression.objects.create(kind="domain", value="example.com", key="example.com")
    url = reverse("admin:prospects_suppression_delete", args=[entry.pk])
    assert desk.post(url, {"post": "yes"}).status_code == 403
    assert Suppression.objects.exists()
