"""GET /api/auth/tokens"""

from typing import Any

from tests.api.endpoints.endpoint import WINDOW, Endpoint
from tests.api.endpoints.rows import tokens


class TestGetAuthTokens(Endpoint):
    call = "GET /api/auth/tokens"
    answer = {
        "data": [
            {"id": "<start of a token>", "created_at": "<time>", "expires_at": "<time>", "is_current": True},
            {"id": "<start of a token>", "created_at": "<time>", "expires_at": "<time>", "is_current": False},
        ],
        "total": 2,
        "skip": 0,
        "limit": 50,
        "next_cursor": None,
    }
    bad = [*WINDOW]

    def given(self, count: int) -> dict[str, Any]:
        for name in ("alice", "bob", "charlie"):
            tokens(name, count)
        return {}
