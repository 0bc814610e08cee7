"""POST /api/health/migrate"""

from tests.api.endpoints.endpoint import Endpoint


class TestPostHealthMigrate(Endpoint):
    call = "POST /api/health/migrate"
    status = 410
    answer = {
        "type": "urn:plumbline:problem:gone",
        "title": "Gone",
        "status": 410,
        "code": "gone",
        "detail": "The schema is changed by `python manage.py migrate` on the server, and only there.",
    }
