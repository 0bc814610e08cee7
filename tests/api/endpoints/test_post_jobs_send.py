"""POST /api/jobs/send"""

from tests.api.endpoints.endpoint import Endpoint


class TestPostJobsSend(Endpoint):
    call = "POST /api/jobs/send"
    status = 404
    answer = {
        "type": "urn:plumbline:problem:not_found",
        "title": "Not Found",
        "status": 404,
        "code": "not_found",
        "detail": "Sending is started by POST /api/pipeline/send.",
    }
