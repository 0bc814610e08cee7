"""GET /api/jobs/{id}/status"""

from typing import Any

from tests.api.endpoints.endpoint import Endpoint
from tests.api.endpoints.rows import a_job


class TestGetJobsIdStatus(Endpoint):
    call = "GET /api/jobs/{id}/status"
    answer = {
        "job_id": "<id>",
        "job_type": "draft",
        "status": "pending",
        "total_targets": 3,
        "done_items": 0,
        "failed_items": 0,
        "error_message": None,
    }

    def given(self, count: int) -> dict[str, Any]:
        return {"id": a_job(count).pk}
