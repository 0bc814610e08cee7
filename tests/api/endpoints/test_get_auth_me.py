"""GET /api/auth/me"""

from django.apps import apps

from pipeline.roles import codenames
from tests.api.endpoints.endpoint import VIEWER, Endpoint


class TestGetAuthMe(Endpoint):
    call = "GET /api/auth/me"
    answer = {
        "username": "charlie",
        "is_staff": False,
        "roles": ["viewer"],
        "permissions": sorted(f"{app}.{name}" for app, name in codenames(apps, VIEWER)),
    }
