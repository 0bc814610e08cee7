"""Settings that people change while the application runs."""

from django.contrib import admin

from config.admin import ModelAdmin, json_field
from pipeline.models import Setting


@admin.register(Setting)
class SettingAdmin(ModelAdmin[Setting]):
    list_display = ("key", "value", "updated_at")
    search_fields = ("key",)
    fields = ("key", "value", "created_at", "updated_at", json_field("legacy_values"))
    readonly_fields = ("created_at", "updated_at", fields[-1])
