import django.db.models.functions.comparison
from django.db import migrations, models

import config.schema.operations


class Migration(migrations.Migration):
    atomic = False

    dependencies = [
        ("pipeline", "0011_webhooks"),
        ("prospects", "0015_category_index"),
    ]

    operations = [
        config.schema.operations.AddIndexIfMissing(
            model_name="prospect",
            index=models.Index(
                models.OrderBy(
                    django.db.models.functions.comparison.Coalesce(
                        "score", models.Value(-1), output_field=models.DecimalField(decimal_places=2, max_digits=5)
                    ),
                    descending=True,
                ),
                models.OrderBy(models.F("created_at"), descending=True),
                models.F("id"),
                models.F("score"),
                name="prospects_best",
            ),
        ),
        config.schema.operations.AddIndexIfMissing(
            model_name="prospect",
            index=models.Index(
                condition=models.Q(
                    ("scrape_status__in", ("SCRAPED", "ENRICHED")),
                    ("source_type", "website"),
                    ("contact_email__trim__gt", ""),
                ),
                fields=["-created_at", "id"],
                name="prospects_scraped",
            ),
        ),
        config.schema.operations.AddIndexIfMissing(
            model_name="prospect",
            index=models.Index(
                condition=models.Q(("send_status", "sent"), ("outreach_status", "sent"), _connector="OR"),
                fields=["-created_at", "id"],
                name="prospects_sent",
            ),
        ),
    ]
