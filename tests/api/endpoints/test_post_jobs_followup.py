"""POST /api/jobs/followup"""

from tests.api.endpoints.endpoint import Endpoint


class TestPostJobsFollowup(Endpoint):
    call = "POST /api/jobs/followup"
    status = 404
    answer = {
        "type": "urn:plumbline:problem:not_found",
        "title": "Not Found",
        "status": 404,
        "code": "not_found",
        "detail": "Follow-ups are started by POST /api/social/pipeline/followup.",
    }
