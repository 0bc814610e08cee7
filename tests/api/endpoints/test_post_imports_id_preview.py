"""POST /api/imports/{id}/preview"""

from typing import Any

from tests.api.endpoints.bodies import IMPORT
from tests.api.endpoints.endpoint import OPERATOR, Endpoint
from tests.api.endpoints.rows import uploaded


class TestPostImportsIdPreview(Endpoint):
    call = "POST /api/imports/{id}/preview"
    least = OPERATOR
    sent = {"mode": "create", "overwrite": ["page_title"]}
    answer = {
        **IMPORT,
        "id": "<id>",
        "mode": "create",
        "overwrite": ["page_title"],
        "status": "previewed",
        "rows_total": 2,
        "planned": {"created": 1, "updated": 0, "skipped": 0, "refused": 1},
    }
    bad = [
        ({"mode": "all"}, "mode"),
        ({"mode": 5}, "mode"),
        ({"overwrite": ["send_status"]}, "overwrite.0"),
        ({"mapping": {"Site": "stage"}}, "mapping.Site"),
        ({"else": 1}, "else"),
    ]

    def given(self, count: int) -> dict[str, Any]:
        return {"id": uploaded(count).pk}
