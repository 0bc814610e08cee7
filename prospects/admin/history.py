"""The history of all prospects in one list; a prospect's own is on its page."""

from django.contrib import admin

from config.admin import ReadOnlyAdmin, json_field
from prospects.models import ProspectEvent
from prospects.words import field_name


@admin.register(ProspectEvent)
class ProspectEventAdmin(ReadOnlyAdmin[ProspectEvent]):
    # The key, not the prospect: it may be gone, and its history stays.
    list_display = ("at", "prospect_id", "kind", "name_of_field", "user", "job_id", "reason")
    list_filter = ("kind", "at")
    list_select_related = ("user",)
    list_defer = ("old", "new")
    search_fields = ("=prospect__id", "=field", "reason")
    search_help_text = "A prospect's id, a field's name, or part of a reason."
    fields = (
        ("at", "user", "job_id"),
        ("prospect_id", "kind", "name_of_field"),
        *map(json_field, ("old", "new")),
        "reason",
    )

    @admin.display(description="field", ordering="field")
    def name_of_field(self, event: ProspectEvent) -> str:
        return field_name(event.field)
