"""GET /api/pipeline/draft/jobs/{job_id}"""

from typing import Any

from tests.api.endpoints.endpoint import Endpoint
from tests.api.endpoints.rows import a_job


class TestGetPipelineDraftJobsJobId(Endpoint):
    call = "GET /api/pipeline/draft/jobs/{job_id}"
    answer = {
        "job_id": "<job_id>",
        "status": "pending",
        "total_targets": 3,
        "drafts_created": 0,
        "started_at": None,
        "updated_at": "<time>",
        "error_message": None,
    }

    def given(self, count: int) -> dict[str, Any]:
        return {"job_id": a_job(count).pk}
