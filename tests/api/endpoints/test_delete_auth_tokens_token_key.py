"""DELETE /api/auth/tokens/{token_key}"""

from typing import Any

from tests.api.endpoints.endpoint import Endpoint
from tests.api.endpoints.rows import tokens


class TestDeleteAuthTokensTokenKey(Endpoint):
    call = "DELETE /api/auth/tokens/{token_key}"
    status = 204

    def given(self, count: int) -> dict[str, Any]:
        for name in ("alice", "bob", "charlie"):
            tokens(name, count, key="0123456789abcde")
        return {"token_key": "0123456789abcde"}
