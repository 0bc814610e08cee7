"""POST /api/pipeline/auto_categorize"""

from typing import Any

from tests.api.endpoints.endpoint import OPERATOR, Endpoint
from tests.api.rows import save


class TestPostPipelineAutoCategorize(Endpoint):
    call = "POST /api/pipeline/auto_categorize"
    least = OPERATOR
    answer = {"success": True, "message": "1 prospect categorized.", "categorized_count": 1}

    def given(self, count: int) -> dict[str, Any]:
        save("website", count, discovery_category=None, page_title="Museum of art")
        return {}
