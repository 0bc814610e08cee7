"""POST /api/prospects/{id}/promote"""

from typing import Any

from tests.api.endpoints.endpoint import OPERATOR, Endpoint
from tests.api.rows import save


class TestPostProspectsIdPromote(Endpoint):
    call = "POST /api/prospects/{id}/promote"
    least = OPERATOR
    answer = {"success": True, "message": "The prospect is a lead.", "stage": "LEAD"}

    def given(self, count: int) -> dict[str, Any]:
        return {"id": save("scraped", count)[0].pk}
