"""The admin site: Django's, with the overview as its first page."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.template.response import TemplateResponse

from config.schema.models import VerifiedSchema
from pipeline.overview import overview

# What people open most comes first; apps that are not named follow in Django's order.
APPS = ("prospects", "pipeline", "schema")


class OverviewSite(admin.AdminSite):
    site_header = "Plumbline"
    site_title = "Plumbline"
    index_title = "Overview"
    index_template = "pipeline/overview.html"
    # There is no other site of ours to view: the frontend lives at an address of its own.
    site_url = None

    def index(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> TemplateResponse:
        return super().index(request, overview(request.user) | (extra_context or {}))

    def get_app_list(self, request: HttpRequest, app_label: str | None = None) -> list[Any]:
        found = super().get_app_list(request, app_label)
        for model in (model for app in found for model in app["models"] if model["model"] is VerifiedSchema):
            # What it leads to is the page about the schema.
            model["name"] = "State of the schema"
        return sorted(found, key=lambda app: APPS.index(app["app_label"]) if app["app_label"] in APPS else len(APPS))
