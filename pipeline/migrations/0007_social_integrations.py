import uuid

import django.db.models.functions.datetime
import django.utils.timezone
from django.db import migrations, models

from config.schema import operations
from pipeline.migrations import _adoption


class Migration(migrations.Migration):
    dependencies = [
        ("pipeline", "0006_email_attachments"),
    ]

    operations = [
        operations.RenameColumnsIfPresent("social_integrations", _adoption.SOCIAL_INTEGRATIONS.renames),
        operations.CreateModelIfMissing(
            name="SocialIntegration",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("user_id", models.CharField()),
                (
                    "platform",
                    models.CharField(
                        choices=[
                            ("instagram", "Instagram"),
                            ("facebook", "Facebook"),
                            ("tiktok", "TikTok"),
                            ("linkedin", "LinkedIn"),
                            ("email", "e-mail"),
                        ]
                    ),
                ),
                (
                    "connection_status",
                    models.CharField(
                        choices=[
                            ("connected", "connected"),
                            ("expired", "expired"),
                            ("revoked", "revoked"),
                            ("unsupported", "unsupported"),
                            ("pending_oauth", "waiting for the provider's consent"),
                            ("error", "error"),
                        ],
                        db_default="connected",
                        default="connected",
                    ),
                ),
                ("scopes_granted", models.JSONField(blank=True, null=True)),
                ("account_id", models.CharField(blank=True, null=True)),
                ("page_id", models.CharField(blank=True, null=True)),
                ("business_id", models.CharField(blank=True, null=True)),
                ("access_token", models.TextField(blank=True, editable=False, null=True)),
                ("refresh_token", models.TextField(blank=True, editable=False, null=True)),
                ("token_expires_at", models.DateTimeField(blank=True, null=True)),
                ("last_verified_at", models.DateTimeField(blank=True, null=True)),
                ("email_address", models.CharField(blank=True, null=True)),
                ("smtp_host", models.CharField(blank=True, null=True)),
                ("smtp_port", models.PositiveIntegerField(blank=True, null=True)),
                ("smtp_username", models.CharField(blank=True, null=True)),
                ("smtp_password", models.TextField(blank=True, editable=False, null=True)),
                ("platform_metadata", models.JSONField(blank=True, null=True)),
                (
                    "legacy_values",
                    models.JSONField(
                        blank=True,
                        editable=False,
                        help_text="Values of the old system that fit no column, by column.",
                        null=True,
                    ),
                ),
                (
                    "created_at",
                    models.DateTimeField(
                        db_default=django.db.models.functions.datetime.Now(),
                        default=django.utils.timezone.now,
                        editable=False,
                    ),
                ),
                (
                    "updated_at",
                    models.DateTimeField(auto_now=True, db_default=django.db.models.functions.datetime.Now()),
                ),
            ],
            options={
                "db_table": "social_integrations",
                "ordering": ("user_id", "platform"),
            },
        ),
        # Before rows without a time get one: they are not the newest.
        operations.ResolveDuplicates("SocialIntegration", ("user_id", "platform"), distinguish="user_id"),
        operations.ConvergeTable("SocialIntegration", _adoption.SOCIAL_INTEGRATIONS),
        operations.AddConstraintIfMissing(
            model_name="SocialIntegration",
            constraint=models.UniqueConstraint(fields=("user_id", "platform"), name="idx_user_platform"),
        ),
        operations.AddConstraintIfMissing(
            model_name="SocialIntegration",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "connection_status__in",
                        ["connected", "expired", "revoked", "unsupported", "pending_oauth", "error"],
                    )
                ),
                name="social_integrations_status_valid",
            ),
        ),
    ]
