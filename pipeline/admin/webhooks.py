"""Who is told of what happens here, and whether it was received. Secrets are never shown."""

from django.contrib import admin

from config.admin import ReadOnlyAdmin, json_field
from pipeline.models import Webhook, WebhookDelivery


@admin.register(Webhook)
class WebhookAdmin(ReadOnlyAdmin[Webhook]):
    list_display = ("url", "active", "failing_since", "last_success_at", "created_by", "created_at")
    list_filter = ("active", "created_at")
    list_select_related = ("created_by",)
    list_defer = ("secret",)
    search_fields = ("url",)
    fields = (
        "url",
        json_field("event_types"),
        ("active", "disabled_reason"),
        ("failing_since", "last_success_at"),
        ("created_by", "created_at", "updated_at"),
    )


@admin.register(WebhookDelivery)
class WebhookDeliveryAdmin(ReadOnlyAdmin[WebhookDelivery]):
    list_display = ("event_type", "webhook", "status", "attempts", "response_status", "error", "created_at")
    list_filter = ("status", "event_type", "created_at")
    list_select_related = ("webhook",)
    list_defer = ("payload",)
    search_fields = ("event_id", "subject", "error")
    ordering = ("-id",)
    fields = (
        "webhook",
        ("event_type", "event_id", "subject"),
        ("status", "attempts", "run_after"),
        ("response_status", "error"),
        ("created_at", "delivered_at"),
        json_field("payload"),
    )
