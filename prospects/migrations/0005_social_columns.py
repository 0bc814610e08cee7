from django.db import migrations, models

from config.schema import operations


class Migration(migrations.Migration):
    dependencies = [
        ("prospects", "0004_pipeline_status_fields"),
    ]

    operations = [
        operations.AddFieldIfMissing(
            model_name="Prospect",
            name="source_type",
            field=models.CharField(
                choices=[("website", "website"), ("social", "social profile")], db_default="website", default="website"
            ),
        ),
        operations.AddFieldIfMissing(
            model_name="Prospect",
            name="source_platform",
            field=models.CharField(
                blank=True,
                choices=[
                    ("linkedin", "LinkedIn"),
                    ("instagram", "Instagram"),
                    ("facebook", "Facebook"),
                    ("tiktok", "TikTok"),
                ],
                null=True,
            ),
        ),
        operations.AddFieldIfMissing(
            model_name="Prospect",
            name="profile_url",
            field=models.TextField(blank=True, null=True),
        ),
        operations.AddFieldIfMissing(
            model_name="Prospect",
            name="username",
            field=models.CharField(blank=True, null=True),
        ),
        operations.AddFieldIfMissing(
            model_name="Prospect",
            name="display_name",
            field=models.CharField(blank=True, null=True),
        ),
        operations.AddFieldIfMissing(
            model_name="Prospect",
            name="follower_count",
            field=models.PositiveIntegerField(blank=True, null=True),
        ),
        operations.AddFieldIfMissing(
            model_name="Prospect",
            name="engagement_rate",
            field=models.DecimalField(blank=True, decimal_places=2, max_digits=5, null=True),
        ),
    ]
