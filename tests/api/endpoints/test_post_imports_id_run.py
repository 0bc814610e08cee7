"""POST /api/imports/{id}/run"""

from typing import Any

from tests.api.endpoints.bodies import IMPORT
from tests.api.endpoints.endpoint import OPERATOR, Endpoint
from tests.api.endpoints.rows import previewed


class TestPostImportsIdRun(Endpoint):
    call = "POST /api/imports/{id}/run"
    least = OPERATOR
    answer = {
        **IMPORT,
        "id": "<id>",
        "status": "running",
        "rows_total": 2,
        "planned": {"created": 1, "updated": 0, "skipped": 0, "refused": 1},
        "job_id": "<uuid>",
    }

    def given(self, count: int) -> dict[str, Any]:
        return {"id": previewed(count).pk}
