"""POST /api/prospects/enrich"""

from tests.api.endpoints.endpoint import OPERATOR, Endpoint


class TestPostProspectsEnrich(Endpoint):
    call = "POST /api/prospects/enrich"
    least = OPERATOR
    status = 409
    answer = {
        "type": "urn:plumbline:problem:not_configured",
        "title": "Conflict",
        "status": 409,
        "code": "not_configured",
        "detail": (
            "Enriching needs Snov.io, which this release cannot use yet; "
            "for one that can, set SNOV_USER_ID and SNOV_SECRET. Nothing was done."
        ),
        "variables": ["SNOV_USER_ID", "SNOV_SECRET"],
    }
