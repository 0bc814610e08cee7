"""GET /api/duplicates/groups"""

from typing import Any

from tests.api.endpoints.bodies import PROSPECT
from tests.api.endpoints.endpoint import Endpoint
from tests.api.rows import save


class TestGetDuplicatesGroups(Endpoint):
    call = "GET /api/duplicates/groups"
    answer = {
        "groups": [
            {
                "key": "twice.example.com",
                "count": 2,
                "prospects": [
                    {**PROSPECT, "domain": "twice.example.com"},
                    {**PROSPECT, "domain": "twice.example.com", "score": 1.0},
                ],
            }
        ],
        "next": None,
    }
    bad = [
        ({"?kind": "colour"}, "kind"),
        ({"?limit": "0"}, "limit"),
        ({"?limit": "201"}, "limit"),
        ({"?limit": "x"}, "limit"),
        ({"?after": "x" * 501}, "after"),
    ]

    def given(self, count: int) -> dict[str, Any]:
        save("website", count + 1, domain="twice.example.com")
        return {}
