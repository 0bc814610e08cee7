"""POST /api/auth/login"""

from typing import Any

from django.contrib.auth.models import User

from tests.api.conftest import PASSWORD
from tests.api.endpoints.endpoint import ANYONE, MISSING, Endpoint
from tests.api.endpoints.rows import tokens


class TestPostAuthLogin(Endpoint):
    call = "POST /api/auth/login"
    least = ANYONE
    sent = {"username": "walter", "password": PASSWORD}
    answer = {"access_token": "<token>", "token_type": "bearer", "expires_at": "<time>"}
    bad = [
        ({"username": MISSING}, "username"),
        ({"username": 5}, "username"),
        ({"username": "x" * 151}, "username"),
        ({"password": MISSING}, "password"),
        ({"password": ""}, "password"),
        ({"password": 5}, "password"),
    ]

    def given(self, count: int) -> dict[str, Any]:
        tokens("walter", count)
        user = User.objects.get(username="walter")
        user.set_password(PASSWORD)
        user.save()
        return {}
