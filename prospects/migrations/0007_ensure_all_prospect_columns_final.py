from django.db import migrations, models

from config.schema import operations
from prospects.migrations._adoption import PROSPECTS


class Migration(migrations.Migration):
    dependencies = [
        ("prospects", "0006_realtime_scraping_fields"),
    ]

    operations = [
        operations.EnsureColumns(
            "Prospect",
            (
                "source_type",
                "source_platform",
                "profile_url",
                "username",
                "display_name",
                "follower_count",
                "engagement_rate",
                "bio_text",
                "external_links",
                "scraped_at",
            ),
        ),
        operations.AddFieldIfMissing(
            model_name="Prospect",
            name="legacy_values",
            field=models.JSONField(
                blank=True,
                editable=False,
                help_text="Values of the old system that fit no column, by column.",
                null=True,
            ),
        ),
        operations.ConvergeTable("Prospect", PROSPECTS),
        operations.AddConstraintIfMissing(
            model_name="Prospect",
            constraint=models.CheckConstraint(
                condition=models.Q(("discovery_status__in", ["NEW", "DISCOVERED"])),
                name="prospects_discovery_status_valid",
            ),
        ),
        operations.AddConstraintIfMissing(
            model_name="Prospect",
            constraint=models.CheckConstraint(
                condition=models.Q(("approval_status__in", ["pending", "approved", "rejected"])),
                name="prospects_approval_status_valid",
            ),
        ),
        operations.AddConstraintIfMissing(
            model_name="Prospect",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("scrape_status__in", ["DISCOVERED", "SCRAPED", "ENRICHED", "NO_EMAIL_FOUND", "FAILED"])
                ),
                name="prospects_scrape_status_valid",
            ),
        ),
        operations.AddConstraintIfMissing(
            model_name="Prospect",
            constraint=models.CheckConstraint(
                condition=models.Q(("verification_status__in", ["UNVERIFIED", "pending", "verified", "failed"])),
                name="prospects_verification_status_valid",
            ),
        ),
        operations.AddConstraintIfMissing(
            model_name="Prospect",
            constraint=models.CheckConstraint(
                condition=models.Q(("draft_status__in", ["pending", "drafted", "failed"])),
                name="prospects_draft_status_valid",
            ),
        ),
        operations.AddConstraintIfMissing(
            model_name="Prospect",
            constraint=models.CheckConstraint(
                condition=models.Q(("send_status__in", ["pending", "sent", "failed"])),
                name="prospects_send_status_valid",
            ),
        ),
        operations.AddConstraintIfMissing(
            model_name="Prospect",
            constraint=models.CheckConstraint(
                condition=models.Q(("outreach_status__in", ["pending", "sent", "replied", "accepted", "rejected"])),
                name="prospects_outreach_status_valid",
            ),
        ),
        operations.AddConstraintIfMissing(
            model_name="Prospect",
            constraint=models.CheckConstraint(
                condition=models.Q(("source_type__in", ["website", "social"])), name="check_source_type"
            ),
        ),
        operations.AddConstraintIfMissing(
            model_name="Prospect",
            constraint=models.CheckConstraint(
                condition=models.Q(("source_platform__in", ["linkedin", "instagram", "facebook", "tiktok"])),
                name="check_source_platform",
            ),
        ),
    ]
