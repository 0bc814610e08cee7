"""PUT /api/prospects/{id}/draft"""

from typing import Any

from tests.api.endpoints.endpoint import MISSING, OPERATOR, Endpoint
from tests.api.rows import save


class TestPutProspectsIdDraft(Endpoint):
    call = "PUT /api/prospects/{id}/draft"
    least = OPERATOR
    sent = {"subject": "Hello", "body": "Dear reader"}
    answer = {"success": True, "message": "The draft is saved."}
    bad = [
        ({"subject": 5}, "subject"),
        ({"subject": "x" * 1001}, "subject"),
        ({"body": "x" * 200_001}, "body"),
        ({"subject": MISSING, "body": MISSING}, ""),
        ({"subject": None, "body": None}, ""),
    ]

    def given(self, count: int) -> dict[str, Any]:
        return {"id": save("lead", count)[0].pk}
