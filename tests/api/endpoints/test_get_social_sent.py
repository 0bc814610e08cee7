"""GET /api/social/sent"""

from typing import Any

from tests.api.endpoints.bodies import SOCIAL_PROFILE
from tests.api.endpoints.endpoint import WINDOW, Endpoint
from tests.api.endpoints.rows import NOW, PROFILE
from tests.api.rows import save


class TestGetSocialSent(Endpoint):
    call = "GET /api/social/sent"
    answer = {
        "data": [{**SOCIAL_PROFILE, "send_status": "sent", "last_sent": "<time>"}],
        "total": 1,
        "skip": 0,
        "limit": 50,
        "next_cursor": None,
    }
    bad = [*WINDOW, ({"?platform": "colour"}, "platform")]

    def given(self, count: int) -> dict[str, Any]:
        save("social", count, **PROFILE, send_status="sent", last_sent=NOW)
        return {}
