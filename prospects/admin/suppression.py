"""Addresses and domains that are never written to again."""

from collections import Counter
from dataclasses import astuple
from itertools import starmap
from typing import TYPE_CHECKING, Any

from django import forms
from django.conf import settings
from django.contrib import admin, messages
from django.core import signing
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.template.response import TemplateResponse
from django.urls import path, reverse

from config.admin import ModelAdmin, understood
from config.api.exports import EXPORTS
from prospects import suppression
from prospects.admin.forms import UploadForm
from prospects.choices import SuppressionReason, SuppressionSource
from prospects.exports import SUPPRESSIONS
from prospects.imports import ImportRefused
from prospects.imports.suppressions import Judged, judge_file
from prospects.models import Suppression
from prospects.suppression import Entry

REFUSED_SHOWN = 200
_SALT = "prospects.admin.suppression.import"
# Between looking at a preview and importing it.
_PREVIEW_SECONDS = 3600

if TYPE_CHECKING:
    ModelForm = forms.ModelForm[Suppression]
else:
    ModelForm = forms.ModelForm


class SuppressionForm(ModelForm):
    class Meta:
        model = Suppression
        fields = ("value", "reason", "note")
        help_texts = {"value": "An e-mail address, or a domain: then everybody there and below it."}

    def clean_value(self) -> str:
        value: str = self.cleaned_data["value"]
        try:
            kind, key = suppression.parse(value)
        except suppression.NotSuppressible as error:
            raise forms.ValidationError(str(error)) from error
        if Suppression.objects.filter(kind=kind, key=key).exists():
            raise forms.ValidationError("It is on the list already.")
        return value


class ImportForm(UploadForm):
    reason = forms.ChoiceField(
        choices=SuppressionReason.choices,
        initial=SuppressionReason.OTHER,
        help_text="For rows whose own column named reason gives none of these.",
    )


@admin.register(Suppression)
class SuppressionAdmin(ModelAdmin[Suppression]):
    """Entries are added and, by administrators, taken away; what stands there is not rewritten."""

    form = SuppressionForm
    list_display = ("value", "kind", "reason", "source", "note", "created_by", "created_at")
    list_filter = ("kind", "reason", "source", "created_at")
    list_select_related = ("created_by",)
    search_fields = ("value", "key", "note")
    search_help_text = "Part of an address, a domain or a note."

    def get_urls(self) -> list[Any]:
        view = self.admin_site.admin_view
        return [
            path("import/", view(self.import_view), name="prospects_suppression_import"),
            path("export/<str:kind>/", view(self.export_view), name="prospects_suppression_export"),
            *super().get_urls(),
        ]

    @understood
    def export_view(self, request: HttpRequest, kind: str) -> HttpResponseBase:
        """The list with the address's filters and search, whole, as CSV or XLSX."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        if kind not in EXPORTS:
            raise Http404(f"There is no export as {kind!r}.")
        rows = self.get_changelist_instance(request).get_queryset(request)
        return EXPORTS[kind](f"suppressions.{kind}", SUPPRESSIONS, rows)

    def import_view(self, request: HttpRequest) -> HttpResponse:
        """A file, then a preview of what it would add, then the entries; nothing is written before that."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        if "preview" in request.POST:
            return self._add_previewed(request)
        form = ImportForm(request.POST, request.FILES) if request.method == "POST" else ImportForm()
        context = {**self.admin_site.each_context(request), "opts": self.opts, "title": "Import a suppression list"}
        if form.is_valid():
            file, reason = form.cleaned_data.pop("file"), form.cleaned_data.pop("reason")
            try:
                context |= _preview(judge_file(file.name, file.read(), reason, **form.cleaned_data))
            except ImportRefused as refused:
                form.add_error(refused.asks_for if refused.asks_for in form.fields else "file", str(refused))
        return TemplateResponse(request, "admin/prospects/suppression/import.html", context | {"form": form})

    def _add_previewed(self, request: HttpRequest) -> HttpResponse:
        try:
            previewed = signing.loads(request.POST["preview"], salt=_SALT, max_age=_PREVIEW_SECONDS)
        except signing.BadSignature:
            messages.error(request, "This preview is no longer valid: choose the file again. Nothing was added.")
            return HttpResponseRedirect(reverse("admin:prospects_suppression_import"))
        added = suppression.add(starmap(Entry, previewed), request.user, SuppressionSource.IMPORT)
        messages.success(request, f"Added {added}.")
        return HttpResponseRedirect(reverse("admin:prospects_suppression_changelist"))

    def get_fields(self, request: HttpRequest, obj: Suppression | None = None) -> Any:
        shown = ("kind", "value", "reason", "source", "note", "created_by", "created_at")
        return shown if obj else SuppressionForm.Meta.fields

    def has_change_permission(self, request: HttpRequest, obj: Suppression | None = None) -> bool:
        return False

    def save_model(self, request: HttpRequest, obj: Suppression, form: Any, change: bool) -> None:
        suppression.add([Entry(obj.value, obj.reason, obj.note)], request.user)
        kind, key = suppression.parse(obj.value)
        obj.pk = Suppression.objects.get(kind=kind, key=key).pk


def _preview(judged: Judged) -> dict[str, Any]:
    """What the page of the preview shows, with the new entries signed, so that just those are added.

    Raises ImportRefused when they are more than a form can send back.
    """
    signed = signing.dumps([astuple(entry) for entry in judged.new], salt=_SALT, compress=True)
    # Django refuses a larger form; what else is in this one is small.
    if len(signed) > (settings.DATA_UPLOAD_MAX_MEMORY_SIZE or len(signed)) * 0.9:
        raise ImportRefused(f"The file has {len(judged.new):,} new entries, too many at once. Split it.")
    counted = Counter(SuppressionReason(entry.reason).label for entry in judged.new)
    return {
        "judged": judged,
        "refused": judged.refused[:REFUSED_SHOWN],
        "preview": signed,
        "reasons": counted.most_common(),
    }
