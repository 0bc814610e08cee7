"""POST /api/integrations/{platform}/api-key"""

from typing import Any

from tests.api.endpoints.bodies import ACCOUNT
from tests.api.endpoints.endpoint import ADMINISTRATOR, MISSING, Endpoint


class TestPostIntegrationsPlatformApiKey(Endpoint):
    call = "POST /api/integrations/{platform}/api-key"
    least = ADMINISTRATOR
    sent = {"api_key": "a secret"}
    answer = {**ACCOUNT, "platform": "<platform>", "connection_status": "pending_oauth", "is_connected": False}
    bad = [
        ({"api_key": MISSING}, "api_key"),
        ({"api_key": ""}, "api_key"),
        ({"api_key": 5}, "api_key"),
        ({"user_id": "x" * 201}, "user_id"),
    ]

    def given(self, count: int) -> dict[str, Any]:
        return {"platform": "instagram"}
