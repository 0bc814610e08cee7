"""GET /api/merges"""

from typing import Any

from tests.api.endpoints.endpoint import WINDOW, Endpoint
from tests.api.endpoints.rows import merged


class TestGetMerges(Endpoint):
    call = "GET /api/merges"
    answer = {
        "data": [
            {
                "id": "<uuid>",
                "kept_id": "<uuid>",
                "merged_id": "<uuid>",
                "created_at": "<time>",
                "created_by": None,
                "undone_at": None,
            }
        ],
        "total": 1,
        "skip": 0,
        "limit": 50,
        "next_cursor": None,
    }
    bad = [*WINDOW]

    def given(self, count: int) -> dict[str, Any]:
        for _ in range(count):
            merged()
        return {}
