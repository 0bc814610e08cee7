"""Imports: a file is taken in, its columns are mapped, a preview says what would happen, and a job does it."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.decorators import method_decorator
from django.views.decorators.http import require_POST

from config.admin import ReadOnlyAdmin, json_field
from config.api.exports import streamed
from pipeline import imports as import_jobs
from pipeline import jobs
from pipeline.choices import JobStatus
from prospects import imports
from prospects.admin.forms import UploadForm
from prospects.changes import Cause
from prospects.choices import ImportMode, ImportStatus, RowStatus
from prospects.imports import FIELDS, OVERWRITABLE, ImportRefused
from prospects.models import Import
from prospects.words import field_name

ROWS_PER_PAGE = 100
ADD = "prospects.add_import"
# An import whose job was cancelled under an earlier release is still called running.
REVERTIBLE = (ImportStatus.FINISHED, ImportStatus.STOPPED, ImportStatus.RUNNING)
LEFT_OUT = ("", "not imported")


class MappingForm(forms.Form):
    """Which column goes where, made for the columns of one file."""

    mode = forms.ChoiceField(choices=ImportMode.choices, label="What the import may do")
    overwrite = forms.MultipleChoiceField(
        required=False,
        choices=[(field, field_name(field)) for field in OVERWRITABLE],
        widget=forms.CheckboxSelectMultiple,
        help_text="Fields of prospects that exist whose value may be replaced. Empty ones are filled in any case.",
    )

    def __init__(self, of: Import, data: Any = None) -> None:
        super().__init__(data, initial={"mode": of.mode, "overwrite": of.overwrite})
        self.of = of
        for number, column in enumerate(of.columns):
            self.fields[f"column_{number}"] = forms.ChoiceField(
                label=column,
                required=False,
                choices=[LEFT_OUT, *((field, field_name(field)) for field in FIELDS)],
                initial=of.mapping.get(column, ""),
            )

    @property
    def columns(self) -> list[forms.BoundField]:
        return [self[f"column_{number}"] for number in range(len(self.of.columns))]

    def mapping(self) -> dict[str, str]:
        chosen = ((column, self.cleaned_data[f"column_{n}"]) for n, column in enumerate(self.of.columns))
        return {column: field for column, field in chosen if field}


@admin.register(Import)
class ImportAdmin(ReadOnlyAdmin[Import]):
    list_display = ("filename", "status", "mode", "rows_total", "created_by", "created_at")
    list_filter = ("status", "mode", "format", "created_at")
    list_select_related = ("created_by",)
    search_fields = ("filename",)
    search_help_text = "Part of a file's name."
    fieldsets = (
        (None, {"fields": (("filename", "status"), ("mode", "rows_total"), "job", ("created_by", "created_at"))}),
        (
            "File",
            {
                "fields": (
                    ("format", "encoding", "separator", "sheet"),
                    *map(json_field, ("columns", "mapping", "overwrite")),
                ),
                "classes": ("collapse",),
            },
        ),
    )

    def has_add_permission(self, request: HttpRequest) -> bool:
        return bool(request.user.has_perm(ADD))

    def get_urls(self) -> list[Any]:
        view = self.admin_site.admin_view
        return [
            path("<uuid:pk>/run/<str:name>/", view(self.act_view), name="prospects_import_act"),
            path("<uuid:pk>/refused.csv", view(self.refused_view), name="prospects_import_refused"),
            *super().get_urls(),
        ]

    def add_view(
        self, request: HttpRequest, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Take a file in."""
        self._require_add(request)
        form = UploadForm(request.POST, request.FILES) if request.method == "POST" else UploadForm()
        if form.is_valid():
            file = form.cleaned_data.pop("file")
            try:
                return _page_of(imports.upload(file.name, file.read(), request.user, **form.cleaned_data))
            except ImportRefused as refused:
                form.add_error(refused.asks_for if refused.asks_for in form.fields else "file", str(refused))
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": "Import prospects",
            "form": form,
        }
        return TemplateResponse(request, "admin/prospects/import/upload.html", context | {"form": form})

    @method_decorator(require_POST)
    def act_view(self, request: HttpRequest, pk: Any, name: str) -> HttpResponse:
        """Configure and preview, run, or revert an import."""
        self._require_add(request)
        of = self._import(request, pk)
        if name not in _ACTS:
            raise Http404(f"There is no such thing to do with an import as {name!r}.")
        if name == "revert" and "confirm" not in request.POST and _may_be_reverted(of):
            return self._ask_to_revert(request, of)
        try:
            messages.success(request, _ACTS[name](of, request))
        except (ImportRefused, jobs.CannotStart) as refused:
            messages.error(request, str(refused))
        return _page_of(of)

    def _ask_to_revert(self, request: HttpRequest, of: Import) -> HttpResponse:
        outcome = _outcome(of)
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": "Revert the import",
            "original": of,
            "deleted": outcome.get(RowStatus.CREATED, 0),
            "restored": outcome.get(RowStatus.UPDATED, 0),
        }
        return TemplateResponse(request, "admin/prospects/import/revert.html", context)

    def refused_view(self, request: HttpRequest, pk: Any) -> HttpResponseBase:
        """The refused rows as a file to correct."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        return streamed("refused.csv", imports.refused_rows(self._import(request, pk)))

    def render_change_form(
        self,
        request: HttpRequest,
        context: dict[str, Any],
        add: bool = False,
        change: bool = False,
        form_url: str = "",
        obj: Import | None = None,
    ) -> HttpResponse:
        if obj:
            context |= {"title": "Import", **_shown(obj, request)}
        return super().render_change_form(request, context, add, change, form_url, obj)

    def _import(self, request: HttpRequest, pk: Any) -> Import:
        of = self.get_object(request, unquote(str(pk)))
        if of is None:
            raise Http404(f"There is no import {pk}.")
        return of

    def _require_add(self, request: HttpRequest) -> None:
        if not self.has_add_permission(request):
            raise PermissionDenied(f"Importing needs the permission {ADD}.")


def _shown(of: Import, request: HttpRequest) -> dict[str, Any]:
    """The form of an import that has not run, its counts, and a page of its rows, the refused ones first to look at."""
    going_on = _goes_on(of)
    waiting = of.status in (ImportStatus.UPLOADED, ImportStatus.PREVIEWING, ImportStatus.PREVIEWED)
    may = request.user.has_perm(ADD)
    rows = of.rows.order_by("number")
    field = "planned" if waiting else "status"
    wanted = request.GET.get("rows", RowStatus.REFUSED.value)
    if wanted in RowStatus.values:
        rows = rows.filter(**{field: wanted})
    page = Paginator(rows, ROWS_PER_PAGE).get_page(request.GET.get("p"))
    return {
        # A form on a page that reloads itself would forget what was chosen.
        "mapping": MappingForm(of) if waiting and may and not going_on else None,
        "counts": of.planned if waiting else _outcome(of),
        "planned": waiting,
        "may_run": may and of.status == ImportStatus.PREVIEWED,
        "may_revert": may and _may_be_reverted(of),
        "rows": page,
        "shown_rows": [(row, [_problem(of, problem) for problem in row.problems]) for row in page],
        "wanted": wanted,
        "refresh": going_on,
    }


def _goes_on(of: Import) -> bool:
    return of.job is not None and of.job.status in (JobStatus.PENDING, JobStatus.RUNNING)


def _may_be_reverted(of: Import) -> bool:
    return not _goes_on(of) and of.status in REVERTIBLE


def _outcome(of: Import) -> dict[str, int]:
    """How many rows of an import that has been run have ended in which status."""
    return of.outcome or imports.outcome_of(of)


def _problem(of: Import, problem: Mapping[str, str]) -> tuple[str, str]:
    """Where the problem is, by the file's column or by the field it has none for, and what it is about which value."""
    column, value, reason = problem["column"], problem["value"], problem["reason"]
    place = column if column in of.columns else field_name(column) if column else "Row"
    # Some reasons name the value, and what is missing has none.
    return place, reason if not value or f"“{value}”" in reason else f"“{value}” {reason}"


def _page_of(of: Import) -> HttpResponseRedirect:
    return HttpResponseRedirect(reverse("admin:prospects_import_change", args=[of.pk]))


def _preview(of: Import, request: HttpRequest) -> str:
    form = MappingForm(of, request.POST)
    if not form.is_valid():
        problems = (f"{name}: {error}" for name, errors in form.errors.items() for error in errors)
        raise ImportRefused("; ".join(problems))
    imports.configure(of, form.mapping(), form.cleaned_data["mode"], form.cleaned_data["overwrite"])
    job = import_jobs.start_preview(of, Cause(user=request.user))
    return "The preview is being made." if job else "This is what would happen. Nothing has been written yet."


def _run(of: Import, request: HttpRequest) -> str:
    import_jobs.start(of, Cause(user=request.user))
    return "The import runs as a job."


def _revert(of: Import, request: HttpRequest) -> str:
    done = import_jobs.revert(of, Cause(user=request.user))
    return "Reverted: " + ", ".join(f"{count} {what}" for what, count in done.items()) + "."


_ACTS = {"preview": _preview, "run": _run, "revert": _revert}
