"""POST /api/prospects/attachments"""

from typing import Any

from tests.api.endpoints.endpoint import MISSING, OPERATOR, Endpoint
from tests.api.endpoints.rows import a_file
from tests.api.rows import save


class TestPostProspectsAttachments(Endpoint):
    call = "POST /api/prospects/attachments"
    least = OPERATOR
    sent = {"scope": "prospect", "prospect_id": "{prospect}", "file": a_file}
    format = "multipart"
    status = 201
    answer = {
        "id": "<uuid>",
        "filename": "list.csv",
        "content_type": "text/csv",
        "size_bytes": 32,
        "scope": "prospect",
        "prospect_id": "<prospect>",
        "created_at": "<time>",
    }
    bad = [
        ({"file": MISSING}, "file"),
        ({"file": "text"}, "file"),
        ({"scope": "colour"}, "scope"),
        ({"scope": MISSING}, "scope"),
        ({"scope": "global"}, "prospect_id"),
        ({"prospect_id": MISSING}, "prospect_id"),
        ({"prospect_id": "x"}, "prospect_id"),
    ]

    def given(self, count: int) -> dict[str, Any]:
        (row,) = save("lead")
        return {"prospect": str(row.pk)}
