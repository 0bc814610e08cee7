"""GET /api/prospects/categories"""

from typing import Any

from tests.api.endpoints.endpoint import Endpoint
from tests.api.rows import save


class TestGetProspectsCategories(Endpoint):
    call = "GET /api/prospects/categories"
    answer = {
        "categories": [
            "Art Lovers",
            "Audio Visual",
            "Castles",
            "Childhood Development",
            "Dogs and Cat Owners - Fur Parent",
            "Famous Quotes",
            "Holiday Decor",
            "Holidays",
            "Home Decor",
            "Home Tech",
            "Interior Decor",
            "Interior Design",
            "Museum",
            "NFTs",
            "Parenting",
            "Pet Lovers",
        ],
        "count": 16,
        "from_database": 1,
    }

    def given(self, count: int) -> dict[str, Any]:
        save("website", count, discovery_category="Castles")
        return {}
