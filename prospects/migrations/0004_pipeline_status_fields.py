from django.db import migrations, models

from config.schema import operations


class Migration(migrations.Migration):
    dependencies = [
        ("prospects", "0003_serp_intent_fields"),
    ]

    operations = [
        operations.AddFieldIfMissing(
            model_name="Prospect",
            name="discovery_status",
            field=models.CharField(
                choices=[("NEW", "new"), ("DISCOVERED", "discovered")], db_default="NEW", default="NEW"
            ),
        ),
        operations.AddFieldIfMissing(
            model_name="Prospect",
            name="approval_status",
            field=models.CharField(
                choices=[("pending", "pending"), ("approved", "approved"), ("rejected", "rejected")],
                db_default="pending",
                default="pending",
            ),
        ),
        operations.AddFieldIfMissing(
            model_name="Prospect",
            name="scrape_status",
            field=models.CharField(
                choices=[
                    ("DISCOVERED", "not scraped yet"),
                    ("SCRAPED", "scraped"),
                    ("ENRICHED", "enriched"),
                    ("NO_EMAIL_FOUND", "no e-mail found"),
                    ("FAILED", "failed"),
                ],
                db_default="DISCOVERED",
                default="DISCOVERED",
            ),
        ),
        operations.AddFieldIfMissing(
            model_name="Prospect",
            name="verification_status",
            field=models.CharField(
                choices=[
                    ("UNVERIFIED", "unverified"),
                    ("pending", "pending"),
                    ("verified", "verified"),
                    ("failed", "failed"),
                ],
                db_default="UNVERIFIED",
                default="UNVERIFIED",
            ),
        ),
        operations.AddFieldIfMissing(
            model_name="Prospect",
            name="draft_status",
            field=models.CharField(
                choices=[("pending", "pending"), ("drafted", "drafted"), ("failed", "failed")],
                db_default="pending",
                default="pending",
            ),
        ),
        operations.AddFieldIfMissing(
            model_name="Prospect",
            name="send_status",
            field=models.CharField(
                choices=[("pending", "pending"), ("sent", "sent"), ("failed", "failed")],
                db_default="pending",
                default="pending",
            ),
        ),
        operations.AddFieldIfMissing(
            model_name="Prospect",
            name="discovery_category",
            field=models.CharField(blank=True, null=True),
        ),
        operations.AddFieldIfMissing(
            model_name="Prospect",
            name="discovery_location",
            field=models.CharField(blank=True, null=True),
        ),
        operations.AddFieldIfMissing(
            model_name="Prospect",
            name="discovery_keywords",
            field=models.TextField(blank=True, null=True),
        ),
        operations.AddFieldIfMissing(
            model_name="Prospect",
            name="scrape_payload",
            field=models.JSONField(blank=True, null=True),
        ),
        operations.AddFieldIfMissing(
            model_name="Prospect",
            name="scrape_source_url",
            field=models.TextField(blank=True, null=True),
        ),
        operations.AddFieldIfMissing(
            model_name="Prospect",
            name="verification_confidence",
            field=models.DecimalField(blank=True, decimal_places=2, max_digits=5, null=True),
        ),
        operations.AddFieldIfMissing(
            model_name="Prospect",
            name="verification_payload",
            field=models.JSONField(blank=True, null=True),
        ),
    ]
