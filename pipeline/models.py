"""What the steps of the pipeline keep. Table and column names are those of the adopted database."""

import uuid
from typing import Any

from django.db import models
from django.db.models.functions import Now
from django.utils import timezone

from pipeline.choices import (
    AttachmentScope,
    ConnectionStatus,
    IntegrationPlatform,
    JobStatus,
    JobType,
    QueryStatus,
    ScraperRunStatus,
)
from prospects.models import Prospect, one_of, status_field


def created_field() -> "models.DateTimeField[Any, Any]":
    return models.DateTimeField(default=timezone.now, db_default=Now(), editable=False)


def updated_field() -> "models.DateTimeField[Any, Any]":
    return models.DateTimeField(auto_now=True, db_default=Now())


def legacy_values_field() -> "models.JSONField[Any, Any]":
    return models.JSONField(
        null=True, blank=True, editable=False, help_text="Values of the old system that fit no column, by column."
    )


class Job(models.Model):
    """One run of a step. The row is the truth about it; the queue only rings the bell."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user_id = models.UUIDField(null=True, blank=True, help_text="The old system's user, as it was.")
    job_type = models.CharField(choices=JobType)
    params = models.JSONField(null=True, blank=True)
    status = status_field(JobStatus, JobStatus.PENDING)
    result = models.JSONField(null=True, blank=True)
    error_message = models.TextField(null=True, blank=True)
    drafts_created = models.PositiveIntegerField(default=0, db_default=0)
    total_targets = models.PositiveIntegerField(null=True, blank=True)
    legacy_values = legacy_values_field()
    created_at = created_field()
    updated_at = updated_field()

    class Meta:
        db_table = "jobs"
        ordering = ("-created_at", "id")
        constraints = (one_of("status", JobStatus, "jobs_status_valid"),)
        indexes = (
            models.Index(fields=("-created_at", "id"), name="jobs_newest"),
            models.Index(fields=("status",), name="ix_jobs_status"),
        )

    def __str__(self) -> str:
        return f"{self.job_type} {self.status}"


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


class Setting(models.Model):
    """A setting that people change while the application runs."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    key = models.CharField(unique=True)
    value = models.JSONField(null=True, blank=True)
    legacy_values = legacy_values_field()
    created_at = created_field()
    updated_at = updated_field()

    class Meta:
        db_table = "settings"
        ordering = ("key",)

    def __str__(self) -> str:
        return self.key


class DiscoveryQuery(models.Model):
    """One search for one keyword in one place, and what came of it."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    # NULL only where the old database had lost the job.
    job = models.ForeignKey(Job, on_delete=models.CASCADE, null=True, db_index=False, related_name="queries")
    keyword = models.CharField()
    location = models.CharField()
    location_code = models.IntegerField(null=True, blank=True)
    category = models.CharField(null=True, blank=True)
    status = status_field(QueryStatus, QueryStatus.PENDING)
    results_found = models.PositiveIntegerField(default=0, db_default=0)
    results_saved = models.PositiveIntegerField(default=0, db_default=0)
    results_skipped_duplicate = models.PositiveIntegerField(default=0, db_default=0)
    results_skipped_existing = models.PositiveIntegerField(default=0, db_default=0)
    error_message = models.TextField(null=True, blank=True)
    query_metadata = models.JSONField(null=True, blank=True)
    legacy_values = legacy_values_field()
    created_at = created_field()
    updated_at = updated_field()

    class Meta:
        db_table = "discovery_queries"
        ordering = ("-created_at", "id")
        verbose_name_plural = "discovery queries"
        constraints = (one_of("status", QueryStatus, "discovery_queries_status_valid"),)
        indexes = (
            models.Index(fields=("job",), name="ix_discovery_queries_job_id"),
            models.Index(fields=("created_at",), name="discovery_queries_created_at"),
        )

    def __str__(self) -> str:
        return f"{self.keyword} in {self.location}"


class ScraperHistory(models.Model):
    """One run of the automatic scraper."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    triggered_at = models.DateTimeField(default=timezone.now)
    completed_at = models.DateTimeField(null=True, blank=True)
    success_count = models.PositiveIntegerField(default=0, db_default=0)
    failed_count = models.PositiveIntegerField(default=0, db_default=0)
    duration_seconds = models.DecimalField(max_digits=10, decimal_places=2, null=True, blank=True)
    status = status_field(ScraperRunStatus, ScraperRunStatus.RUNNING)
    error_message = models.CharField(null=True, blank=True)
    legacy_values = legacy_values_field()
    created_at = created_field()

    class Meta:
        db_table = "scraper_history"
        ordering = ("-triggered_at", "id")
        verbose_name_plural = "scraper history"
        constraints = (one_of("status", ScraperRunStatus, "scraper_history_status_valid"),)
        indexes = (models.Index(fields=("triggered_at",), name="scraper_history_triggered_at"),)

    def __str__(self) -> str:
        return f"{self.triggered_at} {self.status}"


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


class SocialIntegration(models.Model):
    """An account at a platform. Tokens and passwords are encrypted before they are written and never shown."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user_id = models.CharField()
    platform = models.CharField(choices=IntegrationPlatform)
    connection_status = status_field(ConnectionStatus, ConnectionStatus.CONNECTED)
    scopes_granted = models.JSONField(null=True, blank=True)
    account_id = models.CharField(null=True, blank=True)
    page_id = models.CharField(null=True, blank=True)
    business_id = models.CharField(null=True, blank=True)
    access_token = models.TextField(null=True, blank=True, editable=False)
    refresh_token = models.TextField(null=True, blank=True, editable=False)
    token_expires_at = models.DateTimeField(null=True, blank=True)
    last_verified_at = models.DateTimeField(null=True, blank=True)
    email_address = models.CharField(null=True, blank=True)
    smtp_host = models.CharField(null=True, blank=True)
    smtp_port = models.PositiveIntegerField(null=True, blank=True)
    smtp_username = models.CharField(null=True, blank=True)
    smtp_password = models.TextField(null=True, blank=True, editable=False)
    platform_metadata = models.JSONField(null=True, blank=True)
    legacy_values = legacy_values_field()
    created_at = created_field()
    updated_at = updated_field()

    class Meta:
        db_table = "social_integrations"
        ordering = ("user_id", "platform")
        constraints = (
            models.UniqueConstraint(fields=("user_id", "platform"), name="idx_user_platform"),
            one_of("connection_status", ConnectionStatus, "social_integrations_status_valid"),
        )

    def __str__(self) -> str:
        return f"{self.platform} of {self.user_id}"
