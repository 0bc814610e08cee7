"""GET /api/social/profiles/export/xlsx"""

from typing import Any

from tests.api.endpoints.endpoint import Endpoint
from tests.api.endpoints.rows import PROFILE
from tests.api.rows import save


class TestGetSocialProfilesExportXlsx(Endpoint):
    call = "GET /api/social/profiles/export/xlsx"
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
            None,
            "<time>",
        ],
    ]
    bad = [({"?platform": "colour"}, "platform"), ({"?discovery_status": "colour"}, "discovery_status")]

    def given(self, count: int) -> dict[str, Any]:
        save("social", count, **PROFILE)
        return {}
