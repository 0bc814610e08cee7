"""POST /api/jobs/cancel/{id}"""

from typing import Any

from tests.api.endpoints.bodies import JOB
from tests.api.endpoints.endpoint import OPERATOR, Endpoint
from tests.api.endpoints.rows import a_job


class TestPostJobsCancelId(Endpoint):
    call = "POST /api/jobs/cancel/{id}"
    least = OPERATOR
    answer = {
        "success": True,
        "message": "The job is cancelled.",
        "job": {**JOB, "id": "<id>", "status": "cancelled", "finished_at": "<time>"},
    }

    def given(self, count: int) -> dict[str, Any]:
        return {"id": a_job(count).pk}
