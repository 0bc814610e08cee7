"""GET /api/imports/{import_id}/rows"""

from typing import Any

from tests.api.endpoints.endpoint import WINDOW, Endpoint
from tests.api.endpoints.rows import previewed


class TestGetImportsImportIdRows(Endpoint):
    call = "GET /api/imports/{import_id}/rows"
    answer = {
        "data": [
            {
                "number": 1,
                "line": 2,
                "cells": ["site0-of-1.example", "office@site0-of-1.example"],
                "planned": "created",
                "status": "pending",
                "problems": [],
                "note": "",
                "prospect_id": None,
            },
            {
                "number": 2,
                "line": 3,
                "cells": ["wrong", ""],
                "planned": "refused",
                "status": "pending",
                "problems": [{"column": "Site", "value": "wrong", "reason": "is no domain"}],
                "note": "",
                "prospect_id": None,
            },
        ],
        "total": 2,
        "skip": 0,
        "limit": 50,
        "next_cursor": None,
    }
    bad = [*WINDOW, ({"?status": "colour"}, "status"), ({"?planned": "colour"}, "planned")]

    def given(self, count: int) -> dict[str, Any]:
        return {"import_id": previewed(count).pk}
