"""Jobs: one run of a step each."""

import uuid

from django.db import models

from pipeline.choices import JobStatus, JobType
from pipeline.models.fields import created_field, legacy_values_field, updated_field
from prospects.models import one_of, status_field


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
