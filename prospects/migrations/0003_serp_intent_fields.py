from django.db import migrations, models

from config.schema import operations


class Migration(migrations.Migration):
    dependencies = [
        ("prospects", "0002_discovery_query_id"),
    ]

    operations = [
        operations.AddFieldIfMissing(
            model_name="Prospect",
            name="serp_intent",
            field=models.CharField(blank=True, null=True),
        ),
        operations.AddFieldIfMissing(
            model_name="Prospect",
            name="serp_confidence",
            field=models.DecimalField(blank=True, decimal_places=2, max_digits=3, null=True),
        ),
        operations.AddFieldIfMissing(
            model_name="Prospect",
            name="serp_signals",
            field=models.JSONField(blank=True, null=True),
        ),
    ]
