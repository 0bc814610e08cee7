"""GET /api/imports/{id}"""

from typing import Any

from tests.api.endpoints.bodies import IMPORT
from tests.api.endpoints.endpoint import Endpoint
from tests.api.endpoints.rows import uploaded


class TestGetImportsId(Endpoint):
    call = "GET /api/imports/{id}"
    answer = {**IMPORT, "id": "<id>"}

    def given(self, count: int) -> dict[str, Any]:
        return {"id": uploaded(count).pk}
