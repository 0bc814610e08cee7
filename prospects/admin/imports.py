"""What an import is made of: its file, its rows, and the mappings that are remembered. Imports themselves have their
pages where their jobs are, in the pipeline."""

from django.contrib import admin
from django.db.models import QuerySet
from django.db.models.functions import Length
from django.http import HttpRequest

from config.admin import ReadOnlyAdmin, json_field
from prospects.models import ImportFile, ImportMapping, ImportRow


@admin.register(ImportFile)
class ImportFileAdmin(ReadOnlyAdmin[ImportFile]):
    list_display = fields = ("of", "size")
    list_select_related = ("of",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[ImportFile]:
        return super().get_queryset(request).defer("content").annotate(size=Length("content"))

    @admin.display(description="bytes")
    def size(self, file: ImportFile) -> int:
        return file.size  # type: ignore[attr-defined, no-any-return]


@admin.register(ImportRow)
class ImportRowAdmin(ReadOnlyAdmin[ImportRow]):
    list_display = ("of", "line", "planned", "status", "note", "prospect_id")
    list_filter = ("planned", "status")
    list_select_related = ("of",)
    list_defer = ("cells", "values", "before", "after")
    search_fields = ("=of__id", "=prospect__id")
    search_help_text = "An import's or a prospect's id."
    fields = (
        ("of", "number", "line"),
        ("planned", "status", "prospect_id"),
        "note",
        *map(json_field, ("problems", "cells", "values", "before", "after")),
    )


@admin.register(ImportMapping)
class ImportMappingAdmin(ReadOnlyAdmin[ImportMapping]):
    list_display = ("__str__", "updated_at")
    fields = ("updated_at", *map(json_field, ("columns", "mapping")))
