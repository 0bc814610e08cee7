"""GET /api/social/drafts"""

from typing import Any

from tests.api.endpoints.bodies import SOCIAL_PROFILE
from tests.api.endpoints.endpoint import WINDOW, Endpoint
from tests.api.endpoints.rows import PROFILE
from tests.api.rows import save


class TestGetSocialDrafts(Endpoint):
    call = "GET /api/social/drafts"
    answer = {
        "data": [{**SOCIAL_PROFILE, "draft_status": "drafted", "draft_subject": "Hello", "draft_body": "Dear Ann"}],
        "total": 1,
        "skip": 0,
        "limit": 50,
        "next_cursor": None,
    }
    bad = [
        *WINDOW,
        ({"?platform": "colour"}, "platform"),
        ({"?username": "x" * 501}, "username"),
        ({"?location": "x" * 501}, "location"),
    ]

    def given(self, count: int) -> dict[str, Any]:
        save("social", count, **PROFILE, draft_status="drafted", draft_subject="Hello", draft_body="Dear Ann")
        return {}
