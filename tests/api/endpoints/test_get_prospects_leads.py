"""GET /api/prospects/leads"""

from typing import Any

from tests.api.endpoints.bodies import PROSPECT
from tests.api.endpoints.endpoint import WINDOW, Endpoint
from tests.api.rows import save


class TestGetProspectsLeads(Endpoint):
    call = "GET /api/prospects/leads"
    answer = {
        "data": [
            {
                **PROSPECT,
                "domain": "lead0.example.com",
                "contact_email": "office@lead0.example.com",
                "approval_status": "approved",
                "scrape_status": "SCRAPED",
                "stage": "LEAD",
            }
        ],
        "total": 1,
        "skip": 0,
        "limit": 50,
        "next_cursor": None,
    }
    bad = [*WINDOW, ({"?category": "x" * 501}, "category")]

    def given(self, count: int) -> dict[str, Any]:
        save("lead", count)
        return {}
