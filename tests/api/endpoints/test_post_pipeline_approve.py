"""POST /api/pipeline/approve"""

from typing import Any

from tests.api.endpoints.endpoint import MISSING, OPERATOR, Endpoint, ids_of
from tests.api.rows import save


class TestPostPipelineApprove(Endpoint):
    call = "POST /api/pipeline/approve"
    least = OPERATOR
    sent = {"prospect_ids": "{ids}", "action": "approve"}
    answer = {
        "success": True,
        "message": "1 prospect approved.",
        "approved_count": 1,
        "rejected_count": 0,
        "deleted_count": 0,
    }
    bad = [
        *ids_of("prospect_ids"),
        ({"prospect_ids": MISSING}, "prospect_ids"),
        ({"action": "praise"}, "action"),
        ({"action": MISSING}, "action"),
    ]

    def given(self, count: int) -> dict[str, Any]:
        return {"ids": [str(row.pk) for row in save("website", count)]}
