"""Imports: what a file would do, what it did, and which rows were refused and why."""

from django.contrib import admin

from config.admin import ReadOnlyAdmin, json_field
from prospects.models import Import


@admin.register(Import)
class ImportAdmin(ReadOnlyAdmin[Import]):
    list_display = ("filename", "status", "mode", "rows_total", "created_by", "created_at")
    list_filter = ("status", "mode", "format", "created_at")
    list_select_related = ("created_by",)
    search_fields = ("filename",)
    search_help_text = "Part of a file's name."
    fieldsets = (
        (None, {"fields": ("filename", ("status", "mode"), "rows_total", "job", ("created_by", "created_at"))}),
        ("File", {"fields": (("format", "encoding", "separator", "sheet"), *map(json_field, ("columns", "mapping")))}),
        ("Outcome", {"fields": tuple(map(json_field, ("overwrite", "planned", "outcome")))}),
    )
