"""GET /api/prospects/leads/export/csv"""

from typing import Any

from tests.api.endpoints.endpoint import Endpoint
from tests.api.rows import save


class TestGetProspectsLeadsExportCsv(Endpoint):
    call = "GET /api/prospects/leads/export/csv"
    answer = (
        "ID,Domain,Contact Email,Category,Location,Score,Verification Status,Draft Subject,"
        "Created At\r\n"
        "<uuid>,lead0.example.com,office@lead0.example.com,Museum,,0.00,UNVERIFIED,,<time>\r\n"
    )
    bad = [({"?category": "x" * 501}, "category"), ({"?limit": "5"}, "limit")]

    def given(self, count: int) -> dict[str, Any]:
        save("lead", count)
        return {}
