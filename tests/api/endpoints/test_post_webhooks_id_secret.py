"""POST /api/webhooks/{id}/secret"""

from typing import Any

from tests.api.endpoints.bodies import WEBHOOK
from tests.api.endpoints.endpoint import ADMINISTRATOR, Endpoint
from tests.api.endpoints.rows import a_webhook


class TestPostWebhooksIdSecret(Endpoint):
    call = "POST /api/webhooks/{id}/secret"
    least = ADMINISTRATOR
    answer = {**WEBHOOK, "id": "<id>", "secret": "<secret>"}

    def given(self, count: int) -> dict[str, Any]:
        return {"id": a_webhook(deliveries=count).pk}
