"""DELETE /api/webhooks/{id}"""

from typing import Any

from tests.api.endpoints.endpoint import ADMINISTRATOR, Endpoint
from tests.api.endpoints.rows import a_webhook


class TestDeleteWebhooksId(Endpoint):
    call = "DELETE /api/webhooks/{id}"
    least = ADMINISTRATOR
    status = 204

    def given(self, count: int) -> dict[str, Any]:
        return {"id": a_webhook(deliveries=count).pk}
