"""GET /api/prospects/scraped-emails/export/xlsx"""

from typing import Any

from tests.api.endpoints.endpoint import Endpoint
from tests.api.rows import save


class TestGetProspectsScrapedEmailsExportXlsx(Endpoint):
    call = "GET /api/prospects/scraped-emails/export/xlsx"
    answer = [
        ["ID", "Domain", "Contact Email", "Source", "Category", "Verification Status", "Confidence", "Created At"],
        ["<uuid>", "scraped0.example.com", "office@scraped0.example.com", None, "Museum", "UNVERIFIED", None, "<time>"],
    ]
    bad = [({"?category": "x" * 501}, "category"), ({"?limit": "5"}, "limit")]

    def given(self, count: int) -> dict[str, Any]:
        save("scraped", count)
        return {}
