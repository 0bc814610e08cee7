"""GET /api/health/schema"""

from typing import Any

from django.db import connection

from prospects.models import Prospect
from tests.api.endpoints.endpoint import OPERATOR, Endpoint

COLUMNS = sorted(field.column for field in Prospect._meta.concrete_fields)


class TestGetHealthSchema(Endpoint):
    call = "GET /api/health/schema"
    least = OPERATOR
    answer = {
        "status": "ok",
        "alembic_revision": None,
        "database_name": "<database>",
        "db_columns": COLUMNS,
        "model_columns": COLUMNS,
        "schema_match": True,
        "all_tables_valid": True,
        "missing_columns": [],
        "extra_columns": [],
        "findings": [],
    }

    def given(self, count: int) -> dict[str, Any]:
        return {"database": connection.settings_dict["NAME"].rpartition("/")[2]}

    def seen(self, answer: Any) -> Any:
        return {**answer, "db_columns": sorted(answer["db_columns"]), "model_columns": sorted(answer["model_columns"])}
