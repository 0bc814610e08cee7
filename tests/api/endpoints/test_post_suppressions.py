"""POST /api/suppressions"""

from typing import Any

from tests.api.endpoints.endpoint import MISSING, OPERATOR, Endpoint


class TestPostSuppressions(Endpoint):
    call = "POST /api/suppressions"
    least = OPERATOR
    sent = {"entries": "{entries}"}
    status = 201
    answer = {"added": 1}
    bad = [
        ({"entries": MISSING}, "entries"),
        ({"entries": "x"}, "entries"),
        ({"entries": [{}]}, "entries.0.value"),
        ({"entries": [{"value": "a.example", "reason": "x"}]}, "entries.0.reason"),
        ({"entries": [{"value": "a.example", "colour": 1}]}, "entries.0.colour"),
    ]

    def given(self, count: int) -> dict[str, Any]:
        return {"entries": [{"value": f"x{number}-{count}@example.com"} for number in range(count)]}
