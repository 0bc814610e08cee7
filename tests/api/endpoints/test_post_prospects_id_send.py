"""POST /api/prospects/{id}/send"""

from typing import Any

from tests.api.endpoints.endpoint import OPERATOR, Endpoint
from tests.api.rows import save


class TestPostProspectsIdSend(Endpoint):
    call = "POST /api/prospects/{id}/send"
    least = OPERATOR
    sent = {"cc": "a@example.com", "bcc": None}
    status = 409
    answer = {
        "type": "urn:plumbline:problem:not_configured",
        "title": "Conflict",
        "status": 409,
        "code": "not_configured",
        "detail": (
            "Sending needs Gmail API, which this release cannot use yet; "
            "for one that can, set GMAIL_CLIENT_ID and GMAIL_CLIENT_SECRET and "
            "GMAIL_REFRESH_TOKEN. Nothing was done."
        ),
        "variables": ["GMAIL_CLIENT_ID", "GMAIL_CLIENT_SECRET", "GMAIL_REFRESH_TOKEN"],
    }
    bad = [({"cc": "nobody"}, "cc"), ({"bcc": 5}, "bcc")]

    def given(self, count: int) -> dict[str, Any]:
        return {"id": save("draft", count)[0].pk}
