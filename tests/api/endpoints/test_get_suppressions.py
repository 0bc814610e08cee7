"""GET /api/suppressions"""

from typing import Any

from tests.api.endpoints.endpoint import WINDOW, Endpoint
from tests.api.endpoints.rows import suppressed


class TestGetSuppressions(Endpoint):
    call = "GET /api/suppressions"
    answer = {
        "data": [
            {
                "key": "x0-of-1@example.com",
                "kind": "email",
                "value": "x0-of-1@example.com",
                "reason": "complaint",
                "source": "manual",
                "note": "by phone",
                "created_at": "<time>",
                "created_by": None,
            }
        ],
        "total": 1,
        "skip": 0,
        "limit": 50,
        "next_cursor": None,
    }
    bad = [
        *WINDOW,
        ({"?kind": "colour"}, "kind"),
        ({"?reason": "colour"}, "reason"),
        ({"?source": "colour"}, "source"),
        ({"?q": "x" * 501}, "q"),
    ]

    def given(self, count: int) -> dict[str, Any]:
        suppressed(count)
        return {}
