"""Settings and accounts that people change while the application runs."""

import uuid

from django.db import models

from pipeline.choices import ConnectionStatus, IntegrationPlatform
from pipeline.models.fields import created_field, legacy_values_field, updated_field
from prospects.models import one_of, status_field


class Setting(models.Model):
    """A setting that people change while the application runs."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    key = models.CharField()
    value = models.JSONField(null=True, blank=True)
    legacy_values = legacy_values_field()
    created_at = created_field()
    updated_at = updated_field()

    class Meta:
        db_table = "settings"
        ordering = ("key",)
        constraints = (models.UniqueConstraint(fields=("key",), name="uq_settings_key"),)

    def __str__(self) -> str:
        return self.key


class SocialIntegration(models.Model):
    """An account at a platform. Tokens and passwords are encrypted before they are written and never shown."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user_id = models.CharField()
    platform = models.CharField(choices=IntegrationPlatform)
    connection_status = status_field(ConnectionStatus, ConnectionStatus.CONNECTED)
    scopes_granted = models.JSONField(null=True, blank=True)
    account_id = models.CharField(null=True, blank=True)
    page_id = models.CharField(null=True, blank=True)
    business_id = models.CharField(null=True, blank=True)
    access_token = models.TextField(null=True, blank=True, editable=False)
    refresh_token = models.TextField(null=True, blank=True, editable=False)
    token_expires_at = models.DateTimeField(null=True, blank=True)
    last_verified_at = models.DateTimeField(null=True, blank=True)
    email_address = models.CharField(null=True, blank=True)
    smtp_host = models.CharField(null=True, blank=True)
    smtp_port = models.PositiveIntegerField(null=True, blank=True)
    smtp_username = models.CharField(null=True, blank=True)
    smtp_password = models.TextField(null=True, blank=True, editable=False)
    platform_metadata = models.JSONField(null=True, blank=True)
    legacy_values = legacy_values_field()
    created_at = created_field()
    updated_at = updated_field()

    class Meta:
        db_table = "social_integrations"
        ordering = ("user_id", "platform")
        constraints = (
            models.UniqueConstraint(fields=("user_id", "platform"), name="idx_user_platform"),
            one_of("connection_status", ConnectionStatus, "social_integrations_status_valid"),
        )

    def __str__(self) -> str:
        return f"{self.platform} of {self.user_id}"
