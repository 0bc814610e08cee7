"""Jobs: one run of a step each."""

import uuid

from django.conf import settings
from django.db import models

from pipeline.choices import JobItemStatus, JobStatus, JobType
from pipeline.models.fields import created_field, legacy_values_field, updated_field
from prospects.models import Prospect, one_of, status_field


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
    done_items = models.PositiveIntegerField(default=0, db_default=0)
    failed_items = models.PositiveIntegerField(default=0, db_default=0)
    activity = models.TextField(default="", db_default="", blank=True, help_text="What the job is at.")
    started_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, db_index=False, related_name="+"
    )
    once_key = models.CharField(
        null=True, blank=True, unique=True, help_text="Of the runs asked for with one key, only the first is made."
    )
    attempts = models.PositiveIntegerField(default=0, db_default=0, help_text="Attempts since the last progress.")
    run_after = models.DateTimeField(null=True, blank=True, help_text="Not before this time.")
    rung_at = models.DateTimeField(null=True, blank=True, help_text="When the queue was told last.")
    lease_token = models.UUIDField(null=True, blank=True, help_text="Only the worker that holds it may write.")
    lease_until = models.DateTimeField(null=True, blank=True)
    heartbeat_at = models.DateTimeField(null=True, blank=True)
    worker = models.CharField(default="", db_default="", blank=True, help_text="Host and process of the last worker.")
    started_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)
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
            models.Index(fields=("started_by",), name="jobs_started_by"),
        )

    def __str__(self) -> str:
        return f"{self.get_job_type_display()} ({self.get_status_display()})"


class JobItem(models.Model):
    """What a job does for one target, mostly a prospect, and what came of it."""

    job = models.ForeignKey(Job, on_delete=models.CASCADE, db_index=False, related_name="items")
    position = models.PositiveIntegerField(help_text="The order in which items are worked on, from 0.")
    # The outcome stays when the prospect goes, as its history does.
    prospect = models.ForeignKey(
        Prospect, on_delete=models.DO_NOTHING, db_constraint=False, null=True, blank=True, db_index=False
    )
    status = status_field(JobItemStatus, JobItemStatus.PENDING)
    attempts = models.PositiveIntegerField(default=0, db_default=0)
    run_after = models.DateTimeField(null=True, blank=True, help_text="Not before this time.")
    detail = models.TextField(default="", db_default="", blank=True, help_text="What was done, or why not.")
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "job_items"
        ordering = ("job", "position")
        constraints = (
            models.UniqueConstraint(fields=("job", "position"), name="job_items_position"),
            one_of("status", JobItemStatus, "job_items_status_valid"),
        )
        indexes = (
            models.Index(fields=("job", "status", "position"), name="job_items_next"),
            models.Index(fields=("prospect",), name="job_items_prospect"),
        )

    def __str__(self) -> str:
        return f"{self.position} ({self.get_status_display()})"
