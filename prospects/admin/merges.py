"""Prospects that were merged."""

from django.contrib import admin

from config.admin import ReadOnlyAdmin, json_field
from prospects.models import Merge


@admin.register(Merge)
class MergeAdmin(ReadOnlyAdmin[Merge]):
    list_display = ("created_at", "kept_id", "merged_id", "created_by", "undone_at")
    list_filter = ("created_at", "undone_at")
    list_select_related = ("created_by",)
    list_defer = ("merged_row", "kept_before", "kept_after", "moved")
    search_fields = ("kept_id", "merged_id")
    search_help_text = "The id of either prospect."
    fields = (
        "kept_id",
        "merged_id",
        ("created_by", "created_at", "undone_at"),
        *map(json_field, ("merged_row", "kept_before", "kept_after", "moved")),
    )
