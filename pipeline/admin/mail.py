"""Mails that left, and the files that go out with them."""

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from config.admin import ModelAdmin, ReadOnlyAdmin, json_field
from pipeline.models import EmailAttachment, EmailLog
from prospects.admin import NAME_COLUMNS

# A file's content is for downloading: no page reads it.
_ATTACHMENT = ("filename", "content_type", "size_bytes", "scope", "prospect_id", "created_at")
_PROSPECT = tuple(f"prospect__{column}" for column in NAME_COLUMNS)


@admin.register(EmailLog)
class EmailLogAdmin(ReadOnlyAdmin[EmailLog]):
    list_display = ("subject", "prospect", "sent_at")
    list_filter = ("sent_at",)
    search_fields = ("subject", "prospect__domain", "prospect__contact_email")
    search_help_text = "Part of a subject, of a prospect's domain or of its e-mail address."
    fields = ("prospect", "sent_at", "subject", "body", *map(json_field, ("response", "legacy_values")))

    def get_queryset(self, request: HttpRequest) -> QuerySet[EmailLog]:
        own = tuple(field.name for field in EmailLog._meta.concrete_fields)
        return super().get_queryset(request).select_related("prospect").only(*own, *_PROSPECT)


@admin.register(EmailAttachment)
class EmailAttachmentAdmin(ModelAdmin[EmailAttachment]):
    list_display = ("filename", "content_type", "size_bytes", "scope", "prospect", "created_at")
    list_filter = ("scope", "content_type")
    search_fields = ("filename", "prospect__domain")
    search_help_text = "Part of a file's name or of a prospect's domain."
    fields = ("filename", "content_type", "size_bytes", "scope", "prospect", "created_at")
    readonly_fields = fields

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def get_queryset(self, request: HttpRequest) -> QuerySet[EmailAttachment]:
        return super().get_queryset(request).select_related("prospect").only(*_ATTACHMENT, *_PROSPECT)
