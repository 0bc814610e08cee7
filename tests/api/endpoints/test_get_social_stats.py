"""GET /api/social/stats"""

from typing import Any

from tests.api.endpoints.endpoint import Endpoint
from tests.api.endpoints.rows import PROFILE
from tests.api.rows import save


class TestGetSocialStats(Endpoint):
    call = "GET /api/social/stats"
    answer = {
        "total_profiles": 1,
        "discovered": 1,
        "drafted": 0,
        "sent": 0,
        "pending": 1,
        "jobs_running": 0,
        "linkedin_total": 0,
        "linkedin_discovered": 0,
        "linkedin_drafted": 0,
        "linkedin_sent": 0,
        "instagram_total": 1,
        "instagram_discovered": 1,
        "instagram_drafted": 0,
        "instagram_sent": 0,
        "facebook_total": 0,
        "facebook_discovered": 0,
        "facebook_drafted": 0,
        "facebook_sent": 0,
        "tiktok_total": 0,
        "tiktok_discovered": 0,
        "tiktok_drafted": 0,
        "tiktok_sent": 0,
    }
    bad = [({"?platform": "instagram"}, "platform")]

    def given(self, count: int) -> dict[str, Any]:
        save("social", count, **PROFILE)
        return {}
