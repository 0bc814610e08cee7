"""GET /api/pipeline/websites"""

from typing import Any

from prospects.models import Prospect
from tests.api.endpoints.endpoint import WINDOW, Endpoint
from tests.api.endpoints.rows import a_discovery_query
from tests.api.rows import save


class TestGetPipelineWebsites(Endpoint):
    call = "GET /api/pipeline/websites"
    answer = {
        "data": [
            {
                "id": "<uuid>",
                "domain": "website0.example.com",
                "url": "https://website0.example.com",
                "title": "website0.example.com",
                "category": "Museum",
                "location": "Unknown",
                "discovery_job_id": "<uuid>",
                "discovered_at": "<time>",
                "scrape_status": "DISCOVERED",
                "approval_status": "pending",
            }
        ],
        "total": 1,
        "skip": 0,
        "limit": 50,
        "next_cursor": None,
    }
    bad = [*WINDOW, ({"?category": "x" * 501}, "category")]

    def given(self, count: int) -> dict[str, Any]:
        for row in save("website", count):
            query = a_discovery_query()
            Prospect.objects.filter(pk=row.pk).update(discovery_query=query)
        return {}
