"""POST /api/prospects/bulk-update"""

from typing import Any

from tests.api.endpoints.endpoint import MISSING, OPERATOR, Endpoint, ids_of
from tests.api.rows import save


class TestPostProspectsBulkUpdate(Endpoint):
    call = "POST /api/prospects/bulk-update"
    least = OPERATOR
    sent = {"prospect_ids": "{ids}", "values": {"discovery_category": "Museum of Art", "score": 3}}
    answer = {"success": True, "message": "1 prospect updated.", "updated_count": 1}
    bad = [
        *ids_of("prospect_ids"),
        ({"values": {}}, "values"),
        ({"values": MISSING}, "values"),
        ({"values": {"stage": "SENT"}}, "values.stage"),
        ({"values": {"score": "high"}}, "values.score"),
        ({"colour": "red"}, "colour"),
    ]

    def given(self, count: int) -> dict[str, Any]:
        return {"ids": [str(row.pk) for row in save("website", count)]}
