"""One limit for the size of attachments, wherever they come in."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from rest_framework.test import APIClient

from pipeline.models import EmailAttachment
from pipeline.models.mail import MAX_ATTACHMENT
from tests.api.conftest import User


def of_size(size: int) -> SimpleUploadedFile:
    return SimpleUploadedFile("a.bin", b"x" * size, content_type="")


@pytest.mark.parametrize("too_large", [False, True])
def test_the_api_and_the_admin_take_files_of_the_same_size(alice: APIClient, client: Client, too_large: bool) -> None:
    client.force_login(User.objects.create_superuser("root"))
    size = MAX_ATTACHMENT + too_large
    alice.post("/api/prospects/attachments", {"scope": "global", "file": of_size(size)})
    client.post(
        reverse("admin:pipeline_emailattachment_add"), {"scope": "global", "prospect": "", "file": of_size(size)}
    )
    stored = list(EmailAttachment.objects.values_list("filename", "content_type", "size_bytes"))
    assert stored == [("a.bin", "application/octet-stream", size)] * (0 if too_large else 2)
