"""Jobs: what runs, how far it is, what came of it."""

from django.contrib import admin

from config.admin import ReadOnlyAdmin, json_field
from pipeline.models import Job


@admin.register(Job)
class JobAdmin(ReadOnlyAdmin[Job]):
    list_display = ("job_type", "status", "drafts_created", "total_targets", "created_at", "updated_at")
    list_filter = ("status", "job_type")
    search_fields = ("id", "error_message")
    search_help_text = "A job's id, or part of its error."
    fieldsets = (
        (None, {"fields": ("id", "job_type", "status", "error_message", "created_at", "updated_at")}),
        ("Progress", {"fields": ("drafts_created", "total_targets")}),
        ("Details", {"fields": tuple(map(json_field, ("params", "result", "legacy_values")))}),
    )
