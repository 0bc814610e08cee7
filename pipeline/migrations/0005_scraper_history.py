import uuid

import django.db.models.functions.datetime
import django.utils.timezone
from django.db import migrations, models

from config.schema import operations
from pipeline.migrations import _adoption


class Migration(migrations.Migration):
    dependencies = [
        ("pipeline", "0004_job_progress"),
    ]

    operations = [
        operations.CreateModelIfMissing(
            name="ScraperHistory",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("triggered_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("completed_at", models.DateTimeField(blank=True, null=True)),
                ("success_count", models.PositiveIntegerField(db_default=0, default=0)),
                ("failed_count", models.PositiveIntegerField(db_default=0, default=0)),
                ("duration_seconds", models.DecimalField(blank=True, decimal_places=2, max_digits=10, null=True)),
                (
                    "status",
                    models.CharField(
                        choices=[("running", "running"), ("completed", "completed"), ("failed", "failed")],
                        db_default="running",
                        default="running",
                    ),
                ),
                ("error_message", models.CharField(blank=True, null=True)),
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
            ],
            options={
                "verbose_name_plural": "scraper history",
                "db_table": "scraper_history",
                "ordering": ("-triggered_at", "id"),
            },
        ),
        operations.ConvergeTable("ScraperHistory", _adoption.SCRAPER_HISTORY),
        operations.AddConstraintIfMissing(
            model_name="ScraperHistory",
            constraint=models.CheckConstraint(
                condition=models.Q(("status__in", ["running", "completed", "failed"])),
                name="scraper_history_status_valid",
            ),
        ),
    ]
