from django.db import migrations, models

import config.schema.operations


class Migration(migrations.Migration):
    dependencies = [
        ("prospects", "0002_discovery_query_id"),
    ]

    operations = [
        config.schema.operations.AddFieldIfMissing(
            model_name="Prospect",
            name="serp_intent",
            field=models.CharField(blank=True, null=True),
        ),
        config.schema.operations.AddFieldIfMissing(
            model_name="Prospect",
            name="serp_confidence",
            field=models.DecimalField(blank=True, decimal_places=2, max_digits=3, null=True),
        ),
        config.schema.operations.AddFieldIfMissing(
            model_name="Prospect",
            name="serp_signals",
            field=models.JSONField(blank=True, null=True),
        ),
    ]
