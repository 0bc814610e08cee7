"""GET /api/imports/{id}/refused/csv"""

from typing import Any

from tests.api.endpoints.endpoint import Endpoint
from tests.api.endpoints.rows import finished


class TestGetImportsIdRefusedCsv(Endpoint):
    call = "GET /api/imports/{id}/refused/csv"
    answer = "\ufeffimport problem,Site,Mail\r\nSite: is no domain,wrong,\r\n"

    def given(self, count: int) -> dict[str, Any]:
        return {"id": finished(count).pk}
