"""GET /api/suppressions/export/csv"""

from typing import Any

from tests.api.endpoints.endpoint import Endpoint
from tests.api.endpoints.rows import suppressed


class TestGetSuppressionsExportCsv(Endpoint):
    call = "GET /api/suppressions/export/csv"
    answer = (
        "Value,Kind,Reason,Source,Note,Created At\r\nx0-of-1@example.com,email,complaint,manual,by phone,<time>\r\n"
    )
    bad = [({"?kind": "colour"}, "kind"), ({"?limit": "5"}, "limit")]

    def given(self, count: int) -> dict[str, Any]:
        suppressed(count)
        return {}
