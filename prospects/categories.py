"""The categories that prospects have, found without reading every prospect."""

from django.db import connections

from prospects.models import Prospect

# From one category to the next by the index prospects_category: as many look-ups as there are categories.
_CATEGORIES = """
WITH RECURSIVE category (folded) AS (
    SELECT min(upper(discovery_category)) FROM prospects
    UNION ALL
    SELECT (SELECT min(upper(p.discovery_category)) FROM prospects p
            WHERE upper(p.discovery_category) > category.folded)
    FROM category WHERE category.folded IS NOT NULL
)
SELECT (SELECT min(p.discovery_category) FROM prospects p WHERE upper(p.discovery_category) = category.folded)
FROM category WHERE folded IS NOT NULL
"""


def used_categories() -> list[str]:
    """Each category once, in order; of spellings that differ in case only, one. Blank ones are left out."""
    with connections[Prospect.objects.db].cursor() as cursor:
        cursor.execute(_CATEGORIES)
        return [category for (category,) in cursor.fetchall() if category.strip()]
