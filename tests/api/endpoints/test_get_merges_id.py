"""GET /api/merges/{id}"""

from typing import Any

from tests.api.endpoints.endpoint import Endpoint
from tests.api.endpoints.rows import merged
from tests.api.rows import save


class TestGetMergesId(Endpoint):
    call = "GET /api/merges/{id}"
    answer = {
        "id": "<id>",
        "kept_id": "<uuid>",
        "merged_id": "<uuid>",
        "created_at": "<time>",
        "created_by": None,
        "undone_at": None,
    }

    def given(self, count: int) -> dict[str, Any]:
        save("website", count)
        return {"id": merged().pk}
