"""GET /api/prospects/scraped-emails/export/csv"""

from typing import Any

from tests.api.endpoints.endpoint import Endpoint
from tests.api.rows import save


class TestGetProspectsScrapedEmailsExportCsv(Endpoint):
    call = "GET /api/prospects/scraped-emails/export/csv"
    answer = (
        "ID,Domain,Contact Email,Source,Category,Verification Status,Confidence,Created At\r\n"
        "<uuid>,scraped0.example.com,office@scraped0.example.com,,Museum,UNVERIFIED,,<time>\r\n"
    )
    bad = [({"?category": "x" * 501}, "category"), ({"?limit": "5"}, "limit")]

    def given(self, count: int) -> dict[str, Any]:
        save("scraped", count)
        return {}
