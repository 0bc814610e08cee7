"""GET /api/integrations/{platform}/capabilities"""

from typing import Any

from tests.api.endpoints.endpoint import Endpoint
from tests.api.endpoints.rows import accounts


class TestGetIntegrationsPlatformCapabilities(Endpoint):
    call = "GET /api/integrations/{platform}/capabilities"
    answer = {
        "platform": "<platform>",
        "is_connected": True,
        "connection_status": "connected",
        "can_send_dm": False,
        "can_discover": False,
        "can_read_messages": False,
        "reason": "This release does not use <platform> yet.",
        "scopes_granted": None,
        "token_expires_at": None,
    }
    bad = [({"?user_id": "x" * 201}, "user_id"), ({"?user_id": ["a", "b"]}, "user_id")]

    def given(self, count: int) -> dict[str, Any]:
        accounts(count)
        return {"platform": "instagram"}
