"""What is known of the older system's values when the migrations beside this file adopt them."""

from config.schema.adoption.rules import Rules, Vocabulary

# A row without a time of creation has at least one of its last change.
TIMES = {"created_at": ("updated_at", "now()"), "updated_at": ("created_at", "now()")}

JOBS = Rules({"status": Vocabulary(("pending", "running", "completed", "failed", "cancelled"), "pending")}, TIMES)
EMAIL_LOGS = Rules()
SETTINGS = Rules(fills=TIMES)
DISCOVERY_QUERIES = Rules(
    {"status": Vocabulary(("pending", "success", "failed"), "pending")}, TIMES, {"metadata": "query_metadata"}
)
SCRAPER_HISTORY = Rules(
    {"status": Vocabulary(("running", "completed", "failed"), "running")},
    {"created_at": ("triggered_at",), "triggered_at": ("created_at",)},
)
EMAIL_ATTACHMENTS = Rules({"scope": Vocabulary(("global", "prospect"), "global")})
SOCIAL_INTEGRATIONS = Rules(
    {
        "connection_status": Vocabulary(
            ("connected", "expired", "revoked", "unsupported", "pending_oauth", "error"), "connected"
        )
    },
    TIMES,
    {
        "metadata": "platform_metadata",
        "access_token_encrypted": "access_token",
        "refresh_token_encrypted": "refresh_token",
    },
)
