"""GET /api/jobs/{id}"""

from typing import Any

from tests.api.endpoints.bodies import JOB
from tests.api.endpoints.endpoint import Endpoint
from tests.api.endpoints.rows import a_job


class TestGetJobsId(Endpoint):
    call = "GET /api/jobs/{id}"
    answer = {**JOB, "id": "<id>"}

    def given(self, count: int) -> dict[str, Any]:
        return {"id": a_job(count).pk}
