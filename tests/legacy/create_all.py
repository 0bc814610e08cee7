"""The tables that the older system made at its start from its models, when no revision had run before.

The four tables of social profiles failed (their defaults are no labels of their types) and left their types behind.
"""

from django.db.backends.base.base import BaseDatabaseWrapper

from tests.legacy.revisions import enum, indexes

TIMES = "created_at timestamptz DEFAULT now(), updated_at timestamptz DEFAULT now()"
STATEMENTS = (
    f"""CREATE TABLE jobs (id uuid PRIMARY KEY, user_id uuid, job_type varchar NOT NULL, params json, status varchar,
    result json, error_message text, drafts_created integer, total_targets integer, {TIMES})""",
    *indexes("jobs", "id", "job_type", "status", "created_at"),
    f"""CREATE TABLE settings (id uuid PRIMARY KEY, key varchar NOT NULL, value json, {TIMES})""",
    "CREATE UNIQUE INDEX ix_settings_key ON settings (key)",
    f"""CREATE TABLE discovery_queries (id uuid PRIMARY KEY, job_id uuid NOT NULL REFERENCES jobs (id),
    keyword varchar NOT NULL, location varchar NOT NULL, location_code integer, category varchar, status varchar,
    results_found integer, results_saved integer, results_skipped_duplicate integer, results_skipped_existing integer,
    error_message text, query_metadata json, {TIMES})""",
    *indexes("discovery_queries", "id", "job_id", "keyword", "location", "category", "status", "created_at"),
    f"""CREATE TABLE prospects (id uuid PRIMARY KEY, domain varchar NOT NULL, page_url text, page_title text,
    contact_email varchar, contact_method varchar, da_est numeric(5,2), score numeric(5,2),
    discovery_status varchar NOT NULL DEFAULT 'NEW', scrape_status varchar NOT NULL DEFAULT 'DISCOVERED',
    approval_status varchar NOT NULL DEFAULT 'PENDING', verification_status varchar NOT NULL DEFAULT 'UNVERIFIED',
    draft_status varchar NOT NULL DEFAULT 'pending', send_status varchar NOT NULL DEFAULT 'pending',
    stage varchar NOT NULL DEFAULT 'DISCOVERED', outreach_status varchar, last_sent timestamptz, followups_sent integer,
    draft_subject text, draft_body text, final_body text, thread_id uuid, sequence_index integer NOT NULL,
    is_manual boolean, discovery_query_id uuid REFERENCES discovery_queries (id), discovery_category varchar,
    discovery_location varchar, discovery_keywords text, scrape_payload json, scrape_source_url text,
    verification_confidence numeric(5,2), verification_payload json, dataforseo_payload json, snov_payload json,
    serp_intent varchar, serp_confidence numeric(3,2), serp_signals json,
    source_type varchar NOT NULL DEFAULT 'website', source_platform varchar, profile_url text, username varchar,
    display_name varchar, follower_count integer, engagement_rate numeric(5,2), bio_text text, external_links json,
    scraped_at timestamptz, {TIMES})""",
    *indexes(
        "prospects",
        *("id", "domain", "contact_email", "discovery_status", "scrape_status", "approval_status", "draft_status"),
        *("verification_status", "send_status", "stage", "outreach_status", "thread_id", "discovery_query_id"),
        *("source_type", "source_platform", "profile_url", "username", "created_at"),
    ),
    """CREATE TABLE email_logs (id uuid PRIMARY KEY, prospect_id uuid NOT NULL REFERENCES prospects (id), subject text,
    body text, response json, sent_at timestamptz DEFAULT now())""",
    *indexes("email_logs", "id", "prospect_id", "sent_at"),
    """CREATE TABLE scraper_history (id uuid PRIMARY KEY, triggered_at timestamptz NOT NULL, completed_at timestamptz,
    success_count integer, failed_count integer, duration_seconds numeric(10,2), status varchar, error_message varchar,
    created_at timestamptz DEFAULT now())""",
    *indexes("scraper_history", "id", "triggered_at", "status", "created_at"),
    """CREATE TABLE email_attachments (id uuid PRIMARY KEY, prospect_id uuid REFERENCES prospects (id),
    filename varchar NOT NULL, content_type varchar NOT NULL, size_bytes integer NOT NULL,
    scope varchar NOT NULL DEFAULT 'global', data bytea NOT NULL, created_at timestamptz DEFAULT now())""",
    *indexes("email_attachments", "id", "prospect_id", "created_at"),
    """CREATE TABLE social_integrations (id uuid PRIMARY KEY, user_id varchar NOT NULL, platform varchar NOT NULL,
    connection_status varchar NOT NULL DEFAULT 'connected', scopes_granted jsonb, account_id varchar, page_id varchar,
    business_id varchar, access_token text, refresh_token text, token_expires_at timestamptz,
    last_verified_at timestamptz, email_address varchar, smtp_host varchar, smtp_port integer, smtp_username varchar,
    smtp_password text, created_at timestamptz NOT NULL DEFAULT now(), updated_at timestamptz NOT NULL DEFAULT now(),
    platform_metadata jsonb)""",
    *indexes("social_integrations", "id", "user_id", "platform", "connection_status"),
    "CREATE UNIQUE INDEX idx_user_platform ON social_integrations (user_id, platform)",
    enum("socialplatform", "LINKEDIN", "FACEBOOK", "INSTAGRAM", "TIKTOK"),
    enum("discoverystatus", "DISCOVERED", "REVIEWED", "QUALIFIED", "REJECTED"),
    enum("outreachstatus", "PENDING", "DRAFTED", "SENT", "FOLLOWUP", "CLOSED"),
    enum("messagetype", "INITIAL", "FOLLOWUP"),
    enum("messagestatus", "PENDING", "SENT", "FAILED", "DELIVERED", "READ"),
    enum("discoveryjobstatus", "PENDING", "RUNNING", "COMPLETED", "FAILED"),
)


def build(connection: BaseDatabaseWrapper) -> None:
    """Make the tables as the models declared them; no version table."""
    with connection.cursor() as cursor:
        for statement in STATEMENTS:
            cursor.execute(statement)
