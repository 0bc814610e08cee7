"""GET /api/settings/api-keys"""

from tests.api.endpoints.endpoint import Endpoint


class TestGetSettingsApiKeys(Endpoint):
    call = "GET /api/settings/api-keys"
    answer = {
        "snov_user_id": False,
        "snov_secret": False,
        "dataforseo_login": False,
        "dataforseo_password": False,
        "gemini": False,
        "gmail_client_id": False,
        "gmail_client_secret": False,
        "gmail_refresh_token": False,
    }
