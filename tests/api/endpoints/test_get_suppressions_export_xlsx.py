"""GET /api/suppressions/export/xlsx"""

from typing import Any

from tests.api.endpoints.endpoint import Endpoint
from tests.api.endpoints.rows import suppressed


class TestGetSuppressionsExportXlsx(Endpoint):
    call = "GET /api/suppressions/export/xlsx"
    answer = [
        ["Value", "Kind", "Reason", "Source", "Note", "Created At"],
        ["x0-of-1@example.com", "email", "complaint", "manual", "by phone", "<time>"],
    ]
    bad = [({"?kind": "colour"}, "kind"), ({"?limit": "5"}, "limit")]

    def given(self, count: int) -> dict[str, Any]:
        suppressed(count)
        return {}
