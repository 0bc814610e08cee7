"""POST /api/jobs/score"""

from tests.api.endpoints.endpoint import Endpoint


class TestPostJobsScore(Endpoint):
    call = "POST /api/jobs/score"
    status = 404
    answer = {
        "type": "urn:plumbline:problem:not_found",
        "title": "Not Found",
        "status": 404,
        "code": "not_found",
        "detail": "There are no scoring jobs; a prospect's score comes from its discovery.",
    }
