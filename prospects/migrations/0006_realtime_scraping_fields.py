from django.db import migrations, models

import config.schema.operations


class Migration(migrations.Migration):
    dependencies = [
        ("prospects", "0005_social_columns"),
    ]

    operations = [
        config.schema.operations.AddFieldIfMissing(
            model_name="Prospect",
            name="bio_text",
            field=models.TextField(blank=True, null=True),
        ),
        config.schema.operations.AddFieldIfMissing(
            model_name="Prospect",
            name="external_links",
            field=models.JSONField(blank=True, null=True),
        ),
        config.schema.operations.AddFieldIfMissing(
            model_name="Prospect",
            name="scraped_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
    ]
