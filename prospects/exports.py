"""The columns of the exports, as the frontend's users know them; what it does not know stands behind."""

from operator import attrgetter

from config.api.exports import Column

_CREATED: Column = ("Created At", attrgetter("created_at"))

PROSPECTS: tuple[Column, ...] = (
    ("ID", attrgetter("id")),
    ("Domain", attrgetter("domain")),
    ("Page URL", attrgetter("page_url")),
    ("Page Title", attrgetter("page_title")),
    ("Contact Email", attrgetter("contact_email")),
    ("Category", attrgetter("discovery_category")),
    ("Location", attrgetter("discovery_location")),
    ("Score", attrgetter("score")),
    ("Status", attrgetter("outreach_status")),
    ("Draft Subject", attrgetter("draft_subject")),
    ("Draft Body", attrgetter("draft_body")),
    ("Last Sent", attrgetter("last_sent")),
    ("Follow-ups Sent", attrgetter("followups_sent")),
    _CREATED,
    # So that every field an import may write comes back: without its source a profile would be a web site.
    ("Source Type", attrgetter("source_type")),
    ("Platform", attrgetter("source_platform")),
    ("Profile URL", attrgetter("profile_url")),
    ("Username", attrgetter("username")),
    ("Full Name", attrgetter("display_name")),
    ("Followers", attrgetter("follower_count")),
    ("Engagement", attrgetter("engagement_rate")),
    ("Bio", attrgetter("bio_text")),
    ("Domain Authority", attrgetter("da_est")),
    ("Keywords", attrgetter("discovery_keywords")),
)
LEADS: tuple[Column, ...] = (
    ("ID", attrgetter("id")),
    ("Domain", attrgetter("domain")),
    ("Contact Email", attrgetter("contact_email")),
    ("Category", attrgetter("discovery_category")),
    ("Location", attrgetter("discovery_location")),
    ("Score", attrgetter("score")),
    ("Verification Status", attrgetter("verification_status")),
    ("Draft Subject", attrgetter("draft_subject")),
    _CREATED,
)
SCRAPED_EMAILS: tuple[Column, ...] = (
    ("ID", attrgetter("id")),
    ("Domain", attrgetter("domain")),
    ("Contact Email", attrgetter("contact_email")),
    ("Source", attrgetter("scrape_source_url")),
    ("Category", attrgetter("discovery_category")),
    ("Verification Status", attrgetter("verification_status")),
    ("Confidence", attrgetter("verification_confidence")),
    _CREATED,
)
PROFILES: tuple[Column, ...] = (
    ("ID", attrgetter("id")),
    ("Platform", attrgetter("source_platform")),
    ("Username", attrgetter("username")),
    ("Full Name", attrgetter("display_name")),
    ("Profile URL", attrgetter("profile_url")),
    ("Contact Email", attrgetter("contact_email")),
    ("Followers", attrgetter("follower_count")),
    ("Engagement", attrgetter("engagement_rate")),
    ("Category", attrgetter("discovery_category")),
    ("Location", attrgetter("discovery_location")),
    ("Draft Subject", attrgetter("draft_subject")),
    ("Draft Body", attrgetter("draft_body")),
    ("Last Sent", attrgetter("last_sent")),
    _CREATED,
)
SUPPRESSIONS: tuple[Column, ...] = (
    ("Value", attrgetter("value")),
    ("Kind", attrgetter("kind")),
    ("Reason", attrgetter("reason")),
    ("Source", attrgetter("source")),
    ("Note", attrgetter("note")),
    _CREATED,
)
