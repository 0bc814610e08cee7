"""GET /api/prospects/export/csv"""

from typing import Any

from tests.api.endpoints.endpoint import Endpoint
from tests.api.rows import save


class TestGetProspectsExportCsv(Endpoint):
    call = "GET /api/prospects/export/csv"
    answer = (
        "ID,Domain,Page URL,Page Title,Contact Email,Category,Location,Score,Status,Draft "
        "Subject,Draft Body,Last Sent,Follow-ups Sent,Created At,"
        "Source Type,Platform,Profile URL,Username,Full Name,Followers,Engagement,Bio,Domain Authority,Keywords\r\n"
        "<uuid>,draft0.example.com,,,office@draft0.example.com,Museum,,0.00,pending,s,b,,0,"
        "<time>,website,,,,,,,,,\r\n"
    )
    bad = [
        ({"?list": "colour"}, "list"),
        ({"?source_type": "colour"}, "source_type"),
        ({"?limit": "5"}, "limit"),
        ({"?min_score": "high"}, "min_score"),
    ]

    def given(self, count: int) -> dict[str, Any]:
        save("draft", count)
        return {}
