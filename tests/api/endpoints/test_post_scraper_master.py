"""POST /api/scraper/master"""

from tests.api.endpoints.endpoint import MISSING, OPERATOR, Endpoint


class TestPostScraperMaster(Endpoint):
    call = "POST /api/scraper/master"
    least = OPERATOR
    sent = {"enabled": False}
    answer = {"enabled": False, "message": "The master switch is off."}
    bad = [({"enabled": "yes"}, "enabled"), ({"enabled": 1}, "enabled"), ({"enabled": MISSING}, "enabled")]
