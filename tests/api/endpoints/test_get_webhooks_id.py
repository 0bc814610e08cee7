"""GET /api/webhooks/{id}"""

from typing import Any

from tests.api.endpoints.bodies import WEBHOOK
from tests.api.endpoints.endpoint import ADMINISTRATOR, Endpoint
from tests.api.endpoints.rows import a_webhook


class TestGetWebhooksId(Endpoint):
    call = "GET /api/webhooks/{id}"
    least = ADMINISTRATOR
    answer = {**WEBHOOK, "id": "<id>"}

    def given(self, count: int) -> dict[str, Any]:
        return {"id": a_webhook(deliveries=count).pk}
