"""POST /api/prospects/{id}/chat"""

from typing import Any

from tests.api.endpoints.endpoint import MISSING, OPERATOR, Endpoint
from tests.api.rows import save


class TestPostProspectsIdChat(Endpoint):
    call = "POST /api/prospects/{id}/chat"
    least = OPERATOR
    sent = {"message": "Shorter, please.", "current_subject": "s", "current_body": "b"}
    status = 409
    answer = {
        "type": "urn:plumbline:problem:not_configured",
        "title": "Conflict",
        "status": 409,
        "code": "not_configured",
        "detail": (
            "Talking about a draft needs Google Gemini, which this release cannot use yet; "
            "for one that can, set GEMINI_API_KEY. Nothing was done."
        ),
        "variables": ["GEMINI_API_KEY"],
    }
    bad = [
        ({"message": MISSING}, "message"),
        ({"message": ""}, "message"),
        ({"current_subject": 5}, "current_subject"),
        ({"current_body": "x" * 200_001}, "current_body"),
    ]

    def given(self, count: int) -> dict[str, Any]:
        return {"id": save("draft", count)[0].pk}
