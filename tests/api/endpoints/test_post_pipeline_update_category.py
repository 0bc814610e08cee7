"""POST /api/pipeline/update_category"""

from typing import Any

from tests.api.endpoints.endpoint import MISSING, OPERATOR, Endpoint, ids_of
from tests.api.rows import save


class TestPostPipelineUpdateCategory(Endpoint):
    call = "POST /api/pipeline/update_category"
    least = OPERATOR
    sent = {"prospect_ids": "{ids}", "category": "Home Decor"}
    answer = {"success": True, "message": "1 prospect updated.", "updated_count": 1}
    bad = [
        *ids_of("prospect_ids"),
        ({"category": MISSING}, "category"),
        ({"category": ""}, "category"),
        ({"category": "x" * 201}, "category"),
        ({"category": 5}, "category"),
    ]

    def given(self, count: int) -> dict[str, Any]:
        return {"ids": [str(row.pk) for row in save("lead", count)]}
