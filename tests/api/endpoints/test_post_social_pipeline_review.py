"""POST /api/social/pipeline/review"""

from typing import Any

from tests.api.endpoints.endpoint import MISSING, OPERATOR, Endpoint, ids_of
from tests.api.endpoints.rows import PROFILE
from tests.api.rows import save


class TestPostSocialPipelineReview(Endpoint):
    call = "POST /api/social/pipeline/review"
    least = OPERATOR
    sent = {"profile_ids": "{ids}", "action": "qualify"}
    answer = {
        "success": True,
        "message": "1 profile qualified.",
        "updated": 1,
        "action": "qualify",
        "job_id": "<uuid>",
    }
    bad = [*ids_of("profile_ids"), ({"profile_ids": MISSING}, "profile_ids"), ({"action": "praise"}, "action")]

    def given(self, count: int) -> dict[str, Any]:
        return {"ids": [str(row.pk) for row in save("social", count, **PROFILE)]}
