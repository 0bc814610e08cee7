"""DELETE /api/prospects/attachments/{id}"""

from typing import Any

from tests.api.endpoints.endpoint import OPERATOR, Endpoint
from tests.api.endpoints.rows import an_attachment


class TestDeleteProspectsAttachmentsId(Endpoint):
    call = "DELETE /api/prospects/attachments/{id}"
    least = OPERATOR
    status = 204

    def given(self, count: int) -> dict[str, Any]:
        return {"id": an_attachment(count).pk}
