"""POST /api/pipeline/discover"""

from tests.api.endpoints.endpoint import MISSING, OPERATOR, Endpoint


class TestPostPipelineDiscover(Endpoint):
    call = "POST /api/pipeline/discover"
    least = OPERATOR
    sent = {"categories": ["Museum"], "locations": ["USA"], "keywords": "art", "max_results": 5}
    answer = {"success": True, "message": "Discovery was started.", "job_id": "<uuid>", "prospects_count": 0}
    bad = [
        ({"categories": []}, "categories"),
        ({"categories": MISSING}, "categories"),
        ({"categories": [5]}, "categories.0"),
        ({"locations": MISSING}, "locations"),
        ({"max_results": 0}, "max_results"),
        ({"max_results": "5"}, "max_results"),
        ({"keywords": 5}, "keywords"),
    ]
