from django.db import migrations, models

import config.schema.operations


class Migration(migrations.Migration):
    dependencies = [
        ("pipeline", "0003_discovery_query"),
    ]

    operations = [
        config.schema.operations.AddFieldIfMissing(
            model_name="Job",
            name="drafts_created",
            field=models.PositiveIntegerField(db_default=0, default=0),
        ),
        config.schema.operations.AddFieldIfMissing(
            model_name="Job",
            name="total_targets",
            field=models.PositiveIntegerField(blank=True, null=True),
        ),
    ]
