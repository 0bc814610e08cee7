"""POST /api/settings/automation"""

from collections.abc import Callable

from rest_framework.test import APIClient

from pipeline import switches
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

    def test_what_was_read_can_be_saved_whatever_the_older_system_stored(
        self, cast: Callable[[str], APIClient]
    ) -> None:
        """The page sends back the whole object."""
        switches.write(switches.AUTOMATION, {"enabled": True, "interval": 5})
        client = cast(OPERATOR)
        read = client.get("/api/settings/automation").json()
        assert read == {**switches.AUTOMATION_DEFAULTS, "enabled": True}
        saved = client.post("/api/settings/automation", read, format="json")
        assert (saved.status_code, saved.json()) == (200, read)
