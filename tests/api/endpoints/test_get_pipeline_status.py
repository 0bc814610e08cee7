"""GET /api/pipeline/status"""

from typing import Any

from tests.api.endpoints.endpoint import Endpoint
from tests.api.rows import one_of_each


class TestGetPipelineStatus(Endpoint):
    call = "GET /api/pipeline/status"
    answer = {
        "discovered": 2,
        "approved": 3,
        "scraped": 4,
        "discovered_for_scraping": 1,
        "scrape_ready_count": 1,
        "email_found": 4,
        "emails_found": 4,
        "leads": 1,
        "verified": 2,
        "verified_count": 2,
        "verified_email_count": 2,
        "emails_verified": 2,
        "reviewed": 2,
        "verified_stage": 0,
        "drafting_ready": 2,
        "drafting_ready_count": 2,
        "drafted": 1,
        "drafted_count": 1,
        "sent": 1,
        "send_ready": 1,
        "send_ready_count": 1,
    }
    bad = [({"?category": "Museum"}, "category")]

    def given(self, count: int) -> dict[str, Any]:
        one_of_each(count)
        return {}
