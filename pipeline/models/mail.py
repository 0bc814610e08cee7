"""Mails that left, and the files that go with them."""

import uuid
from typing import Any

from django.core.files import File
from django.db import models
from django.db.models.functions import Now
from django.utils import timezone

from pipeline.choices import AttachmentScope
from pipeline.models.fields import created_field, legacy_values_field
from prospects.models import Prospect, one_of, status_field


class EmailLog(models.Model):
    """A mail that left, or its attempt."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    # NULL only where the old database had lost the prospect: the mail went out all the same.
    prospect = models.ForeignKey(
        Prospect, on_delete=models.PROTECT, null=True, db_index=False, related_name="email_logs"
    )
    subject = models.TextField(null=True, blank=True)
    body = models.TextField(null=True, blank=True)
    response = models.JSONField(null=True, blank=True)
    sent_at = models.DateTimeField(null=True, blank=True, default=timezone.now, db_default=Now())
    legacy_values = legacy_values_field()

    class Meta:
        db_table = "email_logs"
        ordering = ("-sent_at", "id")
        indexes = (
            models.Index(fields=("prospect",), name="ix_email_logs_prospect_id"),
            models.Index(fields=("sent_at",), name="ix_email_logs_sent_at"),
        )

    def __str__(self) -> str:
        return self.subject or str(self.id)


#: What common mail servers still take, after encoding.
MAX_ATTACHMENT = 10 * 1024 * 1024


class EmailAttachment(models.Model):
    """A file that goes out with every mail or with one prospect's mails."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    prospect = models.ForeignKey(
        Prospect, on_delete=models.CASCADE, null=True, blank=True, db_index=False, related_name="attachments"
    )
    filename = models.CharField()
    content_type = models.CharField()
    size_bytes = models.PositiveIntegerField()
    scope = status_field(AttachmentScope, AttachmentScope.GLOBAL)
    data = models.BinaryField()
    legacy_values = legacy_values_field()
    created_at = created_field()

    class Meta:
        db_table = "email_attachments"
        ordering = ("-created_at", "id")
        constraints = (one_of("scope", AttachmentScope, "email_attachments_scope_valid"),)
        indexes = (models.Index(fields=("prospect",), name="email_attachments_prospect"),)

    def __str__(self) -> str:
        return self.filename

    def take(self, file: "File[Any]") -> None:
        """Fill the row from an uploaded file, which the caller has found small enough; nothing is saved."""
        self.filename = file.name or "file"
        self.content_type = getattr(file, "content_type", None) or "application/octet-stream"
        self.data = file.read()
        self.size_bytes = len(self.data)
