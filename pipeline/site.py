"""The admin site: Django's, with the overview as its first page."""

import functools
import logging
from collections.abc import Callable
from typing import Any, TypeVar, cast

from django.contrib import admin
from django.db import DatabaseError, InterfaceError
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.template.response import SimpleTemplateResponse, TemplateResponse

from config.api.problems import Problem, as_problem
from config.api.throttles import seconds_to_wait
from config.schema.models import VerifiedSchema
from pipeline.overview import overview

logger = logging.getLogger(__name__)
View = Callable[..., HttpResponseBase]
AnyView = TypeVar("AnyView", bound=View)

# What people open most comes first; apps that are not named follow in Django's order.
APPS = ("prospects", "pipeline", "schema")
FIRST = ("Prospect", "Job", "VerifiedSchema")


class OverviewSite(admin.AdminSite):
    site_header = "Plumbline"
    site_title = "Plumbline"
    index_title = "Overview"
    index_template = "pipeline/overview.html"
    # There is no other site of ours to view: the frontend lives at an address of its own.
    site_url = None

    def admin_view(self, view: AnyView, cacheable: bool = False) -> AnyView:
        return super().admin_view(cast(AnyView, self._explained(view)), cacheable)

    def login(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """The log-in page. It counts attempts together with the API."""
        if request.method == "POST" and (seconds := seconds_to_wait(request)):
            detail = f"Too many attempts to log in. Try again in {seconds} seconds."
            return self._problem_page(request, Problem(429, "throttled", detail, {"Retry-After": str(seconds)}))
        return super().login(request, extra_context)

    def _explained(self, view: View) -> View:
        """The view with a page for what the API answers with a problem: a schema that is off, a lost database."""

        @functools.wraps(view)
        def explained(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            try:
                response = view(request, *args, **kwargs)
                # Templates read rows too.
                return response.render() if isinstance(response, SimpleTemplateResponse) else response
            except (Problem, DatabaseError, InterfaceError) as error:
                if (problem := as_problem(error)) is None:
                    raise
                logger.error("%s %s: %s", request.method, request.path, problem.detail)  # noqa: TRY400  # expected
                return self._problem_page(request, problem)

        return explained

    def _problem_page(self, request: HttpRequest, problem: Problem) -> HttpResponse:
        context = {
            **self.each_context(request),
            "title": "This page cannot be shown",
            "problem": problem,
            "may_see_schema": request.user.has_perm("schema.view_verifiedschema"),
        }
        status, headers = problem.status, problem.headers
        return TemplateResponse(request, "admin/problem.html", context, status=status, headers=headers).render()

    def index(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> TemplateResponse:
        return super().index(request, overview(request.user) | (extra_context or {}))

    def get_app_list(self, request: HttpRequest, app_label: str | None = None) -> list[Any]:
        found = super().get_app_list(request, app_label)
        for app in found:
            app["models"].sort(key=lambda model: model["object_name"] not in FIRST)
            for model in app["models"]:
                if model["model"] is VerifiedSchema:
                    # What it leads to is the page about the schema.
                    model["name"] = "State of the schema"
        return sorted(found, key=lambda app: APPS.index(app["app_label"]) if app["app_label"] in APPS else len(APPS))
