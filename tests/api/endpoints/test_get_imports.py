"""GET /api/imports"""

from typing import Any

from tests.api.endpoints.bodies import IMPORT
from tests.api.endpoints.endpoint import WINDOW, Endpoint
from tests.api.endpoints.rows import uploaded


class TestGetImports(Endpoint):
    call = "GET /api/imports"
    answer = {"data": [{**IMPORT}], "total": 1, "skip": 0, "limit": 50, "next_cursor": None}
    bad = [*WINDOW, ({"?status": "colour"}, "status")]

    def given(self, count: int) -> dict[str, Any]:
        for _ in range(count):
            uploaded(1)
        return {}
