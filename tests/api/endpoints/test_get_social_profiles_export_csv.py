"""GET /api/social/profiles/export/csv"""

from typing import Any

from tests.api.endpoints.endpoint import Endpoint
from tests.api.endpoints.rows import PROFILE
from tests.api.rows import save


class TestGetSocialProfilesExportCsv(Endpoint):
    call = "GET /api/social/profiles/export/csv"
    answer = (
        "ID,Platform,Username,Full Name,Profile URL,Contact Email,Followers,Engagement,"
        "Category,Location,Draft Subject,Draft Body,Last Sent,Created At\r\n"
        "<uuid>,instagram,ann,Ann,https://instagram.com/ann,,1200,2.50,Museum,USA,,,,<time>\r\n"
    )
    bad = [({"?platform": "colour"}, "platform"), ({"?discovery_status": "colour"}, "discovery_status")]

    def given(self, count: int) -> dict[str, Any]:
        save("social", count, **PROFILE)
        return {}
