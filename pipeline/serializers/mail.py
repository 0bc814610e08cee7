"""Mails, drafts by a model, and attachments in the API."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from config.api import fields
from config.api.parameters import TextParameter
from config.api.parsers import is_storable
from pipeline.choices import AttachmentScope
from pipeline.models import EmailAttachment, EmailLog
from pipeline.models.mail import MAX_ATTACHMENT

_LIMIT = f"{MAX_ATTACHMENT // 1024**2} MB"


class AttachmentSerializer(serializers.ModelSerializer[EmailAttachment]):
    """A file that goes out with mails, without its bytes."""

    prospect_id = serializers.UUIDField(read_only=True, allow_null=True)

    class Meta:
        model = EmailAttachment
        fields = ("id", "filename", "content_type", "size_bytes", "scope", "prospect_id", "created_at")
        read_only_fields = fields


@extend_schema_field({"oneOf": [{"type": "string", "format": "uuid"}, {"type": "string", "enum": [""]}]})
class OptionalId(serializers.UUIDField):
    """A form says "none" by an empty text."""


class AttachmentInput(fields.StrictSerializer):
    scope = serializers.ChoiceField(choices=AttachmentScope.choices)
    prospect_id = OptionalId(required=False, allow_null=True, help_text="Empty for none.")
    file = serializers.FileField(max_length=255, help_text=f"At most {_LIMIT}.")

    def validate_file(self, file: Any) -> Any:
        if file.size > MAX_ATTACHMENT:
            raise serializers.ValidationError(f"Must be at most {_LIMIT}.")
        # Its name is cleaned by Django.
        if not is_storable(file.content_type or ""):
            raise serializers.ValidationError("Its content type may hold no NUL and no unpaired surrogate.")
        return file

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if (attrs["scope"] == AttachmentScope.PROSPECT) != bool(attrs.get("prospect_id")):
            raise serializers.ValidationError(
                {"prospect_id": ["Belongs to scope `prospect`, which needs it, and to no other."]}
            )
        return attrs


class SentEmailSerializer(serializers.ModelSerializer[EmailLog]):
    """The mail that was sent to a prospect last."""

    email_log_id = serializers.UUIDField(source="id", read_only=True)
    prospect_id = serializers.UUIDField(read_only=True)
    provider = serializers.SerializerMethodField()
    message_id = serializers.SerializerMethodField()
    thread_id = serializers.SerializerMethodField()
    raw_response = serializers.JSONField(source="response", read_only=True, allow_null=True)
    attachments = serializers.SerializerMethodField()

    class Meta:
        model = EmailLog
        fields = (
            "email_log_id",
            "prospect_id",
            "subject",
            "body",
            "sent_at",
            "provider",
            "message_id",
            "thread_id",
            "raw_response",
            "attachments",
        )
        read_only_fields = fields

    def get_provider(self, log: EmailLog) -> str:
        return "smtp" if self._of_response(log, "id") in (None, "smtp") else "gmail"

    def get_message_id(self, log: EmailLog) -> str | None:
        return self._of_response(log, "id") or self._of_response(log, "message_id")

    def get_thread_id(self, log: EmailLog) -> str | None:
        return self._of_response(log, "threadId") or self._of_response(log, "thread_id")

    def get_attachments(self, log: EmailLog) -> list[dict[str, Any]]:
        return list(AttachmentSerializer(self.context["attachments"], many=True).data)

    def _of_response(self, log: EmailLog, key: str) -> str | None:
        value = log.response.get(key) if isinstance(log.response, dict) else None
        return None if value is None else str(value)


class SendOneInput(fields.StrictSerializer):
    cc = fields.EmailField(max_length=320, required=False, allow_null=True)
    bcc = fields.EmailField(max_length=320, required=False, allow_null=True)


class ChatInput(fields.StrictSerializer):
    message = fields.TextField()
    current_subject = fields.CharField(max_length=1000, required=False, allow_null=True, allow_blank=True)
    current_body = fields.TextField(required=False, allow_null=True, allow_blank=True)


class WebsiteInput(fields.StrictSerializer):
    website_url = fields.URLField(max_length=2000)


class EmailInput(fields.StrictSerializer):
    email = fields.EmailField(max_length=320)


class EnrichParameters(serializers.Serializer[Any]):
    domain = TextParameter(max_length=253)
    name = TextParameter(max_length=200, required=False)
