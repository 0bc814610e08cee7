"""DELETE /api/suppressions/{key}"""

from typing import Any

from tests.api.endpoints.endpoint import ADMINISTRATOR, Endpoint
from tests.api.endpoints.rows import suppressed


class TestDeleteSuppressionsKey(Endpoint):
    call = "DELETE /api/suppressions/{key}"
    least = ADMINISTRATOR
    status = 204

    def given(self, count: int) -> dict[str, Any]:
        return {"key": suppressed(count)[0]}
