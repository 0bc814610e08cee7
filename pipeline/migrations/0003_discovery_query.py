import uuid

import django.db.models.deletion
import django.db.models.functions.datetime
import django.utils.timezone
from django.db import migrations, models

from config.schema import operations
from pipeline.migrations import _adoption


class Migration(migrations.Migration):
    dependencies = [
        ("pipeline", "0002_settings"),
    ]

    operations = [
        operations.RenameColumnsIfPresent("discovery_queries", _adoption.DISCOVERY_QUERIES.renames),
        operations.CreateModelIfMissing(
            name="DiscoveryQuery",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                (
                    "job",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="queries",
                        to="pipeline.job",
                    ),
                ),
                ("keyword", models.CharField()),
                ("location", models.CharField()),
                ("location_code", models.IntegerField(blank=True, null=True)),
                ("category", models.CharField(blank=True, null=True)),
                (
                    "status",
                    models.CharField(
                        choices=[("pending", "pending"), ("success", "success"), ("failed", "failed")],
                        db_default="pending",
                        default="pending",
                    ),
                ),
                ("results_found", models.PositiveIntegerField(db_default=0, default=0)),
                ("results_saved", models.PositiveIntegerField(db_default=0, default=0)),
                ("results_skipped_duplicate", models.PositiveIntegerField(db_default=0, default=0)),
                ("results_skipped_existing", models.PositiveIntegerField(db_default=0, default=0)),
                ("error_message", models.TextField(blank=True, null=True)),
                ("query_metadata", models.JSONField(blank=True, null=True)),
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
                "verbose_name_plural": "discovery queries",
                "db_table": "discovery_queries",
                "ordering": ("-created_at", "id"),
            },
        ),
        operations.ConvergeTable("DiscoveryQuery", _adoption.DISCOVERY_QUERIES),
        operations.AddConstraintIfMissing(
            model_name="DiscoveryQuery",
            constraint=models.CheckConstraint(
                condition=models.Q(("status__in", ["pending", "success", "failed"])),
                name="discovery_queries_status_valid",
            ),
        ),
    ]
