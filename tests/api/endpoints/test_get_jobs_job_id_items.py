"""GET /api/jobs/{job_id}/items"""

from typing import Any

from tests.api.endpoints.endpoint import WINDOW, Endpoint
from tests.api.endpoints.rows import a_job_with_items


class TestGetJobsJobIdItems(Endpoint):
    call = "GET /api/jobs/{job_id}/items"
    answer = {
        "data": [
            {
                "position": 0,
                "prospect_id": "<prospect>",
                "status": "done",
                "detail": "said why",
                "attempts": 0,
                "run_after": None,
                "finished_at": None,
            }
        ],
        "total": 1,
        "skip": 0,
        "limit": 50,
        "next_cursor": None,
    }
    bad = [*WINDOW, ({"?status": "colour"}, "status")]

    def given(self, count: int) -> dict[str, Any]:
        job, rows = a_job_with_items(count)
        return {"job_id": job.pk, "prospect": rows[0].pk}
