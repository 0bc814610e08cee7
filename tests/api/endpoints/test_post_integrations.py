"""POST /api/integrations"""

from tests.api.endpoints.bodies import ACCOUNT
from tests.api.endpoints.endpoint import ADMINISTRATOR, MISSING, Endpoint


class TestPostIntegrations(Endpoint):
    call = "POST /api/integrations"
    least = ADMINISTRATOR
    sent = {
        "platform": "email",
        "email_address": "office@example.com",
        "smtp_host": "mail.example.com",
        "smtp_port": 587,
        "smtp_username": "office",
        "smtp_password": "a secret",
        "scopes_granted": ["send"],
    }
    status = 201
    answer = {
        **ACCOUNT,
        "platform": "email",
        "connection_status": "pending_oauth",
        "is_connected": False,
        "scopes_granted": ["send"],
        "email_address": "office@example.com",
        "smtp_host": "mail.example.com",
        "smtp_port": 587,
        "smtp_username": "office",
        "has_access_token": False,
        "has_smtp_password": True,
    }
    bad = [
        ({"platform": "colour"}, "platform"),
        ({"platform": MISSING}, "platform"),
        ({"smtp_port": 0}, "smtp_port"),
        ({"smtp_port": "587"}, "smtp_port"),
        ({"email_address": "nobody"}, "email_address"),
        ({"token_expires_at": "soon"}, "token_expires_at"),
        ({"scopes_granted": "send"}, "scopes_granted"),
        ({"access_token": 5}, "access_token"),
        ({"?user_id": "x" * 201}, "user_id"),
        ({"?user_id": ["a", "b"]}, "user_id"),
    ]
