"""GET /api/imports/{id}/refused/csv"""

from typing import Any

from tests.api.endpoints.endpoint import Endpoint
from tests.api.endpoints.rows import finished


class TestGetImportsIdRefusedCsv(Endpoint):
    call = "GET /api/imports/{id}/refused/csv"
    answer = "\ufeffSite,Mail,import problem\r\nwrong,,Site: is no domain\r\n"

    def given(self, count: int) -> dict[str, Any]:
        return {"id": finished(count).pk}
