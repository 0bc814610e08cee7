"""Settings that people change while the application runs: a form for each that it reads, all others as they are."""

import json
from collections.abc import Mapping
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied
from django.forms.utils import pretty_name
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.safestring import SafeString

from config.admin import ModelAdmin, json_block
from pipeline import scheduler, switches
from pipeline.models import Setting
from pipeline.secrets import without_secrets
from pipeline.serializers.settings import Automation
from prospects.changes import Cause


class KnownForm(forms.Form):
    """The form of a setting that the application reads, with how it is read and written."""

    title = ""

    @staticmethod
    def initial_of(stored: Any) -> dict[str, Any]:
        """What the fields show for a stored value, which may be None or nonsense."""
        raise NotImplementedError

    def write(self, cause: Cause) -> None:
        raise NotImplementedError


class MasterForm(KnownForm):
    title = "Master switch"
    enabled = forms.BooleanField(
        required=False, label="Steps may be started", help_text="Switching it off also ends automatic runs."
    )

    @staticmethod
    def initial_of(stored: Any) -> dict[str, Any]:
        try:
            return {"enabled": stored is not None and switches.is_true(stored)}
        except switches.UnreadableSetting:
            return {"enabled": False}

    def write(self, cause: Cause) -> None:
        switches.set_master(self.cleaned_data["enabled"], cause)


class LinesField(forms.CharField):
    """A list of texts, one on each line."""

    widget = forms.Textarea(attrs={"rows": 6, "cols": 40})

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(required=False, help_text="One on each line.", **kwargs)

    def clean(self, value: Any) -> Any:
        return [line.strip() for line in super().clean(value).splitlines() if line.strip()]

    def prepare_value(self, value: Any) -> Any:
        return "\n".join(map(str, value)) if isinstance(value, list) else value


class AutomationForm(KnownForm):
    """The rules are those of the API: its serializer judges what is given."""

    title = "Automation"
    enabled = forms.BooleanField(required=False, label="Automation is on")
    automatic_scraper = forms.BooleanField(required=False, label="Discovery runs by itself")
    locations = LinesField()
    categories = LinesField()
    keywords = forms.CharField(required=False, empty_value=None)
    max_results = forms.IntegerField(help_text="Of one run.")

    @staticmethod
    def initial_of(stored: Any) -> dict[str, Any]:
        return switches.AUTOMATION_DEFAULTS | (stored if isinstance(stored, dict) else {})

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        judged = Automation(data=cleaned)
        if not judged.is_valid():
            for name, errors in judged.errors.items():
                self.add_error(name if name in self.fields else None, _texts(errors))
        return cleaned

    def write(self, cause: Cause) -> None:
        switches.set_automation(self.cleaned_data, cause)


class IntervalForm(KnownForm):
    title = "Time between automatic runs"
    interval = forms.CharField(help_text="A number and a unit: 30m, 24h or 7d.")

    @staticmethod
    def initial_of(stored: Any) -> dict[str, Any]:
        return {"interval": _plain(stored) or "24h"}

    def clean_interval(self) -> str:
        interval: str = self.cleaned_data["interval"]
        try:
            scheduler.parse_interval(interval)
        except scheduler.WrongSetting as error:
            raise forms.ValidationError(str(error)) from error
        return interval

    def write(self, cause: Cause) -> None:
        switches.write(scheduler.INTERVAL, {"value": self.cleaned_data["interval"]}, cause)


class NextRunForm(KnownForm):
    title = "Next automatic run"
    next_run = forms.DateTimeField(
        required=False, help_text="As 2026-01-31 12:00, in UTC. Empty: as soon as automatic runs are switched on."
    )

    @staticmethod
    def initial_of(stored: Any) -> dict[str, Any]:
        try:
            return {"next_run": scheduler.moment(stored)}
        except scheduler.WrongSetting:
            return {"next_run": _plain(stored)}

    def write(self, cause: Cause) -> None:
        moment = self.cleaned_data["next_run"]
        switches.write(scheduler.NEXT_RUN, {"value": moment and moment.isoformat()}, cause)


KNOWN: Mapping[str, type[KnownForm]] = {
    switches.MASTER: MasterForm,
    switches.AUTOMATION: AutomationForm,
    scheduler.INTERVAL: IntervalForm,
    scheduler.NEXT_RUN: NextRunForm,
}


