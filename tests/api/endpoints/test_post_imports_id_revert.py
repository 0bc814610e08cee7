"""POST /api/imports/{id}/revert"""

from typing import Any

from tests.api.endpoints.endpoint import OPERATOR, Endpoint
from tests.api.endpoints.rows import finished


class TestPostImportsIdRevert(Endpoint):
    call = "POST /api/imports/{id}/revert"
    least = OPERATOR
    answer = {"deleted": 1, "restored": 0}

    def given(self, count: int) -> dict[str, Any]:
        return {"id": finished(count).pk}
