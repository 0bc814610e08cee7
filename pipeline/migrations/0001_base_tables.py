import uuid

import django.db.models.deletion
import django.db.models.functions.datetime
import django.utils.timezone
from django.db import migrations, models

from config.schema import operations
from pipeline.migrations import _adoption


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("prospects", "0001_base_tables"),
    ]

    operations = [
        operations.CreateModelIfMissing(
            name="Job",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("user_id", models.UUIDField(blank=True, help_text="The old system's user, as it was.", null=True)),
                (
                    "job_type",
                    models.CharField(
                        choices=[
                            ("discover", "discover"),
                            ("enrich", "enrich"),
                            ("scrape", "scrape"),
                            ("verify", "verify"),
                            ("draft", "draft"),
                            ("send", "send"),
                            ("social_discover", "social: discover"),
                            ("social_scrape", "social: scrape"),
                            ("social_draft", "social: draft"),
                            ("social_send", "social: send"),
                            ("import", "import"),
                        ]
                    ),
                ),
                ("params", models.JSONField(blank=True, null=True)),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("pending", "pending"),
                            ("running", "running"),
                            ("completed", "completed"),
                            ("failed", "failed"),
                            ("cancelled", "cancelled"),
                        ],
                        db_default="pending",
                        default="pending",
                    ),
                ),
                ("result", models.JSONField(blank=True, null=True)),
                ("error_message", models.TextField(blank=True, null=True)),
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
                "db_table": "jobs",
                "ordering": ("-created_at", "id"),
            },
        ),
        operations.CreateModelIfMissing(
            name="EmailLog",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                (
                    "prospect",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="email_logs",
                        to="prospects.prospect",
                    ),
                ),
                ("subject", models.TextField(blank=True, null=True)),
                ("body", models.TextField(blank=True, null=True)),
                ("response", models.JSONField(blank=True, null=True)),
                (
                    "sent_at",
                    models.DateTimeField(
                        blank=True,
                        db_default=django.db.models.functions.datetime.Now(),
                        default=django.utils.timezone.now,
                        null=True,
                    ),
                ),
                (
                    "legacy_values",
                    models.JSONField(
                        blank=True,
                        editable=False,
                        help_text="Values of the old system that fit no column, by column.",
                        null=True,
                    ),
                ),
            ],
            options={
                "db_table": "email_logs",
                "ordering": ("-sent_at", "id"),
            },
        ),
        operations.ConvergeTable("Job", _adoption.JOBS),
        operations.ConvergeTable("EmailLog", _adoption.EMAIL_LOGS),
        operations.AddConstraintIfMissing(
            model_name="Job",
            constraint=models.CheckConstraint(
                condition=models.Q(("status__in", ["pending", "running", "completed", "failed", "cancelled"])),
                name="jobs_status_valid",
            ),
        ),
    ]
