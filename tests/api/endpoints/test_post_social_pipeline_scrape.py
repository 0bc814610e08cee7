"""POST /api/social/pipeline/scrape"""

from typing import Any

from tests.api.endpoints.endpoint import OPERATOR, Endpoint, ids_of
from tests.api.endpoints.rows import PROFILE
from tests.api.rows import save


class TestPostSocialPipelineScrape(Endpoint):
    call = "POST /api/social/pipeline/scrape"
    least = OPERATOR
    sent = {"profile_ids": "{ids}"}
    answer = {
        "success": True,
        "message": "Scraping profiles was started for 1 profile.",
        "job_id": "<uuid>",
        "profiles_count": 1,
        "drafts_created": 0,
        "messages_sent": 0,
        "followups_created": 0,
    }
    bad = [*ids_of("profile_ids"), ({"is_followup": "yes"}, "is_followup")]

    def given(self, count: int) -> dict[str, Any]:
        return {"ids": [str(row.pk) for row in save("social", count, **PROFILE, approval_status="approved")]}
