from django.db import migrations, models

import config.schema.operations


class Migration(migrations.Migration):
    atomic = False

    dependencies = [
        ("pipeline", "0007_social_integrations"),
    ]

    operations = [
        config.schema.operations.AddIndexIfMissing(
            model_name="Job",
            index=models.Index(fields=["-created_at", "id"], name="jobs_newest"),
        ),
        config.schema.operations.AddIndexIfMissing(
            model_name="Job",
            index=models.Index(fields=["status"], name="ix_jobs_status"),
        ),
        config.schema.operations.AddIndexIfMissing(
            model_name="EmailLog",
            index=models.Index(fields=["prospect"], name="ix_email_logs_prospect_id"),
        ),
        config.schema.operations.AddIndexIfMissing(
            model_name="EmailLog",
            index=models.Index(fields=["sent_at"], name="ix_email_logs_sent_at"),
        ),
        config.schema.operations.AddIndexIfMissing(
            model_name="DiscoveryQuery",
            index=models.Index(fields=["job"], name="ix_discovery_queries_job_id"),
        ),
        config.schema.operations.AddIndexIfMissing(
            model_name="DiscoveryQuery",
            index=models.Index(fields=["created_at"], name="discovery_queries_created_at"),
        ),
        config.schema.operations.AddIndexIfMissing(
            model_name="ScraperHistory",
            index=models.Index(fields=["triggered_at"], name="scraper_history_triggered_at"),
        ),
        config.schema.operations.AddIndexIfMissing(
            model_name="EmailAttachment",
            index=models.Index(fields=["prospect"], name="email_attachments_prospect"),
        ),
    ]
