"""POST /api/settings/services/{name}/test"""

from typing import Any

from tests.api.endpoints.endpoint import OPERATOR, Endpoint


class TestPostSettingsServicesNameTest(Endpoint):
    call = "POST /api/settings/services/{name}/test"
    least = OPERATOR
    status = 409
    answer = {
        "type": "urn:plumbline:problem:not_configured",
        "title": "Conflict",
        "status": 409,
        "code": "not_configured",
        "detail": (
            "A test needs <name>, which this release cannot use yet; "
            "for one that can, set GEMINI_API_KEY. Nothing was done."
        ),
        "variables": ["GEMINI_API_KEY"],
    }

    def given(self, count: int) -> dict[str, Any]:
        return {"name": "Google Gemini"}
