"""GET /api/pipeline/review"""

from typing import Any

from tests.api.endpoints.endpoint import WINDOW, Endpoint
from tests.api.rows import save


class TestGetPipelineReview(Endpoint):
    call = "GET /api/pipeline/review"
    answer = {
        "data": [
            {
                "id": "<uuid>",
                "domain": "lead0.example.com",
                "email": "office@lead0.example.com",
                "contact_email": "office@lead0.example.com",
                "type": None,
                "confidence": None,
                "verification_confidence": None,
                "verification_status": "UNVERIFIED",
                "source": None,
            }
        ],
        "total": 1,
        "skip": 0,
        "limit": 50,
        "next_cursor": None,
    }
    bad = [*WINDOW, ({"?category": "x" * 501}, "category")]

    def given(self, count: int) -> dict[str, Any]:
        save("lead", count)
        return {}
