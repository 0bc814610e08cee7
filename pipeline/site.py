"""The admin site: Django's, with the overview as its first page."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse

from pipeline.overview import overview


class OverviewSite(admin.AdminSite):
    site_header = "Plumbline"
    site_title = "Plumbline"
    index_title = "Overview"
    index_template = "pipeline/overview.html"

    def index(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        return super().index(request, overview(request.user) | (extra_context or {}))
