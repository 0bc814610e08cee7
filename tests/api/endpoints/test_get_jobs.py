"""GET /api/jobs"""

from typing import Any

from tests.api.endpoints.bodies import JOB
from tests.api.endpoints.endpoint import WINDOW, Endpoint
from tests.api.endpoints.rows import a_job


class TestGetJobs(Endpoint):
    call = "GET /api/jobs"
    answer = {"data": [{**JOB}], "total": 1, "skip": 0, "limit": 50, "next_cursor": None}
    bad = [*WINDOW, ({"?status": "colour"}, "status"), ({"?job_type": "colour"}, "job_type")]

    def given(self, count: int) -> dict[str, Any]:
        a_job(count)
        return {}
