"""POST /api/integrations/oauth/{platform}/callback"""

from typing import Any

from tests.api.endpoints.endpoint import ADMINISTRATOR, MISSING, Endpoint


class TestPostIntegrationsOauthPlatformCallback(Endpoint):
    call = "POST /api/integrations/oauth/{platform}/callback"
    least = ADMINISTRATOR
    sent = {"code": "a code", "state": "s", "platform": "instagram"}
    status = 409
    answer = {
        "type": "urn:plumbline:problem:not_configured",
        "title": "Conflict",
        "status": 409,
        "code": "not_configured",
        "detail": (
            "Taking the consent of <platform> is not part of this release yet; no "
            "variable changes that. Nothing was done."
        ),
        "variables": [],
    }
    bad = [
        ({"code": MISSING}, "code"),
        ({"code": "x" * 2001}, "code"),
        ({"platform": "colour"}, "platform"),
        ({"state": 5}, "state"),
    ]

    def given(self, count: int) -> dict[str, Any]:
        return {"platform": "instagram"}
