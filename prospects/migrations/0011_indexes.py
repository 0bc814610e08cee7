from django.db import migrations, models

from config.schema import operations


class Migration(migrations.Migration):
    atomic = False

    dependencies = [
        ("prospects", "0010_stage"),
    ]

    operations = [
        operations.AddIndexIfMissing(
            model_name="Prospect",
            index=models.Index(fields=["domain_key"], name="prospects_domain_key"),
        ),
        operations.AddIndexIfMissing(
            model_name="Prospect",
            index=models.Index(fields=["email_key"], name="prospects_email_key"),
        ),
        operations.AddIndexIfMissing(
            model_name="Prospect",
            index=models.Index(fields=["discovery_query"], name="prospects_discovery_query"),
        ),
        operations.AddIndexIfMissing(
            model_name="Prospect",
            index=models.Index(fields=["thread_id"], name="ix_prospects_thread_id"),
        ),
        operations.AddIndexIfMissing(
            model_name="Prospect",
            index=models.Index(fields=["profile_url"], name="ix_prospects_profile_url"),
        ),
        operations.AddIndexIfMissing(
            model_name="Prospect",
            index=models.Index(fields=["username"], name="ix_prospects_username"),
        ),
        operations.AddIndexIfMissing(
            model_name="Prospect",
            index=models.Index(fields=["-created_at", "id"], name="prospects_newest"),
        ),
        operations.AddIndexIfMissing(
            model_name="Prospect",
            index=models.Index(
                condition=models.Q(
                    ("approval_status", "pending"), ("discovery_status", "DISCOVERED"), ("source_type", "website")
                ),
                fields=["-created_at", "id"],
                name="prospects_websites",
            ),
        ),
        operations.DropForeignUniques("Prospect"),
        operations.ReportLeftovers("Prospect"),
    ]
