"""POST /api/webhooks/{id}/active"""

from typing import Any

from tests.api.endpoints.bodies import WEBHOOK
from tests.api.endpoints.endpoint import ADMINISTRATOR, MISSING, Endpoint
from tests.api.endpoints.rows import a_webhook


class TestPostWebhooksIdActive(Endpoint):
    call = "POST /api/webhooks/{id}/active"
    least = ADMINISTRATOR
    sent = {"active": False}
    answer = {**WEBHOOK, "id": "<id>", "active": False, "disabled_reason": "switched off"}
    bad = [({"active": "no"}, "active"), ({"active": MISSING}, "active"), ({"colour": "red"}, "colour")]

    def given(self, count: int) -> dict[str, Any]:
        return {"id": a_webhook(deliveries=count).pk}
