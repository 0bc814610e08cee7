"""GET /api/integrations/oauth/{platform}/authorize"""

from typing import Any

from tests.api.endpoints.endpoint import ADMINISTRATOR, Endpoint


class TestGetIntegrationsOauthPlatformAuthorize(Endpoint):
    call = "GET /api/integrations/oauth/{platform}/authorize"
    least = ADMINISTRATOR
    query = {"redirect_uri": "https://app.example.com/settings"}
    status = 409
    answer = {
        "type": "urn:plumbline:problem:not_configured",
        "title": "Conflict",
        "status": 409,
        "code": "not_configured",
        "detail": (
            "Asking <platform> for consent is not part of this release yet; no variable changes that. Nothing was done."
        ),
        "variables": [],
    }
    bad = [({"?redirect_uri": "nowhere"}, "redirect_uri"), ({"?user_id": "x" * 201}, "user_id")]

    def given(self, count: int) -> dict[str, Any]:
        return {"platform": "instagram"}
