"""POST /api/pipeline/approve_all"""

from typing import Any

from tests.api.endpoints.endpoint import OPERATOR, Endpoint
from tests.api.rows import save


class TestPostPipelineApproveAll(Endpoint):
    call = "POST /api/pipeline/approve_all"
    least = OPERATOR
    answer = {
        "success": True,
        "message": "1 prospect approved.",
        "approved_count": 1,
        "rejected_count": 0,
        "deleted_count": 0,
    }

    def given(self, count: int) -> dict[str, Any]:
        save("website", count)
        return {}
