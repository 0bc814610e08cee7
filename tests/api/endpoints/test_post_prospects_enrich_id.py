"""POST /api/prospects/enrich/{id}"""

from typing import Any

from tests.api.endpoints.endpoint import OPERATOR, Endpoint
from tests.api.rows import save


class TestPostProspectsEnrichId(Endpoint):
    call = "POST /api/prospects/enrich/{id}"
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

    def given(self, count: int) -> dict[str, Any]:
        return {"id": save("website", count)[0].pk}
