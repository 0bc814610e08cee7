"""PATCH /api/prospects/{id}"""

from typing import Any

from tests.api.endpoints.bodies import PROSPECT
from tests.api.endpoints.endpoint import OPERATOR, Endpoint
from tests.api.rows import save


class TestPatchProspectsId(Endpoint):
    call = "PATCH /api/prospects/{id}"
    least = OPERATOR
    headers = {"HTTP_IF_MATCH": "*"}
    sent = {"score": 5, "page_title": "A title"}
    answer = {**PROSPECT, "id": "<id>", "domain": "website0.example.com", "page_title": "A title", "score": 5.0}
    bad = [
        ({"score": -1}, "score"),
        ({"score": "5"}, "score"),
        ({"domain": "no domain"}, "domain"),
        ({"page_url": "nowhere"}, "page_url"),
        ({"draft_body": "b"}, "draft_body"),
        ({"source_type": None}, "source_type"),
        ({"bio_text": 5}, "bio_text"),
    ]

    def given(self, count: int) -> dict[str, Any]:
        return {"id": save("website", count)[0].pk}
