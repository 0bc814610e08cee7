"""GET /api/settings/services/status"""

from tests.api.endpoints.endpoint import Endpoint


class TestGetSettingsServicesStatus(Endpoint):
    call = "GET /api/settings/services/status"
    answer = {
        "services": {
            "Snov.io": {
                "name": "Snov.io",
                "enabled": False,
                "configured": False,
                "status": "not_configured",
                "message": (
                    "Snov.io verifies e-mails, which this release cannot use yet. "
                    "For one that can, set SNOV_USER_ID and SNOV_SECRET."
                ),
                "last_tested": None,
            },
            "DataForSEO": {
                "name": "DataForSEO",
                "enabled": False,
                "configured": False,
                "status": "not_configured",
                "message": (
                    "DataForSEO searches, which this release cannot use yet. "
                    "For one that can, set DATAFORSEO_LOGIN and DATAFORSEO_PASSWORD."
                ),
                "last_tested": None,
            },
            "Google Gemini": {
                "name": "Google Gemini",
                "enabled": False,
                "configured": False,
                "status": "not_configured",
                "message": (
                    "Google Gemini writes drafts, which this release cannot use yet. "
                    "For one that can, set GEMINI_API_KEY."
                ),
                "last_tested": None,
            },
            "Gmail API": {
                "name": "Gmail API",
                "enabled": False,
                "configured": False,
                "status": "not_configured",
                "message": (
                    "Gmail API sends mails, which this release cannot use yet. "
                    "For one that can, set GMAIL_CLIENT_ID and GMAIL_CLIENT_SECRET and GMAIL_REFRESH_TOKEN."
                ),
                "last_tested": None,
            },
        },
        "api_keys": {
            "snov_user_id": False,
            "snov_secret": False,
            "dataforseo_login": False,
            "dataforseo_password": False,
            "gemini": False,
            "gmail_client_id": False,
            "gmail_client_secret": False,
            "gmail_refresh_token": False,
        },
    }
