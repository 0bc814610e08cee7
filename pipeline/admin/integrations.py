"""Accounts at platforms. Secrets stay in the database: a page says only whether there is one."""

from typing import Any

from django.contrib import admin

from config.admin import ReadOnlyAdmin, json_field
from pipeline.models import SocialIntegration

SECRETS = ("access_token", "refresh_token", "smtp_password")


def is_stored(column: str) -> Any:
    """A read-only field that says whether a secret is stored."""

    @admin.display(description=column.replace("_", " "))
    def show(integration: SocialIntegration) -> str:
        return "stored, not shown" if getattr(integration, column) else "none"

    show.__name__ = f"has_{column}"
    return show


@admin.register(SocialIntegration)
class SocialIntegrationAdmin(ReadOnlyAdmin[SocialIntegration]):
    list_display = ("platform", "user_id", "connection_status", "email_address", "token_expires_at", "last_verified_at")
    list_filter = ("platform", "connection_status")
    search_fields = ("user_id", "email_address", "account_id")
    search_help_text = "Part of a user's id, an e-mail address or an account's id."
    fieldsets = (
        (
            None,
            {"fields": ("platform", "user_id", "connection_status", "last_verified_at", "created_at", "updated_at")},
        ),
        ("Account", {"fields": ("account_id", "page_id", "business_id", json_field("scopes_granted"))}),
        ("Mail server", {"fields": ("email_address", "smtp_host", "smtp_port", "smtp_username")}),
        ("Secrets", {"fields": (*map(is_stored, SECRETS), "token_expires_at")}),
        ("Details", {"fields": tuple(map(json_field, ("platform_metadata", "legacy_values")))}),
    )
