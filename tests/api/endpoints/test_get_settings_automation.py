"""GET /api/settings/automation"""

from tests.api.endpoints.endpoint import Endpoint


class TestGetSettingsAutomation(Endpoint):
    call = "GET /api/settings/automation"
    answer = {
        "enabled": False,
        "automatic_scraper": False,
        "locations": [],
        "categories": [],
        "keywords": None,
        "max_results": 100,
    }
