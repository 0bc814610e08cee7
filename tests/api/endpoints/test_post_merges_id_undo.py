"""POST /api/merges/{id}/undo"""

from typing import Any

from tests.api.endpoints.endpoint import OPERATOR, Endpoint
from tests.api.endpoints.rows import merged
from tests.api.rows import save


class TestPostMergesIdUndo(Endpoint):
    call = "POST /api/merges/{id}/undo"
    least = OPERATOR
    answer = {
        "id": "<id>",
        "kept_id": "<uuid>",
        "merged_id": "<uuid>",
        "created_at": "<time>",
        "created_by": None,
        "undone_at": "<time>",
    }

    def given(self, count: int) -> dict[str, Any]:
        save("website", count)
        return {"id": merged().pk}
