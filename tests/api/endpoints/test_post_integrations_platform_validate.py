"""POST /api/integrations/{platform}/validate"""

from typing import Any

from tests.api.endpoints.endpoint import ADMINISTRATOR, Endpoint
from tests.api.endpoints.rows import accounts


class TestPostIntegrationsPlatformValidate(Endpoint):
    call = "POST /api/integrations/{platform}/validate"
    least = ADMINISTRATOR
    status = 409
    answer = {
        "type": "urn:plumbline:problem:not_configured",
        "title": "Conflict",
        "status": 409,
        "code": "not_configured",
        "detail": (
            "Trying the account at <platform> is not part of this release yet; no "
            "variable changes that. Nothing was done."
        ),
        "variables": [],
    }

    def given(self, count: int) -> dict[str, Any]:
        accounts(count)
        return {"platform": "instagram"}
