"""POST /api/settings/automation"""

from tests.api.endpoints.endpoint import OPERATOR, Endpoint


class TestPostSettingsAutomation(Endpoint):
    call = "POST /api/settings/automation"
    least = OPERATOR
    sent = {
        "enabled": True,
        "automatic_scraper": False,
        "locations": ["USA"],
        "categories": ["Museum"],
        "keywords": None,
        "max_results": 5,
    }
    answer = {
        "enabled": True,
        "automatic_scraper": False,
        "locations": ["USA"],
        "categories": ["Museum"],
        "keywords": None,
        "max_results": 5,
    }
    bad = [
        ({"enabled": "yes"}, "enabled"),
        ({"locations": "USA"}, "locations"),
        ({"categories": [5]}, "categories.0"),
        ({"max_results": 0}, "max_results"),
        ({"keywords": 5}, "keywords"),
    ]
