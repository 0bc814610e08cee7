"""No view runs on a database that is out of line, whoever asks and whether or not anything probes this process."""

import logging
from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.deprecation import MiddlewareMixin

from config.api.integrity import mismatch_of
from config.api.problems import Problem, as_json, is_api
from config.schema.conf import schema_settings
from config.schema.readiness import readiness

logger = logging.getLogger(__name__)


class SchemaMiddleware(MiddlewareMixin):
    """Answers 500 in the view's place while this process knows that the schema is off.

    It knows from the look that `/readyz` tells of: no older than SCHEMA["VERIFY_INTERVAL"], taken by one request of
    that time, while the others get the answer before. A lost database is left to the view, which finds out by itself.
    The addresses in SCHEMA["VIEWS"] answer all the same, so that people can read what is wrong.
    """

    def process_view(self, request: HttpRequest, view: Any, args: Any, kwargs: Any) -> HttpResponse | None:
        if request.resolver_match and request.resolver_match.view_name in schema_settings().views:
            return None
        errors = [finding for report in readiness.reports() for finding in report.errors if finding.id != "schema.E000"]
        if not errors:
            return None
        problem = mismatch_of(errors)
        logger.error("%s %s: %s", request.method, request.path, problem.detail)
        return as_json(problem) if is_api(request) else _page(request, problem)


def _page(request: HttpRequest, problem: Problem) -> HttpResponse:
    """The admin's page for a problem, without anything that is read from the database: it may not be ours."""
    context = {
        "site_title": admin.site.site_title,
        "site_header": admin.site.site_header,
        "title": "This page cannot be shown",
        "problem": problem,
        "may_see_schema": True,
        "user": None,
        "messages": (),
    }
    return TemplateResponse(request, "admin/problem.html", context, status=problem.status).render()
