"""Searches for sites, and the runs of the automatic scraper."""

import uuid

from django.db import models
from django.utils import timezone

from pipeline.choices import QueryStatus, ScraperRunStatus
from pipeline.models.fields import created_field, legacy_values_field, updated_field
from pipeline.models.jobs import Job
from prospects.models import one_of, status_field


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
