"""Who is told of what happens here, and whether it was received. A secret is shown when it is made, and never again."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.widgets import AdminTextInputWidget
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.cache import add_never_cache_headers

from config.admin import ReadOnlyAdmin, json_field
from pipeline import webhooks
from pipeline.models import Webhook, WebhookDelivery
from pipeline.services import NotAvailable


class WebhookForm(forms.Form):
    url = forms.CharField(
        label="URL",
        help_text="Who is told; https, at a public address.",
        widget=AdminTextInputWidget(attrs={"class": "vLargeTextField"}),
    )
    event_types = forms.MultipleChoiceField(
        label="Events", choices=[(name, name) for name in webhooks.EVENT_TYPES], widget=forms.CheckboxSelectMultiple
    )


@admin.register(Webhook)
class WebhookAdmin(ReadOnlyAdmin[Webhook]):
    list_display = ("url", "active", "failing_since", "last_success_at", "created_by", "created_at")
    list_filter = ("active", "created_at")
    list_select_related = ("created_by",)
    list_defer = ("secret",)
    search_fields = ("url",)
    search_help_text = "Part of a URL."
    actions = ("switch_on", "switch_off")
    fields = (
        "url",
        json_field("event_types"),
        ("active", "disabled_reason"),
        ("failing_since", "last_success_at"),
        ("created_by", "created_at", "updated_at"),
    )

    def has_add_permission(self, request: HttpRequest) -> bool:
        return bool(request.user.has_perm("pipeline.add_webhook"))

    def has_switch_permission(self, request: HttpRequest) -> bool:
        return bool(request.user.has_perm("pipeline.change_webhook"))

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return bool(request.user.has_perm("pipeline.delete_webhook"))

    def add_view(
        self, request: HttpRequest, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Subscribe; the answer shows the secret, this once."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        form = WebhookForm(request.POST if request.method == "POST" else None)
        context = {**self.admin_site.each_context(request), "opts": self.opts, "title": "Add webhook", "form": form}
        if form.is_valid():
            try:
                hook, secret = webhooks.subscribe(**form.cleaned_data, user=request.user)
            except (webhooks.TargetRefused, NotAvailable) as refused:
                form.add_error("url", str(refused))
            else:
                context |= {"hook": hook, "secret": secret}
        response = TemplateResponse(request, "admin/pipeline/webhook/add.html", context)
        add_never_cache_headers(response)
        return response

    @admin.action(description="Switch on", permissions=["switch"])
    def switch_on(self, request: HttpRequest, hooks: QuerySet[Webhook]) -> None:
        self._switch(request, hooks, active=True)

    @admin.action(description="Switch off", permissions=["switch"])
    def switch_off(self, request: HttpRequest, hooks: QuerySet[Webhook]) -> None:
        self._switch(request, hooks, active=False)

    def _switch(self, request: HttpRequest, hooks: QuerySet[Webhook], *, active: bool) -> None:
        for hook in hooks:
            webhooks.enable(hook, active=active)
            messages.success(request, f"{hook} is {'on' if active else 'off'}.")


@admin.register(WebhookDelivery)
class WebhookDeliveryAdmin(ReadOnlyAdmin[WebhookDelivery]):
    list_display = ("event_type", "webhook", "status", "attempts", "response_status", "error", "created_at")
    list_filter = ("status", "event_type", "created_at")
    list_select_related = ("webhook",)
    list_defer = ("payload",)
    search_fields = ("event_id", "subject", "error")
    ordering = ("-id",)
    fields = (
        "webhook",
        ("event_type", "event_id", "subject"),
        ("status", "attempts", "run_after"),
        ("response_status", "error"),
        ("created_at", "delivered_at"),
        json_field("payload"),
    )
