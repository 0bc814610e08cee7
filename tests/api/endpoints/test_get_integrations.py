"""GET /api/integrations"""

from typing import Any

from tests.api.endpoints.bodies import ACCOUNT
from tests.api.endpoints.endpoint import Endpoint
from tests.api.endpoints.rows import accounts


class TestGetIntegrations(Endpoint):
    call = "GET /api/integrations"
    answer = [{**ACCOUNT}]
    bad = [({"?user_id": "x" * 201}, "user_id"), ({"?user_id": ["a", "b"]}, "user_id")]

    def given(self, count: int) -> dict[str, Any]:
        accounts(count)
        return {}
