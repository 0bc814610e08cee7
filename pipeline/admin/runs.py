"""Searches and runs of the scraper, as they were recorded."""

from django.contrib import admin

from config.admin import ReadOnlyAdmin, json_field
from pipeline.models import DiscoveryQuery, ScraperHistory


@admin.register(DiscoveryQuery)
class DiscoveryQueryAdmin(ReadOnlyAdmin[DiscoveryQuery]):
    list_display = ("keyword", "location", "category", "status", "results_found", "results_saved", "created_at")
    list_filter = ("status", "created_at")
    search_fields = ("keyword", "location", "category")
    search_help_text = "Part of a keyword, a location or a category."
    fieldsets = (
        (None, {"fields": ("keyword", "location", "location_code", "category", "status", "job", "created_at")}),
        (
            "Results",
            {
                "fields": (
                    "results_found",
                    "results_saved",
                    "results_skipped_duplicate",
                    "results_skipped_existing",
                    "error_message",
                )
            },
        ),
        ("Details", {"fields": tuple(map(json_field, ("query_metadata", "legacy_values")))}),
    )


@admin.register(ScraperHistory)
class ScraperHistoryAdmin(ReadOnlyAdmin[ScraperHistory]):
    list_display = ("triggered_at", "status", "success_count", "failed_count", "duration_seconds", "error_message")
    list_filter = ("status", "triggered_at")
    fields = (
        "triggered_at",
        "completed_at",
        "status",
        "success_count",
        "failed_count",
        "duration_seconds",
        "error_message",
        json_field("legacy_values"),
    )
