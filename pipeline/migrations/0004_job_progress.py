from django.db import migrations, models

from config.schema import operations
from pipeline.migrations import _adoption


class Migration(migrations.Migration):
    dependencies = [
        ("pipeline", "0003_discovery_query"),
    ]

    operations = [
        operations.AddFieldIfMissing(
            model_name="Job",
            name="drafts_created",
            field=models.PositiveIntegerField(db_default=0, default=0),
        ),
        operations.AddFieldIfMissing(
            model_name="Job",
            name="total_targets",
            field=models.PositiveIntegerField(blank=True, null=True),
        ),
        operations.ConvergeTable("Job", _adoption.JOBS),
    ]
