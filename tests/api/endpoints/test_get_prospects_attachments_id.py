"""GET /api/prospects/attachments/{id}"""

from typing import Any

from tests.api.endpoints.endpoint import Endpoint
from tests.api.endpoints.rows import an_attachment


class TestGetProspectsAttachmentsId(Endpoint):
    call = "GET /api/prospects/attachments/{id}"
    answer = {
        "id": "<id>",
        "filename": "a.pdf",
        "content_type": "application/pdf",
        "size_bytes": 1,
        "scope": "global",
        "prospect_id": None,
        "created_at": "<time>",
    }

    def given(self, count: int) -> dict[str, Any]:
        return {"id": an_attachment(count).pk}
