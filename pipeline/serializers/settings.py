"""Settings, services and integrations in the API. Secrets go in and never come out."""

from typing import Any

from rest_framework import serializers

from config.api import fields
from config.api.parameters import TextParameter
from pipeline.choices import ConnectionStatus, IntegrationPlatform
from pipeline.models import SocialIntegration
from pipeline.secrets import without_secrets
from pipeline.serializers.steps import texts_field
from pipeline.services import SERVICES


class MasterSwitch(fields.StrictSerializer):
    enabled = fields.BooleanField()


class MasterSwitchState(serializers.Serializer[Any]):
    enabled = serializers.BooleanField()
    message = serializers.CharField()


class Automation(fields.StrictSerializer):
    enabled = fields.BooleanField(required=False)
    automatic_scraper = fields.BooleanField(required=False)
    locations = texts_field(required=False)
    categories = texts_field(required=False)
    keywords = fields.CharField(max_length=2000, required=False, allow_null=True, allow_blank=True)
    max_results = fields.IntegerField(min_value=1, max_value=10_000, required=False)


class ServiceState(serializers.Serializer[Any]):
    name = serializers.CharField()
    enabled = serializers.BooleanField(help_text="Whether this release uses the service.")
    configured = serializers.BooleanField()
    status = serializers.ChoiceField(choices=["connected", "disconnected", "error", "not_configured", "unknown"])
    message = serializers.CharField()
    last_tested = serializers.DateTimeField(allow_null=True)


class ServicesStatus(serializers.Serializer[Any]):
    services = serializers.DictField(child=ServiceState())
    api_keys = serializers.DictField(child=serializers.BooleanField(), help_text="Whether each key is set.")


class ApiKeys(serializers.Serializer[Any]):
    """Whether each key is set."""

    def get_fields(self) -> dict[str, Any]:
        return {key: serializers.BooleanField() for service in SERVICES.values() for key in service.variables}


class WithoutSecrets(serializers.JSONField):
    """What was stored as JSON, but for what its name tells to be a secret."""

    def to_representation(self, value: Any) -> Any:
        return without_secrets(super().to_representation(value))


class IntegrationSerializer(serializers.ModelSerializer[SocialIntegration]):
    """An account at a platform, without its secrets."""

    is_connected = serializers.SerializerMethodField()
    has_access_token = serializers.SerializerMethodField()
    has_smtp_password = serializers.SerializerMethodField()
    platform_metadata = WithoutSecrets(read_only=True, allow_null=True)

    class Meta:
        model = SocialIntegration
        fields = (
            "id",
            "user_id",
            "platform",
            "connection_status",
            "is_connected",
            "scopes_granted",
            "account_id",
            "page_id",
            "business_id",
            "token_expires_at",
            "last_verified_at",
            "email_address",
            "smtp_host",
            "smtp_port",
            "smtp_username",
            "platform_metadata",
            "has_access_token",
            "has_smtp_password",
            "created_at",
            "updated_at",
        )
        read_only_fields = fields

    def get_is_connected(self, integration: SocialIntegration) -> bool:
        return bool(integration.connection_status == ConnectionStatus.CONNECTED)

    def get_has_access_token(self, integration: SocialIntegration) -> bool:
        return bool(integration.access_token)

    def get_has_smtp_password(self, integration: SocialIntegration) -> bool:
        return bool(integration.smtp_password)


class IntegrationInput(fields.StrictSerializer):
    """An account at a platform. Secrets are encrypted before they are stored."""

    platform = fields.ChoiceField(choices=IntegrationPlatform.choices)
    user_id = fields.CharField(max_length=200, required=False)
    access_token = fields.CharField(required=False, allow_null=True, write_only=True)
    refresh_token = fields.CharField(required=False, allow_null=True, write_only=True)
    token_expires_at = fields.DateTimeField(required=False, allow_null=True)
    scopes_granted = texts_field(required=False, allow_null=True)
    account_id = fields.CharField(max_length=200, required=False, allow_null=True)
    page_id = fields.CharField(max_length=200, required=False, allow_null=True)
    business_id = fields.CharField(max_length=200, required=False, allow_null=True)
    email_address = fields.EmailField(max_length=320, required=False, allow_null=True)
    smtp_host = fields.CharField(max_length=253, required=False, allow_null=True)
    smtp_port = fields.IntegerField(min_value=1, max_value=65_535, required=False, allow_null=True)
    smtp_username = fields.CharField(max_length=320, required=False, allow_null=True)
    smtp_password = fields.CharField(required=False, allow_null=True, write_only=True)


class ApiKeyInput(fields.StrictSerializer):
    user_id = fields.CharField(max_length=200, required=False)
    api_key = fields.CharField(write_only=True)


class OAuthCallback(fields.StrictSerializer):
    code = fields.CharField(max_length=2000, write_only=True)
    state = fields.CharField(max_length=2000, required=False, allow_null=True)
    platform = fields.ChoiceField(choices=IntegrationPlatform.choices, required=False)


class UserParameter(serializers.Serializer[Any]):
    user_id = TextParameter(
        max_length=200,
        required=False,
        help_text="Whose accounts. Without it the list has everybody's; all else is about those of `default-user-id`.",
    )


class OAuthParameters(UserParameter):
    redirect_uri = serializers.URLField(max_length=2000, required=False)


class Capability(serializers.Serializer[Any]):
    platform = serializers.ChoiceField(choices=IntegrationPlatform.choices)
    is_connected = serializers.BooleanField()
    connection_status = serializers.CharField(allow_null=True)
    can_send_dm = serializers.BooleanField()
    can_discover = serializers.BooleanField()
    can_read_messages = serializers.BooleanField()
    reason = serializers.CharField(allow_null=True)
    scopes_granted = serializers.JSONField(allow_null=True)
    token_expires_at = serializers.DateTimeField(allow_null=True)
