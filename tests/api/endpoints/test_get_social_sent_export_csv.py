"""GET /api/social/sent/export/csv"""

from typing import Any

from tests.api.endpoints.endpoint import Endpoint
from tests.api.endpoints.rows import NOW, PROFILE
from tests.api.rows import save


class TestGetSocialSentExportCsv(Endpoint):
    call = "GET /api/social/sent/export/csv"
    answer = (
        "ID,Platform,Username,Full Name,Profile URL,Contact Email,Followers,Engagement,"
        "Category,Location,Draft Subject,Draft Body,Last Sent,Created At\r\n"
        "<uuid>,instagram,ann,Ann,https://instagram.com/ann,,1200,2.50,Museum,USA,,,<time>,"
        "<time>\r\n"
    )
    bad = [({"?platform": "colour"}, "platform"), ({"?category": "x"}, "category")]

    def given(self, count: int) -> dict[str, Any]:
        save("social", count, **PROFILE, send_status="sent", last_sent=NOW)
        return {}
