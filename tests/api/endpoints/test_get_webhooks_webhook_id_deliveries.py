"""GET /api/webhooks/{webhook_id}/deliveries"""

from typing import Any

from tests.api.endpoints.endpoint import ADMINISTRATOR, Endpoint
from tests.api.endpoints.rows import a_webhook


class TestGetWebhooksWebhookIdDeliveries(Endpoint):
    call = "GET /api/webhooks/{webhook_id}/deliveries"
    least = ADMINISTRATOR
    answer = {
        "data": [
            {
                "event_id": "<uuid>",
                "event_type": "job.finished",
                "subject": "job 0",
                "payload": {"status": "completed"},
                "status": "pending",
                "attempts": 0,
                "run_after": None,
                "response_status": None,
                "error": "",
                "created_at": "<time>",
                "delivered_at": None,
            }
        ],
        "total": 1,
        "skip": 0,
        "limit": 50,
        "next_cursor": None,
    }
    bad = [({"?skip": "-1"}, "skip"), ({"?limit": "0"}, "limit"), ({"?status": "colour"}, "status")]

    def given(self, count: int) -> dict[str, Any]:
        return {"webhook_id": a_webhook(deliveries=count).pk}
