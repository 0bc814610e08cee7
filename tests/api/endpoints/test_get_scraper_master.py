"""GET /api/scraper/master"""

from tests.api.endpoints.endpoint import Endpoint


class TestGetScraperMaster(Endpoint):
    call = "GET /api/scraper/master"
    answer = {"enabled": True, "message": "The master switch is on."}
