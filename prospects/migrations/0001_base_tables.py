import uuid

import django.db.models.functions.datetime
import django.utils.timezone
from django.db import migrations, models

from config.schema import operations
from prospects.migrations._adoption import TABLES, UNMANAGED


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("schema", "0002_verified_schemas_and_repairs"),
    ]

    operations = [
        operations.RecogniseDatabase(TABLES, UNMANAGED),
        operations.CreateModelIfMissing(
            name="Prospect",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("domain", models.CharField(help_text="As it was found; for a social profile the platform's domain.")),
                ("page_url", models.TextField(blank=True, null=True)),
                ("page_title", models.TextField(blank=True, null=True)),
                ("contact_email", models.CharField(blank=True, null=True)),
                ("contact_method", models.CharField(blank=True, null=True)),
                (
                    "da_est",
                    models.DecimalField(
                        blank=True, decimal_places=2, max_digits=5, null=True, verbose_name="domain authority"
                    ),
                ),
                (
                    "score",
                    models.DecimalField(blank=True, db_default=0, decimal_places=2, default=0, max_digits=5, null=True),
                ),
                (
                    "outreach_status",
                    models.CharField(
                        choices=[
                            ("pending", "pending"),
                            ("sent", "sent"),
                            ("replied", "replied"),
                            ("accepted", "accepted"),
                            ("rejected", "rejected"),
                        ],
                        db_default="pending",
                        default="pending",
                    ),
                ),
                ("last_sent", models.DateTimeField(blank=True, null=True)),
                ("followups_sent", models.PositiveIntegerField(db_default=0, default=0)),
                ("draft_subject", models.TextField(blank=True, null=True)),
                ("draft_body", models.TextField(blank=True, null=True)),
                ("dataforseo_payload", models.JSONField(blank=True, null=True)),
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
                "db_table": "prospects",
                "ordering": ("-created_at", "id"),
            },
        ),
    ]