@admin.register(Setting)
class SettingAdmin(ModelAdmin[Setting]):
    """Settings have forms of their own; rows that nothing here reads are shown and left alone."""

    list_display = ("key", "shown_value", "updated_at")
    search_fields = ("key",)
    search_help_text = "Part of a key."
    fields = readonly_fields = ("key", "value_as_json", "created_at", "updated_at", "legacy_as_json")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Setting | None = None) -> bool:
        return obj is None and super().has_change_permission(request)

    def has_delete_permission(self, request: HttpRequest, obj: Setting | None = None) -> bool:
        # A setting without its row is read as another value: it is changed by its form.
        return False

    def get_urls(self) -> list[Any]:
        view = self.admin_site.admin_view(self.known_view)
        return [path("known/<str:key>/", view, name="pipeline_setting_known"), *super().get_urls()]

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        if not self.has_view_or_change_permission(request):
            raise PermissionDenied
        return super().changelist_view(request, {"known": _known_settings()} | (extra_context or {}))

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        row = self.get_object(request, unquote(object_id))
        if row and row.key in KNOWN and request.method == "GET":
            return HttpResponseRedirect(reverse("admin:pipeline_setting_known", args=[row.key]))
        return super().change_view(request, object_id, form_url, extra_context)

    def known_view(self, request: HttpRequest, key: str) -> HttpResponse:
        """The form of one setting. A viewer sees it and cannot send it."""
        may_change = self.has_change_permission(request)
        if not (may_change or (request.method == "GET" and self.has_view_permission(request))):
            raise PermissionDenied
        if (kind := KNOWN.get(key)) is None:
            raise Http404(f"The application reads no setting {key!r}.")
        stored = Setting.objects.filter(key=key).values_list("value", flat=True).first()
        form = kind(request.POST if request.method == "POST" else None, initial=kind.initial_of(stored))
        if form.is_valid():
            form.write(Cause(user=request.user))
            messages.success(request, f"Saved: {form.title}.")
            return HttpResponseRedirect(reverse("admin:pipeline_setting_changelist"))
        for field in form.fields.values():
            field.disabled = not may_change
        context = {**self.admin_site.each_context(request), "opts": self.opts, "title": kind.title, "form": form}
        return TemplateResponse(
            request, "admin/pipeline/setting/known.html", context | {"key": key, "may_change": may_change}
        )

    @admin.display(description="value")
    def shown_value(self, row: Setting) -> str:
        return json.dumps(without_secrets(row.value, row.key), ensure_ascii=False)

    @admin.display(description="value")
    def value_as_json(self, row: Setting) -> SafeString | str:
        return json_block(without_secrets(row.value, row.key))

    @admin.display(description="legacy values")
    def legacy_as_json(self, row: Setting) -> SafeString | str:
        return json_block(without_secrets(row.legacy_values, row.key))


def _known_settings() -> list[dict[str, Any]]:
    """Title, address and present values of each setting that has a form, in one query."""
    stored = dict(Setting.objects.filter(key__in=KNOWN).values_list("key", "value"))
    return [
        {
            "title": form.title,
            "url": reverse("admin:pipeline_setting_known", args=[key]),
            "values": [
                (str(form.base_fields[name].label or pretty_name(name)), value)
                for name, value in _values(form, stored, key)
            ],
        }
        for key, form in KNOWN.items()
    ]


def _values(form: type[KnownForm], stored: Mapping[str, Any], key: str) -> list[tuple[str, str]]:
    values = form.initial_of(stored.get(key))
    return [(name, _words(values.get(name))) for name in form.base_fields]


def _words(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    text = ", ".join(map(str, value)) if isinstance(value, list) else value
    return "not set" if text in (None, "") else str(text)


def _plain(stored: Any) -> Any:
    return stored.get("value") if isinstance(stored, dict) else stored


def _texts(errors: Any) -> list[str]:
    """The messages of a serializer's field, which are nested where the field is a list."""
    if isinstance(errors, Mapping):
        return [text for nested in errors.values() for text in _texts(nested)]
    return [str(error) for error in errors]
