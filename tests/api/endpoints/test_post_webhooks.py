"""POST /api/webhooks"""

from tests.api.endpoints.bodies import WEBHOOK
from tests.api.endpoints.endpoint import ADMINISTRATOR, MISSING, Endpoint


class TestPostWebhooks(Endpoint):
    call = "POST /api/webhooks"
    least = ADMINISTRATOR
    sent = {"url": "https://hooks.example.com/x", "event_types": ["job.finished"]}
    status = 201
    answer = {**WEBHOOK, "secret": "<secret>"}
    bad = [
        ({"url": MISSING}, "url"),
        ({"url": 5}, "url"),
        ({"event_types": []}, "event_types"),
        ({"event_types": ["x"]}, "event_types.0"),
        ({"colour": "red"}, "colour"),
    ]
