"""What is known of the older system's tables and values when the migrations beside this file adopt them."""

from config.schema.adoption.rules import Rules, Vocabulary

# Each table with the columns it cannot be without: where one is missing, the table is another application's.
TABLES = {
    "prospects": frozenset({"id", "domain"}),
    "jobs": frozenset({"id", "job_type"}),
    "email_logs": frozenset({"id", "prospect_id"}),
    "settings": frozenset({"id", "key", "value"}),
    "discovery_queries": frozenset({"id", "job_id", "keyword", "location"}),
    "scraper_history": frozenset({"id", "triggered_at"}),
    "email_attachments": frozenset({"id", "filename", "content_type", "size_bytes", "data"}),
    "social_integrations": frozenset({"id", "user_id", "platform"}),
}
UNMANAGED = frozenset(
    {"alembic_version", "social_profiles", "social_discovery_jobs", "social_drafts", "social_messages"}
)

# A row without a time of creation was there when it was last changed or written to.
CREATED = ("updated_at", "last_sent", "scraped_at", "now()")
UPDATED = ("created_at", "now()")

PROSPECTS = Rules(
    vocabularies={
        "discovery_status": Vocabulary(("NEW", "DISCOVERED"), "NEW", {"pending": "NEW"}),
        "approval_status": Vocabulary(("pending", "approved", "rejected"), "pending", {"deleted": "rejected"}),
        "scrape_status": Vocabulary(
            ("DISCOVERED", "SCRAPED", "ENRICHED", "NO_EMAIL_FOUND", "FAILED"), "DISCOVERED", {"pending": "DISCOVERED"}
        ),
        "verification_status": Vocabulary(("UNVERIFIED", "pending", "verified", "failed"), "UNVERIFIED"),
        "draft_status": Vocabulary(("pending", "drafted", "failed"), "pending"),
        "send_status": Vocabulary(("pending", "sent", "failed"), "pending"),
        "outreach_status": Vocabulary(("pending", "sent", "replied", "accepted", "rejected"), "pending"),
        "stage": Vocabulary(
            ("DISCOVERED", "SCRAPED", "EMAIL_FOUND", "LEAD", "VERIFIED", "DRAFTED", "SENT"),
            "DISCOVERED",
            {"failed": "DISCOVERED"},
        ),
        "source_type": Vocabulary(("website", "social"), "website"),
        "source_platform": Vocabulary(("linkedin", "instagram", "facebook", "tiktok"), None),
    },
    fills={"created_at": CREATED, "updated_at": UPDATED},
)
