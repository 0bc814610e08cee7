"""GET /api/social/sent/export/xlsx"""

from typing import Any

from tests.api.endpoints.endpoint import Endpoint
from tests.api.endpoints.rows import NOW, PROFILE
from tests.api.rows import save


class TestGetSocialSentExportXlsx(Endpoint):
    call = "GET /api/social/sent/export/xlsx"
    answer = [
        [
            "ID",
            "Platform",
            "Username",
            "Full Name",
            "Profile URL",
            "Contact Email",
            "Followers",
            "Engagement",
            "Category",
            "Location",
            "Draft Subject",
            "Draft Body",
            "Last Sent",
            "Created At",
        ],
        [
            "<uuid>",
            "instagram",
            "ann",
            "Ann",
            "https://instagram.com/ann",
            None,
            1200,
            2.5,
            "Museum",
            "USA",
            None,
            None,
            "<time>",
            "<time>",
        ],
    ]
    bad = [({"?platform": "colour"}, "platform"), ({"?category": "x"}, "category")]

    def given(self, count: int) -> dict[str, Any]:
        save("social", count, **PROFILE, send_status="sent", last_sent=NOW)
        return {}
