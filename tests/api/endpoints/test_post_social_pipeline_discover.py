"""POST /api/social/pipeline/discover"""

from tests.api.endpoints.endpoint import MISSING, OPERATOR, Endpoint


class TestPostSocialPipelineDiscover(Endpoint):
    call = "POST /api/social/pipeline/discover"
    least = OPERATOR
    sent = {
        "platform": "instagram",
        "categories": ["Museum"],
        "locations": ["USA"],
        "keywords": ["art"],
        "parameters": {},
    }
    answer = {
        "success": True,
        "message": "Discovery was started.",
        "job_id": "<uuid>",
        "profiles_count": 0,
        "drafts_created": 0,
        "messages_sent": 0,
        "followups_created": 0,
    }
    bad = [
        ({"platform": "colour"}, "platform"),
        ({"platform": MISSING}, "platform"),
        ({"categories": []}, "categories"),
        ({"locations": MISSING}, "locations"),
        ({"keywords": "art"}, "keywords"),
        ({"parameters": []}, "parameters"),
        ({"max_results": 0}, "max_results"),
    ]
