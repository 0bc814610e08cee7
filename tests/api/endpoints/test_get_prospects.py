"""GET /api/prospects"""

from typing import Any

from tests.api.endpoints.bodies import PROSPECT
from tests.api.endpoints.endpoint import WINDOW, Endpoint
from tests.api.rows import save

ROW = {
    **PROSPECT,
    "domain": "draft0.example.com",
    "contact_email": "office@draft0.example.com",
    "draft_subject": "s",
    "draft_body": "b",
    "approval_status": "approved",
    "scrape_status": "SCRAPED",
    "verification_status": "verified",
    "draft_status": "drafted",
    "stage": "DRAFTED",
}


class TestGetProspects(Endpoint):
    call = "GET /api/prospects"
    answer = {
        "success": True,
        "data": {
            "data": [ROW],
            "total": 1,
            "skip": 0,
            "limit": 50,
            "next_cursor": None,
            "prospects": [ROW],
            "page": 1,
            "totalPages": 1,
        },
        "error": None,
    }
    bad = [
        *WINDOW,
        ({"?page": "0"}, "page"),
        ({"?page": "1", "?skip": "1"}, "page"),
        ({"?list": "colour"}, "list"),
        ({"?status": "colour"}, "status"),
        ({"?stage": "sent"}, "stage"),
        ({"?min_score": "high"}, "min_score"),
        ({"?max_score": "1000"}, "max_score"),
        ({"?has_email": "yes"}, "has_email"),
        ({"?created_after": "yesterday"}, "created_after"),
        ({"?sent_before": ""}, "sent_before"),
        ({"?q": "x" * 501}, "q"),
        ({"?q": "a\0b"}, "q"),
    ]

    def given(self, count: int) -> dict[str, Any]:
        save("draft", count)
        return {}
