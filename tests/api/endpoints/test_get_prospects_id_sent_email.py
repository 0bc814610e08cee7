"""GET /api/prospects/{id}/sent-email"""

from typing import Any

from pipeline.models import EmailLog
from tests.api.endpoints.endpoint import Endpoint
from tests.api.endpoints.rows import an_attachment
from tests.api.rows import save


class TestGetProspectsIdSentEmail(Endpoint):
    call = "GET /api/prospects/{id}/sent-email"
    answer = {
        "email_log_id": "<uuid>",
        "prospect_id": "<id>",
        "subject": "Hello",
        "body": "Dear reader",
        "sent_at": "<time>",
        "provider": "gmail",
        "message_id": "m1",
        "thread_id": "t1",
        "raw_response": {"id": "m1", "threadId": "t1"},
        "attachments": [
            {
                "id": "<uuid>",
                "filename": "a.pdf",
                "content_type": "application/pdf",
                "size_bytes": 1,
                "scope": "global",
                "prospect_id": None,
                "created_at": "<time>",
            }
        ],
    }

    def given(self, count: int) -> dict[str, Any]:
        (row,) = save("sent")
        for _ in range(count):
            EmailLog.objects.create(
                prospect=row, subject="Hello", body="Dear reader", response={"id": "m1", "threadId": "t1"}
            )
            an_attachment()
        return {"id": row.pk}
