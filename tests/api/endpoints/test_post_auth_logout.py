"""POST /api/auth/logout"""

from tests.api.endpoints.endpoint import Endpoint


class TestPostAuthLogout(Endpoint):
    call = "POST /api/auth/logout"
    status = 204
