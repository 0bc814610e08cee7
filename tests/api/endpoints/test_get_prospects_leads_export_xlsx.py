"""GET /api/prospects/leads/export/xlsx"""

from typing import Any

from tests.api.endpoints.endpoint import Endpoint
from tests.api.rows import save


class TestGetProspectsLeadsExportXlsx(Endpoint):
    call = "GET /api/prospects/leads/export/xlsx"
    answer = [
        [
            "ID",
            "Domain",
            "Contact Email",
            "Category",
            "Location",
            "Score",
            "Verification Status",
            "Draft Subject",
            "Created At",
        ],
        ["<uuid>", "lead0.example.com", "office@lead0.example.com", "Museum", None, 0, "UNVERIFIED", None, "<time>"],
    ]
    bad = [({"?category": "x" * 501}, "category"), ({"?limit": "5"}, "limit")]

    def given(self, count: int) -> dict[str, Any]:
        save("lead", count)
        return {}
