import uuid

import django.db.models.deletion
import django.db.models.functions.datetime
import django.utils.timezone
from django.db import migrations, models

from config.schema import operations
from pipeline.migrations import _adoption


class Migration(migrations.Migration):
    dependencies = [
        ("pipeline", "0005_scraper_history"),
    ]

    operations = [
        operations.CreateModelIfMissing(
            name="EmailAttachment",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                (
                    "prospect",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="attachments",
                        to="prospects.prospect",
                    ),
                ),
                ("filename", models.CharField()),
                ("content_type", models.CharField()),
                ("size_bytes", models.PositiveIntegerField()),
                (
                    "scope",
                    models.CharField(
                        choices=[("global", "every mail"), ("prospect", "one prospect's mails")],
                        db_default="global",
                        default="global",
                    ),
                ),
                ("data", models.BinaryField()),
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
                "db_table": "email_attachments",
                "ordering": ("-created_at", "id"),
            },
        ),
        operations.ConvergeTable("EmailAttachment", _adoption.EMAIL_ATTACHMENTS),
        operations.AddConstraintIfMissing(
            model_name="EmailAttachment",
            constraint=models.CheckConstraint(
                condition=models.Q(("scope__in", ["global", "prospect"])), name="email_attachments_scope_valid"
            ),
        ),
    ]
