from django.db import migrations, models

from config.schema import operations

MODELS = (
    "Job",
    "EmailLog",
    "Setting",
    "DiscoveryQuery",
    "ScraperHistory",
    "EmailAttachment",
    "SocialIntegration",
)


class Migration(migrations.Migration):
    atomic = False

    dependencies = [
        ("pipeline", "0007_social_integrations"),
    ]

    operations = [
        operations.AddIndexIfMissing(
            model_name="Job",
            index=models.Index(fields=["-created_at", "id"], name="jobs_newest"),
        ),
        operations.AddIndexIfMissing(
            model_name="Job",
            index=models.Index(fields=["status"], name="ix_jobs_status"),
        ),
        operations.AddIndexIfMissing(
            model_name="EmailLog",
            index=models.Index(fields=["prospect"], name="ix_email_logs_prospect_id"),
        ),
        operations.AddIndexIfMissing(
            model_name="EmailLog",
            index=models.Index(fields=["sent_at"], name="ix_email_logs_sent_at"),
        ),
        operations.AddIndexIfMissing(
            model_name="DiscoveryQuery",
            index=models.Index(fields=["job"], name="ix_discovery_queries_job_id"),
        ),
        operations.AddIndexIfMissing(
            model_name="DiscoveryQuery",
            index=models.Index(fields=["created_at"], name="discovery_queries_created_at"),
        ),
        operations.AddIndexIfMissing(
            model_name="ScraperHistory",
            index=models.Index(fields=["triggered_at"], name="scraper_history_triggered_at"),
        ),
        operations.AddIndexIfMissing(
            model_name="EmailAttachment",
            index=models.Index(fields=["prospect"], name="email_attachments_prospect"),
        ),
        operations.DropForeignUniques(*MODELS),
        operations.ReportLeftovers(*MODELS),
    ]
