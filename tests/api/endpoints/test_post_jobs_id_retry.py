"""POST /api/jobs/{id}/retry"""

from typing import Any

from tests.api.endpoints.bodies import JOB
from tests.api.endpoints.endpoint import OPERATOR, Endpoint
from tests.api.endpoints.rows import a_job_with_items


class TestPostJobsIdRetry(Endpoint):
    call = "POST /api/jobs/{id}/retry"
    least = OPERATOR
    answer = {**JOB, "id": "<id>", "total_targets": 1}

    def given(self, count: int) -> dict[str, Any]:
        job, _ = a_job_with_items(count, status="failed")
        return {"id": job.pk}
