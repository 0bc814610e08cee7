"""POST /api/pipeline/send"""

from typing import Any

from tests.api.endpoints.endpoint import OPERATOR, Endpoint, ids_of
from tests.api.rows import save


class TestPostPipelineSend(Endpoint):
    call = "POST /api/pipeline/send"
    least = OPERATOR
    sent = {"prospect_ids": "{ids}", "cc_map": {}}
    answer = {
        "success": True,
        "message": "Sending was started for 1 prospect.",
        "job_id": "<uuid>",
        "prospects_count": 1,
    }
    bad = [*ids_of("prospect_ids"), ({"cc_map": []}, "cc_map"), ({"cc_map": {"x": "nobody"}}, "cc_map.x")]
    bad += [({"cc_map": {"x": "ann@example.com"}}, "cc_map.x")]

    def given(self, count: int) -> dict[str, Any]:
        return {"ids": [str(row.pk) for row in save("draft", count)]}
