"""DELETE /api/prospects/{id}"""

from typing import Any

from tests.api.endpoints.endpoint import OPERATOR, Endpoint
from tests.api.rows import save


class TestDeleteProspectsId(Endpoint):
    call = "DELETE /api/prospects/{id}"
    least = OPERATOR
    status = 204

    def given(self, count: int) -> dict[str, Any]:
        return {"id": save("website", count)[0].pk}
