"""GET /api/social/drafts/export/xlsx"""

from typing import Any

from tests.api.endpoints.endpoint import Endpoint
from tests.api.endpoints.rows import PROFILE
from tests.api.rows import save


class TestGetSocialDraftsExportXlsx(Endpoint):
    call = "GET /api/social/drafts/export/xlsx"
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
            "Hello",
            "Dear Ann",
            None,
            "<time>",
        ],
    ]
    bad = [({"?platform": "colour"}, "platform"), ({"?limit": "5"}, "limit")]

    def given(self, count: int) -> dict[str, Any]:
        save("social", count, **PROFILE, draft_status="drafted", draft_subject="Hello", draft_body="Dear Ann")
        return {}
