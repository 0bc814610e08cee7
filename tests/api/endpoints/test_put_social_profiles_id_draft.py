"""PUT /api/social/profiles/{id}/draft"""

from typing import Any

from tests.api.endpoints.endpoint import MISSING, OPERATOR, Endpoint
from tests.api.endpoints.rows import PROFILE
from tests.api.rows import save


class TestPutSocialProfilesIdDraft(Endpoint):
    call = "PUT /api/social/profiles/{id}/draft"
    least = OPERATOR
    sent = {"subject": "Hello", "body": "Dear Ann"}
    answer = {"success": True, "message": "The draft is saved."}
    bad = [
        ({"subject": 5}, "subject"),
        ({"subject": "x" * 1001}, "subject"),
        ({"body": "x" * 200_001}, "body"),
        ({"subject": MISSING, "body": MISSING}, ""),
        ({"subject": None, "body": None}, ""),
    ]

    def given(self, count: int) -> dict[str, Any]:
        return {"id": save("social", count, **PROFILE)[0].pk}
