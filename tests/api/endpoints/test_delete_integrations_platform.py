"""DELETE /api/integrations/{platform}"""

from typing import Any

from tests.api.endpoints.endpoint import ADMINISTRATOR, Endpoint
from tests.api.endpoints.rows import accounts


class TestDeleteIntegrationsPlatform(Endpoint):
    call = "DELETE /api/integrations/{platform}"
    least = ADMINISTRATOR
    status = 204
    bad = [({"?user_id": "x" * 201}, "user_id"), ({"?user_id": ["a", "b"]}, "user_id")]

    def given(self, count: int) -> dict[str, Any]:
        accounts(count)
        return {"platform": "instagram"}
