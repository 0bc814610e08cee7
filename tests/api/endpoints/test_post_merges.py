"""POST /api/merges"""

from typing import Any

from tests.api.endpoints.endpoint import MISSING, OPERATOR, Endpoint
from tests.api.rows import save


class TestPostMerges(Endpoint):
    call = "POST /api/merges"
    least = OPERATOR
    sent = {"keep_id": "{keep}", "other_id": "{other}"}
    status = 201
    answer = {
        "id": "<uuid>",
        "kept_id": "<keep>",
        "merged_id": "<other>",
        "created_at": "<time>",
        "created_by": "bob",
        "undone_at": None,
    }
    bad = [
        ({"keep_id": MISSING}, "keep_id"),
        ({"keep_id": "x"}, "keep_id"),
        ({"other_id": 5}, "other_id"),
        ({"colour": "red"}, "colour"),
    ]

    def given(self, count: int) -> dict[str, Any]:
        keep, other, *_ = save("website", count + 1)
        return {"keep": str(keep.pk), "other": str(other.pk)}
