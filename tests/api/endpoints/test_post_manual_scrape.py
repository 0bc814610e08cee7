"""POST /api/manual/scrape"""

from tests.api.endpoints.endpoint import MISSING, OPERATOR, Endpoint


class TestPostManualScrape(Endpoint):
    call = "POST /api/manual/scrape"
    least = OPERATOR
    sent = {"website_url": "https://example.com"}
    status = 409
    answer = {
        "type": "urn:plumbline:problem:not_configured",
        "title": "Conflict",
        "status": 409,
        "code": "not_configured",
        "detail": ("Reading a site is not part of this release yet; no variable changes that. Nothing was done."),
        "variables": [],
    }
    bad = [
        ({"website_url": MISSING}, "website_url"),
        ({"website_url": "example"}, "website_url"),
        ({"website_url": 5}, "website_url"),
    ]
