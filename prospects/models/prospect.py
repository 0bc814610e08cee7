"""People and sites we may write to. Table and column names are those of the adopted database."""

import uuid
from typing import Any

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now, Upper
from django.utils import timezone

from prospects.choices import (
    ApprovalStatus,
    DiscoveryStatus,
    DraftStatus,
    OutreachStatus,
    ScrapeStatus,
    SendStatus,
    SourcePlatform,
    SourceType,
    Stage,
    VerificationStatus,
)
from prospects.keys import domain_key, email_key, profile_key
from prospects.models.fields import one_of, status_field
from prospects.models.keys import derived_keys
from prospects.querysets import DERIVED, ProspectQuerySet, best_first
from prospects.stages import STAGE_INPUTS, derive_stage, present, stage_expression


class Prospect(models.Model):
    """A web site or a social profile, and how far it has come."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    domain = models.CharField(help_text="As it was found; for a social profile the platform's domain.")
    domain_key = models.CharField(
        editable=False, default="", db_default="", help_text="The domain normalised, for search and de-duplication."
    )
    page_url = models.TextField(null=True, blank=True)
    page_title = models.TextField(null=True, blank=True)
    contact_email = models.CharField(null=True, blank=True)
    email_key = models.CharField(editable=False, default="", db_default="", help_text="The e-mail normalised.")
    contact_method = models.CharField(null=True, blank=True)
    da_est = models.DecimalField("domain authority", max_digits=5, decimal_places=2, null=True, blank=True)
    score = models.DecimalField(max_digits=5, decimal_places=2, null=True, blank=True, default=0, db_default=0)

    discovery_status = status_field(DiscoveryStatus, DiscoveryStatus.NEW)
    discovery_query = models.ForeignKey(
        "pipeline.DiscoveryQuery",
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        db_index=False,
        related_name="prospects",
    )
    discovery_category = models.CharField(null=True, blank=True)
    discovery_location = models.CharField(null=True, blank=True)
    discovery_keywords = models.TextField(null=True, blank=True)
    dataforseo_payload = models.JSONField(null=True, blank=True)
    serp_intent = models.CharField(null=True, blank=True)
    serp_confidence = models.DecimalField(max_digits=3, decimal_places=2, null=True, blank=True)
    serp_signals = models.JSONField(null=True, blank=True)
    is_manual = models.BooleanField(default=False, db_default=False)

    approval_status = status_field(ApprovalStatus, ApprovalStatus.PENDING)

    scrape_status = status_field(ScrapeStatus, ScrapeStatus.DISCOVERED)
    scrape_payload = models.JSONField(null=True, blank=True)
    scrape_source_url = models.TextField(null=True, blank=True)
    scraped_at = models.DateTimeField(null=True, blank=True)

    verification_status = status_field(VerificationStatus, VerificationStatus.UNVERIFIED)
    verification_confidence = models.DecimalField(max_digits=5, decimal_places=2, null=True, blank=True)
    verification_payload = models.JSONField(null=True, blank=True)
    snov_payload = models.JSONField(null=True, blank=True)

    draft_status = status_field(DraftStatus, DraftStatus.PENDING)
    draft_subject = models.TextField(null=True, blank=True)
    draft_body = models.TextField(null=True, blank=True)
    drafted_at = models.DateTimeField(null=True, blank=True)
    final_body = models.TextField(null=True, blank=True, help_text="The text that was sent last.")

    send_status = status_field(SendStatus, SendStatus.PENDING)
    outreach_status = status_field(OutreachStatus, OutreachStatus.PENDING)
    last_sent = models.DateTimeField(null=True, blank=True)
    followups_sent = models.PositiveIntegerField(default=0, db_default=0)
    thread_id = models.UUIDField(null=True, blank=True)
    sequence_index = models.PositiveIntegerField(default=0, db_default=0)

    stage = models.CharField(choices=Stage, default=Stage.DISCOVERED, db_default=Stage.DISCOVERED.value, editable=False)

    source_type = status_field(SourceType, SourceType.WEBSITE)
    source_platform = models.CharField(choices=SourcePlatform, null=True, blank=True)
    profile_url = models.TextField(null=True, blank=True)
    profile_key = models.CharField(
        editable=False, default="", db_default="", help_text="The profile's URL normalised, for de-duplication."
    )
    username = models.CharField(null=True, blank=True)
    display_name = models.CharField(null=True, blank=True)
    follower_count = models.PositiveIntegerField(null=True, blank=True)
    engagement_rate = models.DecimalField(max_digits=5, decimal_places=2, null=True, blank=True)
    bio_text = models.TextField(null=True, blank=True)
    external_links = models.JSONField(null=True, blank=True)

    legacy_values = models.JSONField(
        null=True, blank=True, editable=False, help_text="Values of the old system that fit no column, by column."
    )
    created_at = models.DateTimeField(default=timezone.now, db_default=Now(), editable=False)
    updated_at = models.DateTimeField(auto_now=True, db_default=Now())

    objects = ProspectQuerySet.as_manager()

    class Meta:
        db_table = "prospects"
        ordering = ("-created_at", "id")
        constraints = (
            one_of("discovery_status", DiscoveryStatus, "prospects_discovery_status_valid"),
            one_of("approval_status", ApprovalStatus, "prospects_approval_status_valid"),
            one_of("scrape_status", ScrapeStatus, "prospects_scrape_status_valid"),
            one_of("verification_status", VerificationStatus, "prospects_verification_status_valid"),
            one_of("draft_status", DraftStatus, "prospects_draft_status_valid"),
            one_of("send_status", SendStatus, "prospects_send_status_valid"),
            one_of("outreach_status", OutreachStatus, "prospects_outreach_status_valid"),
            one_of("source_type", SourceType, "check_source_type"),
            one_of("source_platform", SourcePlatform, "check_source_platform"),
            models.CheckConstraint(condition=Q(stage=stage_expression()), name="prospects_stage_derived"),
            *derived_keys(),
        )
        indexes = (
            models.Index(fields=("domain_key",), name="prospects_domain_key"),
            models.Index(fields=("email_key",), name="prospects_email_key"),
            models.Index(fields=("profile_key",), name="prospects_profile_key", condition=Q(profile_key__gt="")),
            models.Index(fields=("discovery_query",), name="prospects_discovery_query"),
            models.Index(fields=("thread_id",), name="ix_prospects_thread_id"),
            models.Index(fields=("profile_url",), name="ix_prospects_profile_url"),
            models.Index(fields=("username",), name="ix_prospects_username"),
            models.Index(Upper("discovery_category"), "discovery_category", name="prospects_category"),
            models.Index(fields=("-created_at", "id"), name="prospects_newest"),
            # The score itself lets PostgreSQL count and skip rows by the index alone.
            models.Index(best_first().desc(), F("created_at").desc(), "id", "score", name="prospects_best"),
            models.Index(
                fields=("-created_at", "id"),
                name="prospects_scraped",
                condition=Q(source_type="website", scrape_status__in=("SCRAPED", "ENRICHED"))
                & present("contact_email"),
            ),
            models.Index(
                fields=("-created_at", "id"),
                name="prospects_sent",
                condition=Q(send_status="sent") | Q(outreach_status="sent"),
            ),
            models.Index(
                fields=("-created_at", "id"),
                name="prospects_websites",
                condition=Q(source_type="website", discovery_status="DISCOVERED", approval_status="pending"),
            ),
        )

    def __str__(self) -> str:
        return self.username or self.domain

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.derive()
        if (fields := kwargs.get("update_fields")) is not None:
            kwargs["update_fields"] = {*fields, *DERIVED}
        super().save(*args, **kwargs)

    def derive(self) -> None:
        """Bring the columns that follow from others in line with them."""
        self.domain_key = domain_key(self.domain)
        self.email_key = email_key(self.contact_email)
        self.profile_key = profile_key(self.profile_url)
        self.stage = derive_stage({column: getattr(self, column) for column in STAGE_INPUTS})
