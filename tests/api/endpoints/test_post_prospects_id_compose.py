"""POST /api/prospects/{id}/compose"""

from typing import Any

from tests.api.endpoints.endpoint import OPERATOR, Endpoint
from tests.api.rows import save


class TestPostProspectsIdCompose(Endpoint):
    call = "POST /api/prospects/{id}/compose"
    least = OPERATOR
    status = 409
    answer = {
        "type": "urn:plumbline:problem:not_configured",
        "title": "Conflict",
        "status": 409,
        "code": "not_configured",
        "detail": (
            "Writing a draft needs Google Gemini, which this release cannot use yet; "
            "for one that can, set GEMINI_API_KEY. Nothing was done."
        ),
        "variables": ["GEMINI_API_KEY"],
    }

    def given(self, count: int) -> dict[str, Any]:
        return {"id": save("lead", count)[0].pk}
