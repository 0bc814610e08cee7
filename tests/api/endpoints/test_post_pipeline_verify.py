"""POST /api/pipeline/verify"""

from typing import Any

from tests.api.endpoints.endpoint import OPERATOR, Endpoint, ids_of
from tests.api.rows import save


class TestPostPipelineVerify(Endpoint):
    call = "POST /api/pipeline/verify"
    least = OPERATOR
    sent = {"prospect_ids": "{ids}"}
    answer = {
        "success": True,
        "message": "Verifying was started for 1 prospect.",
        "job_id": "<uuid>",
        "prospects_count": 1,
    }
    bad = [
        *ids_of("prospect_ids"),
        ({"filters": "museum"}, "filters"),
        ({"filters": {"category": 5}}, "filters.category"),
    ]

    def given(self, count: int) -> dict[str, Any]:
        return {"ids": [str(row.pk) for row in save("scraped", count)]}
