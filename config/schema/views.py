"""`/livez` and `/readyz`, for whatever starts, stops and feeds this process. Neither needs a log-in."""

from django.db.transaction import non_atomic_requests
from django.http import HttpRequest, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from config.schema.readiness import readiness


@never_cache
@require_safe
@non_atomic_requests
def livez(request: HttpRequest) -> JsonResponse:
    """Always 200 `{"status": "alive"}`, whatever the database does: a restart would not mend it."""
    return JsonResponse({"status": "alive"})


@never_cache
@require_safe
@non_atomic_requests
def readyz(request: HttpRequest) -> JsonResponse:
    """200 `{"status": "ready", "warnings": [ids]}`, or a 503 problem with the ids of the findings alone."""
    found = readiness.reports()
    errors = sorted({finding.id for report in found for finding in report.errors})
    if not errors:
        warnings = sorted({finding.id for report in found for finding in report.warnings})
        return JsonResponse({"status": "ready", "warnings": warnings})
    problem = {
        "type": "about:blank",
        "title": "Not ready",
        "status": 503,
        "detail": f"The database is not in line with the code ({', '.join(errors)}). Run manage.py schema diff.",
        "findings": errors,
    }
    return JsonResponse(problem, status=503, content_type="application/problem+json", headers={"Retry-After": "15"})
