"""The admin pages of the pipeline."""

from pipeline.admin import steps
from pipeline.admin.imports import ImportAdmin
from pipeline.admin.integrations import SocialIntegrationAdmin
from pipeline.admin.jobs import JobAdmin, JobItemAdmin
from pipeline.admin.mail import EmailAttachmentAdmin, EmailLogAdmin
from pipeline.admin.runs import DiscoveryQueryAdmin, ScraperHistoryAdmin
from pipeline.admin.settings import SettingAdmin
from pipeline.admin.tokens import TokenAdmin
from pipeline.admin.users import MemberAdmin, RoleAdmin
from pipeline.admin.webhooks import WebhookAdmin, WebhookDeliveryAdmin

__all__ = [
    "DiscoveryQueryAdmin",
    "EmailAttachmentAdmin",
    "EmailLogAdmin",
    "ImportAdmin",
    "JobAdmin",
    "JobItemAdmin",
    "MemberAdmin",
    "RoleAdmin",
    "ScraperHistoryAdmin",
    "SettingAdmin",
    "SocialIntegrationAdmin",
    "TokenAdmin",
    "WebhookAdmin",
    "WebhookDeliveryAdmin",
    "steps",
]
