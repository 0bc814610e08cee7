"""POST /api/prospects"""

from typing import Any

from prospects.models import Prospect
from tests.api.endpoints.bodies import PROSPECT
from tests.api.endpoints.endpoint import MISSING, OPERATOR, Endpoint
from tests.api.rows import save


class TestPostProspects(Endpoint):
    call = "POST /api/prospects"
    least = OPERATOR
    sent = {
        "domain": "example.com",
        "score": 7.5,
        "discovery_status": "DISCOVERED",
        "contact_email": "Office@Example.com",
    }
    status = 201
    answer = {
        **PROSPECT,
        "domain": "example.com",
        "contact_email": "Office@Example.com",
        "score": 7.5,
        "discovery_category": None,
    }
    bad = [
        ({"domain": MISSING}, "domain"),
        ({"domain": "no domain"}, "domain"),
        ({"domain": 5}, "domain"),
        ({"domain": "x" * 300 + ".com"}, "domain"),
        ({"score": "high"}, "score"),
        ({"score": 1e9}, "score"),
        ({"contact_email": "nobody"}, "contact_email"),
        ({"follower_count": -1}, "follower_count"),
        ({"follower_count": True}, "follower_count"),
        ({"stage": "SENT"}, "stage"),
        ({"outreach_status": "sent"}, "outreach_status"),
        ({"source_type": "social"}, "profile_url"),
        ({"colour": "red"}, "colour"),
    ]

    def given(self, count: int) -> dict[str, Any]:
        save("website", count)
        Prospect.objects.filter(domain="example.com").delete()
        return {}
