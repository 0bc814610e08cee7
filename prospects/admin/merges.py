"""Prospects that were merged, and undoing it."""

from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import path, reverse
from django.utils.decorators import method_decorator
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.views.decorators.http import require_POST

from config.admin import ReadOnlyAdmin, json_field
from prospects import duplicates
from prospects.admin.actions import refusal
from prospects.admin.prospects import NAME_COLUMNS
from prospects.changes import Cause
from prospects.decisions import Refused
from prospects.models import Merge, Prospect


@admin.register(Merge)
class MergeAdmin(ReadOnlyAdmin[Merge]):
    list_display = ("created_at", "kept_id", "merged_id", "created_by", "undone_at")
    list_filter = ("created_at", "undone_at")
    list_select_related = ("created_by",)
    list_defer = ("merged_row", "kept_before", "kept_after", "moved")
    search_fields = ("=kept__id", "=merged_id")
    search_help_text = "The id of either prospect."
    fields = (
        "stays",
        "went_into_it",
        ("created_by", "created_at", "undone_at"),
        *map(json_field, ("merged_row", "kept_before", "kept_after", "moved")),
    )

    @admin.display(description="stays")
    def stays(self, merge: Merge) -> SafeString | str:
        kept = Prospect.objects.filter(pk=merge.kept_id).only(*NAME_COLUMNS).first()
        if kept is None:
            return f"{merge.kept_id}, deleted since"
        return format_html('<a href="{}">{}</a>', reverse("admin:prospects_prospect_change", args=[kept.pk]), kept)

    @admin.display(description="went into it")
    def went_into_it(self, merge: Merge) -> str:
        named = {column: merge.merged_row.get(column) or "" for column in NAME_COLUMNS}
        return f"{Prospect(**named)} ({merge.merged_id})".strip()

    def get_urls(self) -> list[Any]:
        view = self.admin_site.admin_view(self.undo_view)
        return [path("<uuid:pk>/undo/", view, name="prospects_merge_undo"), *super().get_urls()]

    @method_decorator(require_POST)
    def undo_view(self, request: HttpRequest, pk: Any) -> HttpResponse:
        if not request.user.has_perm("prospects.add_merge"):
            raise PermissionDenied("Undoing a merge needs the permission prospects.add_merge.")
        merge = get_object_or_404(Merge, pk=pk)
        try:
            prospect = duplicates.undo(merge, Cause(user=request.user))
            messages.success(request, f"{prospect} is there again.")
        except Refused as refused:
            messages.error(request, refusal(refused))
        return HttpResponseRedirect(reverse("admin:prospects_merge_change", args=[merge.pk]))

    def render_change_form(
        self,
        request: HttpRequest,
        context: dict[str, Any],
        add: bool = False,
        change: bool = False,
        form_url: str = "",
        obj: Merge | None = None,
    ) -> HttpResponse:
        if obj:
            context["may_undo"] = obj.undone_at is None and request.user.has_perm("prospects.add_merge")
        return super().render_change_form(request, context, add, change, form_url, obj)
