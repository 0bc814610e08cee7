"""GET /api/webhooks"""

from typing import Any

from tests.api.endpoints.bodies import WEBHOOK
from tests.api.endpoints.endpoint import ADMINISTRATOR, WINDOW, Endpoint
from tests.api.endpoints.rows import a_webhook


class TestGetWebhooks(Endpoint):
    call = "GET /api/webhooks"
    least = ADMINISTRATOR
    answer = {"data": [{**WEBHOOK}], "total": 1, "skip": 0, "limit": 50, "next_cursor": None}
    bad = [*WINDOW]

    def given(self, count: int) -> dict[str, Any]:
        for _ in range(count):
            a_webhook()
        return {}
