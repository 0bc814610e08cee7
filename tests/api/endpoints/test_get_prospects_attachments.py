"""GET /api/prospects/attachments"""

from typing import Any

from tests.api.endpoints.endpoint import WINDOW, Endpoint
from tests.api.endpoints.rows import an_attachment


class TestGetProspectsAttachments(Endpoint):
    call = "GET /api/prospects/attachments"
    answer = {
        "data": [
            {
                "id": "<uuid>",
                "filename": "a.pdf",
                "content_type": "application/pdf",
                "size_bytes": 1,
                "scope": "global",
                "prospect_id": None,
                "created_at": "<time>",
            }
        ],
        "total": 1,
        "skip": 0,
        "limit": 50,
        "next_cursor": None,
    }
    bad = [*WINDOW, ({"?scope": "colour"}, "scope"), ({"?prospect_id": "x"}, "prospect_id")]

    def given(self, count: int) -> dict[str, Any]:
        an_attachment(count)
        return {}
