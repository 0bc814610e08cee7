"""GET /api/integrations/capabilities"""

from typing import Any

from tests.api.endpoints.endpoint import Endpoint
from tests.api.endpoints.rows import accounts


class TestGetIntegrationsCapabilities(Endpoint):
    call = "GET /api/integrations/capabilities"
    answer = [
        {
            "platform": "instagram",
            "is_connected": True,
            "connection_status": "connected",
            "can_send_dm": False,
            "can_discover": False,
            "can_read_messages": False,
            "reason": "This release does not use instagram yet.",
            "scopes_granted": None,
            "token_expires_at": None,
        },
        {
            "platform": "facebook",
            "is_connected": False,
            "connection_status": None,
            "can_send_dm": False,
            "can_discover": False,
            "can_read_messages": False,
            "reason": "There is no account at facebook.",
            "scopes_granted": None,
            "token_expires_at": None,
        },
        {
            "platform": "tiktok",
            "is_connected": False,
            "connection_status": None,
            "can_send_dm": False,
            "can_discover": False,
            "can_read_messages": False,
            "reason": "There is no account at tiktok.",
            "scopes_granted": None,
            "token_expires_at": None,
        },
        {
            "platform": "linkedin",
            "is_connected": False,
            "connection_status": None,
            "can_send_dm": False,
            "can_discover": False,
            "can_read_messages": False,
            "reason": "There is no account at linkedin.",
            "scopes_granted": None,
            "token_expires_at": None,
        },
    ]
    bad = [({"?user_id": "x" * 201}, "user_id"), ({"?user_id": ["a", "b"]}, "user_id")]

    def given(self, count: int) -> dict[str, Any]:
        accounts(count)
        return {}
