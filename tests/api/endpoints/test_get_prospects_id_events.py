"""GET /api/prospects/{id}/events"""

from typing import Any

from prospects import changes
from prospects.changes import Cause
from prospects.models import Prospect
from tests.api.endpoints.endpoint import WINDOW, Endpoint
from tests.api.rows import save


class TestGetProspectsIdEvents(Endpoint):
    call = "GET /api/prospects/{id}/events"
    answer = {
        "data": [
            {
                "id": "<number>",
                "at": "<time>",
                "user": None,
                "job_id": None,
                "kind": "changed",
                "field": "page_title",
                "old": None,
                "new": "Title 0",
                "reason": "why",
            }
        ],
        "total": 1,
        "skip": 0,
        "limit": 50,
        "next_cursor": None,
    }
    bad = [*WINDOW]

    def given(self, count: int) -> dict[str, Any]:
        (row,) = save("website")
        for number in range(count):
            changes.change(Prospect.objects.filter(pk=row.pk), {"page_title": f"Title {number}"}, Cause(reason="why"))
        return {"id": row.pk}

    def seen(self, answer: Any) -> Any:
        return {**answer, "data": [{**event, "id": "<number>"} for event in answer["data"]]}
