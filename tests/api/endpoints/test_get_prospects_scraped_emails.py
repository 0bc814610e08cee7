"""GET /api/prospects/scraped-emails"""

from typing import Any

from tests.api.endpoints.bodies import PROSPECT
from tests.api.endpoints.endpoint import WINDOW, Endpoint
from tests.api.rows import save


class TestGetProspectsScrapedEmails(Endpoint):
    call = "GET /api/prospects/scraped-emails"
    answer = {
        "data": [
            {
                **PROSPECT,
                "domain": "scraped0.example.com",
                "contact_email": "office@scraped0.example.com",
                "scrape_status": "SCRAPED",
                "stage": "EMAIL_FOUND",
            }
        ],
        "total": 1,
        "skip": 0,
        "limit": 50,
        "next_cursor": None,
    }
    bad = [*WINDOW, ({"?category": "x" * 501}, "category")]

    def given(self, count: int) -> dict[str, Any]:
        save("scraped", count)
        return {}
