"""Addresses and domains that are never written to again."""

from django.contrib import admin

from config.admin import ReadOnlyAdmin
from prospects.models import Suppression


@admin.register(Suppression)
class SuppressionAdmin(ReadOnlyAdmin[Suppression]):
    list_display = ("value", "kind", "reason", "source", "note", "created_by", "created_at")
    list_filter = ("kind", "reason", "source", "created_at")
    list_select_related = ("created_by",)
    search_fields = ("value", "key", "note")
    search_help_text = "Part of an address, a domain or a note."
