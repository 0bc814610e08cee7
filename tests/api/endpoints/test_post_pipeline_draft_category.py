"""POST /api/pipeline/draft/category"""

from typing import Any

from tests.api.endpoints.endpoint import MISSING, OPERATOR, Endpoint, ids_of
from tests.api.rows import save


class TestPostPipelineDraftCategory(Endpoint):
    call = "POST /api/pipeline/draft/category"
    least = OPERATOR
    sent = {"category": "Museum", "concept": "c", "subject_template": "s", "body_template": "b"}
    answer = {
        "success": True,
        "message": "Drafting was started for 1 prospect.",
        "job_id": "<uuid>",
        "prospects_count": 1,
    }
    bad = [
        *ids_of("prospect_ids"),
        ({"filters": "museum"}, "filters"),
        ({"filters": {"category": 5}}, "filters.category"),
        ({"concept": MISSING}, "concept"),
        ({"subject_template": ""}, "subject_template"),
        ({"body_template": 5}, "body_template"),
        ({"category": "x" * 201}, "category"),
    ]

    def given(self, count: int) -> dict[str, Any]:
        save("lead", count)
        return {}
