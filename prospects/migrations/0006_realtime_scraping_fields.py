from django.db import migrations, models

from config.schema import operations


class Migration(migrations.Migration):
    dependencies = [
        ("prospects", "0005_social_columns"),
    ]

    operations = [
        operations.AddFieldIfMissing(
            model_name="Prospect",
            name="bio_text",
            field=models.TextField(blank=True, null=True),
        ),
        operations.AddFieldIfMissing(
            model_name="Prospect",
            name="external_links",
            field=models.JSONField(blank=True, null=True),
        ),
        operations.AddFieldIfMissing(
            model_name="Prospect",
            name="scraped_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
    ]
