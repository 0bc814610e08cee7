"""Addresses and domains that are never written to again."""

from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest

from config.admin import ModelAdmin
from prospects import suppression
from prospects.models import Suppression

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


@admin.register(Suppression)
class SuppressionAdmin(ModelAdmin[Suppression]):
    """Entries are added and, by administrators, taken away; what stands there is not rewritten."""

    form = SuppressionForm
    list_display = ("value", "kind", "reason", "source", "note", "created_by", "created_at")
    list_filter = ("kind", "reason", "source", "created_at")
    list_select_related = ("created_by",)
    search_fields = ("value", "key", "note")
    search_help_text = "Part of an address, a domain or a note."

    def get_fields(self, request: HttpRequest, obj: Suppression | None = None) -> Any:
        shown = ("kind", "value", "reason", "source", "note", "created_by", "created_at")
        return shown if obj else SuppressionForm.Meta.fields

    def has_change_permission(self, request: HttpRequest, obj: Suppression | None = None) -> bool:
        return False

    def save_model(self, request: HttpRequest, obj: Suppression, form: Any, change: bool) -> None:
        suppression.add([suppression.Entry(obj.value, obj.reason, obj.note)], request.user)
        kind, key = suppression.parse(obj.value)
        obj.pk = Suppression.objects.get(kind=kind, key=key).pk
