"""GET /api/prospects/{id}"""

from typing import Any

from tests.api.endpoints.bodies import PROSPECT
from tests.api.endpoints.endpoint import Endpoint
from tests.api.rows import save


class TestGetProspectsId(Endpoint):
    call = "GET /api/prospects/{id}"
    answer = {
        **PROSPECT,
        "id": "<id>",
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

    def given(self, count: int) -> dict[str, Any]:
        return {"id": save("draft", count)[0].pk}
