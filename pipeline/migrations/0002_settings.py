import uuid

import django.db.models.functions.datetime
import django.utils.timezone
from django.db import migrations, models

from config.schema import operations
from pipeline.migrations import _adoption


class Migration(migrations.Migration):
    dependencies = [
        ("pipeline", "0001_base_tables"),
    ]

    operations = [
        operations.CreateModelIfMissing(
            name="Setting",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("key", models.CharField()),
                ("value", models.JSONField(blank=True, null=True)),
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
                "db_table": "settings",
                "ordering": ("key",),
            },
        ),
        # Before rows without a time get one: they are not the newest.
        operations.ResolveDuplicates("Setting", ("key",)),
        operations.ConvergeTable("Setting", _adoption.SETTINGS),
        operations.AddConstraintIfMissing("Setting", models.UniqueConstraint(fields=("key",), name="uq_settings_key")),
    ]
