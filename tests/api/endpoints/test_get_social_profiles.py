"""GET /api/social/profiles"""

from typing import Any

from tests.api.endpoints.bodies import SOCIAL_PROFILE
from tests.api.endpoints.endpoint import WINDOW, Endpoint
from tests.api.endpoints.rows import PROFILE
from tests.api.rows import save


class TestGetSocialProfiles(Endpoint):
    call = "GET /api/social/profiles"
    answer = {
        "data": [{**SOCIAL_PROFILE}],
        "total": 1,
        "skip": 0,
        "limit": 50,
        "next_cursor": None,
        "status": "active",
    }
    bad = [
        *WINDOW,
        ({"?platform": "colour"}, "platform"),
        ({"?discovery_status": "colour"}, "discovery_status"),
        ({"?username": "x" * 501}, "username"),
    ]

    def given(self, count: int) -> dict[str, Any]:
        save("social", count, **PROFILE)
        return {}
