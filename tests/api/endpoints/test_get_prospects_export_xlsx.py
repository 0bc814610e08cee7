"""GET /api/prospects/export/xlsx"""

from typing import Any

from tests.api.endpoints.endpoint import Endpoint
from tests.api.rows import save


class TestGetProspectsExportXlsx(Endpoint):
    call = "GET /api/prospects/export/xlsx"
    answer = [
        [
            "ID",
            "Domain",
            "Page URL",
            "Page Title",
            "Contact Email",
            "Category",
            "Location",
            "Score",
            "Status",
            "Draft Subject",
            "Draft Body",
            "Last Sent",
            "Follow-ups Sent",
            "Created At",
            "Source Type",
            "Platform",
            "Profile URL",
            "Username",
            "Full Name",
            "Followers",
            "Engagement",
            "Bio",
            "Domain Authority",
            "Keywords",
        ],
        [
            "<uuid>",
            "draft0.example.com",
            None,
            None,
            "office@draft0.example.com",
            "Museum",
            None,
            0,
            "pending",
            "s",
            "b",
            None,
            0,
            "<time>",
            "website",
            *[None] * 9,
        ],
    ]
    bad = [
        ({"?list": "colour"}, "list"),
        ({"?source_type": "colour"}, "source_type"),
        ({"?limit": "5"}, "limit"),
        ({"?min_score": "high"}, "min_score"),
    ]

    def given(self, count: int) -> dict[str, Any]:
        save("draft", count)
        return {}
