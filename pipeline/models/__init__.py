"""What the steps of the pipeline keep. Table and column names are those of the adopted database."""

from pipeline.models.discovery import DiscoveryQuery, ScraperHistory
from pipeline.models.jobs import Job, JobItem
from pipeline.models.mail import EmailAttachment, EmailLog
from pipeline.models.settings import Setting, SocialIntegration
from pipeline.models.webhooks import Webhook, WebhookDelivery

__all__ = [
    "DiscoveryQuery",
    "EmailAttachment",
    "EmailLog",
    "Job",
    "JobItem",
    "ScraperHistory",
    "Setting",
    "SocialIntegration",
    "Webhook",
    "WebhookDelivery",
]
