"""POST /api/pipeline/migrate_categories"""

from typing import Any

from tests.api.endpoints.endpoint import OPERATOR, Endpoint
from tests.api.rows import save


class TestPostPipelineMigrateCategories(Endpoint):
    call = "POST /api/pipeline/migrate_categories"
    least = OPERATOR
    answer = {
        "success": True,
        "message": "1 prospect updated.",
        "migrated_count": 1,
        "category_mapping": {"museum": "Museum"},
    }

    def given(self, count: int) -> dict[str, Any]:
        save("website", count, discovery_category="museum")
        return {}
