"""GET /api/social/pipeline/status"""

from typing import Any

from tests.api.endpoints.endpoint import Endpoint
from tests.api.endpoints.rows import PROFILE
from tests.api.rows import save


class TestGetSocialPipelineStatus(Endpoint):
    call = "GET /api/social/pipeline/status"
    query = {"platform": "instagram"}
    answer = {
        "discovered": 1,
        "reviewed": 0,
        "qualified": 0,
        "drafted": 0,
        "sent": 0,
        "followup_ready": 0,
        "status": "active",
        "platform": "instagram",
        "message": None,
        "reason": None,
    }
    bad = [({"?platform": "colour"}, "platform"), ({"?category": "x" * 501}, "category")]

    def given(self, count: int) -> dict[str, Any]:
        save("social", count, **PROFILE)
        return {}
