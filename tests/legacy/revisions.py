"""The older system's revisions: what each one did to a database, and how they follow one another.

Written from the facts about that system. Every effect is conditional, as theirs were, so that the revisions can run in
any order that respects their parents.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field

from django.db.backends.base.base import BaseDatabaseWrapper

JSON_PAYLOADS = ("scrape_payload", "verification_payload", "dataforseo_payload")


@dataclass(frozen=True)
class Revision:
    """A revision: the ones before it, and the statements it runs. `tree` is "B" where only the older copy has it."""

    id: str
    parents: tuple[str, ...]
    statements: tuple[str, ...] = field(default=(), repr=False)
    tree: str = "A"


def columns(table: str, *definitions: str) -> tuple[str, ...]:
    return tuple(f"ALTER TABLE {table} ADD COLUMN IF NOT EXISTS {definition}" for definition in definitions)


def indexes(table: str, *names: str) -> tuple[str, ...]:
    return tuple(f"CREATE INDEX IF NOT EXISTS ix_{table}_{name} ON {table} ({name})" for name in names)


def status(column: str, default: str, *empty: str) -> tuple[str, ...]:
    """A status column as the repairing revisions leave it: filled, with a default, NOT NULL, indexed."""
    listed = ", ".join(f"'{value}'" for value in empty) or "''"
    return (
        f"ALTER TABLE prospects ADD COLUMN IF NOT EXISTS {column} varchar",
        f"UPDATE prospects SET {column} = '{default}' WHERE {column} IS NULL OR {column} IN ({listed})",
        f"ALTER TABLE prospects ALTER {column} SET DEFAULT '{default}', ALTER {column} SET NOT NULL",
        *indexes("prospects", column),
    )


def enum(name: str, *labels: str) -> str:
    listed = ", ".join(f"'{label}'" for label in labels)
    return f"DO $$ BEGIN CREATE TYPE {name} AS ENUM ({listed}); EXCEPTION WHEN duplicate_object THEN NULL; END $$"


TIMES = "created_at timestamptz DEFAULT now(), updated_at timestamptz DEFAULT now()"
FOLLOW_UP = (
    *columns("prospects", "final_body text", "thread_id uuid", "sequence_index integer NOT NULL DEFAULT 0"),
    *indexes("prospects", "thread_id"),
)
DISCOVERY_QUERY_ID = (*columns("prospects", "discovery_query_id uuid"), *indexes("prospects", "discovery_query_id"))
SOCIAL_COLUMNS = (
    "source_platform varchar",
    "profile_url text",
    "username varchar",
    "display_name varchar",
    "follower_count integer",
    "engagement_rate numeric(5,2)",
)
REALTIME_COLUMNS = ("bio_text text", "external_links json", "scraped_at timestamptz")

_ALL = (
    Revision(
        "000000000000",
        (),
        (
            f"""CREATE TABLE IF NOT EXISTS jobs (id uuid PRIMARY KEY, user_id uuid, job_type varchar NOT NULL,
            params json, status varchar NOT NULL DEFAULT 'pending', result json, error_message text, {TIMES})""",
            *indexes("jobs", "id", "job_type", "status", "created_at"),
            f"""CREATE TABLE IF NOT EXISTS prospects (id uuid PRIMARY KEY, domain varchar NOT NULL, page_url text,
            page_title text, contact_email varchar, contact_method varchar, da_est numeric(5,2),
            score numeric(5,2) DEFAULT 0, outreach_status varchar DEFAULT 'pending', last_sent timestamptz,
            followups_sent integer DEFAULT 0, draft_subject text, draft_body text, dataforseo_payload json,
            hunter_payload json, {TIMES})""",
            *indexes("prospects", "id", "domain", "contact_email", "outreach_status", "created_at"),
            """CREATE TABLE IF NOT EXISTS email_logs (id uuid PRIMARY KEY,
            prospect_id uuid NOT NULL REFERENCES prospects (id), subject text, body text, response json,
            sent_at timestamptz DEFAULT now())""",
            *indexes("email_logs", "id", "prospect_id", "sent_at"),
        ),
    ),
    Revision(
        "4b9608290b5d",
        ("000000000000",),
        (
            f"""CREATE TABLE IF NOT EXISTS settings (id uuid PRIMARY KEY, key varchar NOT NULL, value json, {TIMES},
            CONSTRAINT uq_settings_key UNIQUE (key))""",
            *indexes("settings", "key"),
        ),
    ),
    Revision(
        "add_discovery_query",
        ("4b9608290b5d",),
        (
            f"""CREATE TABLE IF NOT EXISTS discovery_queries (id uuid PRIMARY KEY,
            job_id uuid NOT NULL REFERENCES jobs (id), keyword varchar NOT NULL,
            location varchar NOT NULL, location_code integer, category varchar,
            status varchar NOT NULL DEFAULT 'pending', results_found integer NOT NULL DEFAULT 0,
            results_saved integer NOT NULL DEFAULT 0, results_skipped_duplicate integer NOT NULL DEFAULT 0,
            results_skipped_existing integer NOT NULL DEFAULT 0, error_message text, query_metadata json, {TIMES})""",
            *indexes("discovery_queries", "id", "job_id", "keyword", "location", "category", "status", "created_at"),
        ),
    ),
    Revision(
        "556b79de2825",
        ("add_discovery_query",),
        (
            *DISCOVERY_QUERY_ID,
            """DO $$ BEGIN
            IF NOT EXISTS (SELECT 1 FROM pg_constraint WHERE conname = 'fk_prospects_discovery_query_id') THEN
                ALTER TABLE prospects ADD CONSTRAINT fk_prospects_discovery_query_id
                FOREIGN KEY (discovery_query_id) REFERENCES discovery_queries (id) ON DELETE SET NULL;
            END IF; END $$""",
        ),
    ),
    Revision(
        "add_scraper_history",
        ("556b79de2825",),
        (
            """CREATE TABLE IF NOT EXISTS scraper_history (id uuid PRIMARY KEY, triggered_at timestamptz NOT NULL,
            completed_at timestamptz, success_count integer DEFAULT 0, failed_count integer DEFAULT 0,
            duration_seconds numeric(10,2), status varchar NOT NULL, error_message varchar,
            created_at timestamptz DEFAULT now())""",
            *indexes("scraper_history", "id", "triggered_at", "status", "created_at"),
        ),
    ),
    Revision(
        "add_serp_intent_fields",
        ("556b79de2825",),
        columns("prospects", "serp_intent varchar", "serp_confidence numeric(3,2)", "serp_signals json"),
    ),
    Revision(
        "add_pipeline_status_fields",
        ("add_serp_intent_fields",),
        (
            *columns(
                "prospects",
                *(
                    f"{name}_status varchar DEFAULT 'pending'"
                    for name in ("discovery", "approval", "scrape", "verification", "draft", "send")
                ),
                "discovery_category varchar",
                "discovery_location varchar",
                "discovery_keywords text",
                "scrape_payload json",
                "scrape_source_url text",
                "verification_confidence numeric(5,2)",
                "verification_payload json",
            ),
            *indexes(
                "prospects",
                *(f"{name}_status" for name in ("discovery", "approval", "scrape", "verification", "draft", "send")),
            ),
        ),
    ),
    Revision(
        "fix_discovery_status_not_null",
        ("add_pipeline_status_fields",),
        (
            """UPDATE prospects SET discovery_status = 'NEW' WHERE discovery_status IS NULL OR discovery_status NOT IN
            ('NEW', 'DISCOVERED', 'SCRAPED', 'VERIFIED', 'OUTREACH_READY', 'CONTACTED')""",
            *status("discovery_status", "NEW", "pending"),
        ),
    ),
    Revision(
        "fix_scrape_status_discovered",
        ("fix_discovery_status_not_null",),
        status("scrape_status", "DISCOVERED", "pending", "PENDING"),
    ),
    Revision(
        "ensure_draft_send_status",
        ("add_pipeline_status_fields",),
        (*status("draft_status", "pending"), *status("send_status", "pending")),
    ),
    Revision(
        "ensure_discovery_metadata",
        ("ensure_draft_send_status",),
        (
            *columns(
                "prospects",
                *(f"{name} jsonb" for name in (*JSON_PAYLOADS, "snov_payload")),
                "discovery_category varchar",
                "discovery_location varchar",
                "discovery_keywords text",
                "scrape_source_url text",
                "verification_confidence numeric(5,2)",
            ),
            *DISCOVERY_QUERY_ID,
        ),
    ),
    Revision(
        "add_stage_column",
        ("ensure_discovery_metadata",),
        (
            *columns("prospects", "stage varchar NOT NULL DEFAULT 'DISCOVERED'"),
            *indexes("prospects", "stage"),
            "UPDATE prospects SET stage = 'FAILED' WHERE scrape_status = 'failed'",
        ),
    ),
    Revision(
        "add_draft_followup_fields",
        ("add_stage_column",),
        (*columns("prospects", "drafted_at timestamptz", "is_manual boolean DEFAULT false"), *FOLLOW_UP),
    ),
    Revision(
        "fix_missing_prospect_columns",
        ("add_draft_followup_fields",),
        (
            *FOLLOW_UP,
            *columns(
                "prospects",
                "verification_status varchar DEFAULT 'UNVERIFIED'",
                "outreach_status varchar DEFAULT 'pending'",
                "last_sent timestamptz",
                "followups_sent integer NOT NULL DEFAULT 0",
            ),
        ),
    ),
    Revision("add_final_body_thread_id", ("fix_missing_prospect_columns",), FOLLOW_UP),
    Revision("final_schema_repair", ("add_final_body_thread_id",), (*FOLLOW_UP, *DISCOVERY_QUERY_ID)),
    Revision(
        "add_social_tables",
        ("final_schema_repair",),
        (
            enum("socialplatform", "linkedin", "instagram", "tiktok"),
            enum("qualificationstatus", "pending", "qualified", "rejected"),
            enum("messagestatus", "pending", "sent", "failed", "delivered", "read"),
            """CREATE TABLE IF NOT EXISTS social_discovery_jobs (id uuid PRIMARY KEY, platform socialplatform NOT NULL,
            filters json, status varchar DEFAULT 'pending', results_count integer DEFAULT 0, error_message text,
            created_at timestamptz NOT NULL DEFAULT now(), updated_at timestamptz)""",
            """CREATE TABLE IF NOT EXISTS social_profiles (id uuid PRIMARY KEY, platform socialplatform NOT NULL,
            handle varchar NOT NULL, display_name varchar, profile_url text NOT NULL UNIQUE, bio text, location varchar,
            followers_count integer DEFAULT 0, is_business boolean NOT NULL DEFAULT false,
            qualification_status qualificationstatus NOT NULL DEFAULT 'pending',
            discovery_job_id uuid REFERENCES social_discovery_jobs (id),
            created_at timestamptz NOT NULL DEFAULT now(), updated_at timestamptz)""",
            """CREATE TABLE IF NOT EXISTS social_drafts (id uuid PRIMARY KEY,
            profile_id uuid NOT NULL REFERENCES social_profiles (id), platform socialplatform NOT NULL,
            draft_body text NOT NULL, is_followup boolean NOT NULL DEFAULT false,
            sequence_index integer NOT NULL DEFAULT 0, created_at timestamptz NOT NULL DEFAULT now(),
            updated_at timestamptz)""",
            """CREATE TABLE IF NOT EXISTS social_messages (id uuid PRIMARY KEY,
            profile_id uuid NOT NULL REFERENCES social_profiles (id), platform socialplatform NOT NULL,
            message_body text NOT NULL, status messagestatus NOT NULL DEFAULT 'pending', sent_at timestamptz,
            error_message text, created_at timestamptz NOT NULL DEFAULT now(), updated_at timestamptz)""",
            *indexes("social_profiles", "id", "platform", "handle", "profile_url", "discovery_job_id"),
            *indexes("social_messages", "id", "profile_id", "status"),
        ),
    ),
    Revision("fix_discovery_query_id", ("add_social_tables",), DISCOVERY_QUERY_ID),
    Revision(
        "add_social_tables_complete",
        ("add_social_tables",),
        (
            enum("socialdiscoverystatus", "pending", "discovered", "qualified", "rejected"),
            enum("socialdraftstatus", "pending", "drafted"),
            enum("socialsendstatus", "pending", "sent"),
            enum("socialmessagetype", "draft", "followup", "initial"),
            *columns(
                "social_profiles",
                "engagement_rate double precision",
                "category varchar",
                "discovery_status socialdiscoverystatus DEFAULT 'pending'",
                "draft_status socialdraftstatus",
                "send_status socialsendstatus",
                "followups_sent integer NOT NULL DEFAULT 0",
                "last_contacted timestamptz",
                "thread_id text",
            ),
            *indexes("social_profiles", "discovery_status", "draft_status", "send_status", "category"),
            *columns("social_messages", "message_type socialmessagetype"),
            *columns("social_discovery_jobs", "completed_at timestamptz", "payload json"),
            "UPDATE social_discovery_jobs SET payload = filters WHERE payload IS NULL",
        ),
    ),
    Revision(
        "update_social_complete",
        ("add_social_tables_complete",),
        (
            *columns("social_profiles", "username varchar(255)", "full_name varchar(255)"),
            "UPDATE social_profiles SET username = handle WHERE username IS NULL",
            "ALTER TABLE social_profiles ALTER username SET NOT NULL",
            enum("socialoutreachstatus", "pending", "drafted", "sent", "followup", "closed"),
            enum("messagetype", "initial", "followup"),
            "ALTER TYPE socialplatform ADD VALUE IF NOT EXISTS 'facebook'",
            *columns(
                "social_profiles",
                "engagement_score double precision NOT NULL DEFAULT 0",
                "outreach_status socialoutreachstatus NOT NULL DEFAULT 'pending'",
            ),
            *indexes("social_profiles", "username", "outreach_status"),
            *columns(
                "social_discovery_jobs",
                "categories varchar[]",
                "locations varchar[]",
                "keywords varchar[]",
                "parameters jsonb",
            ),
            *columns("social_messages", "thread_id uuid", "draft_body text"),
            *indexes("social_messages", "thread_id"),
            """DO $$ BEGIN ALTER TABLE social_messages RENAME message_body TO sent_body;
            EXCEPTION WHEN undefined_column THEN NULL; END $$""",
        ),
    ),
    Revision("ensure_critical_columns", ("update_social_complete",), FOLLOW_UP),
    Revision("merge_social_branches", ("update_social_complete", "ensure_critical_columns")),
    Revision(
        "add_social_columns",
        ("add_pipeline_status_fields",),
        (
            *columns("prospects", "source_type varchar NOT NULL DEFAULT 'website'", *SOCIAL_COLUMNS),
            "ALTER TABLE prospects ADD CONSTRAINT check_source_type CHECK (source_type IN ('website', 'social'))",
            """ALTER TABLE prospects ADD CONSTRAINT check_source_platform CHECK (source_platform IS NULL OR
            source_platform IN ('linkedin', 'instagram', 'facebook', 'tiktok'))""",
            *indexes("prospects", "source_type", "source_platform", "profile_url", "username"),
        ),
    ),
    Revision("add_realtime_scraping_fields", ("add_social_columns",), columns("prospects", *REALTIME_COLUMNS)),
    Revision(
        "ensure_all_prospect_columns_final",
        ("add_realtime_scraping_fields",),
        (
            *columns("prospects", "source_type varchar NOT NULL DEFAULT 'website'", *SOCIAL_COLUMNS, *REALTIME_COLUMNS),
            *DISCOVERY_QUERY_ID,
        ),
    ),
    Revision("ensure_alembic_version_table", ("ensure_all_prospect_columns_final",)),
    Revision(
        "de8b5344821d",
        (
            "add_scraper_history",
            "ensure_alembic_version_table",
            "fix_scrape_status_discovered",
            "merge_social_branches",
        ),
    ),
    Revision(
        "20250120180000",
        ("add_discovery_query",),
        (
            """CREATE TABLE IF NOT EXISTS social_integrations (id uuid PRIMARY KEY, user_id varchar NOT NULL,
            platform varchar NOT NULL, connection_status varchar NOT NULL DEFAULT 'connected', scopes_granted jsonb,
            account_id varchar, page_id varchar, business_id varchar, access_token text, refresh_token text,
            token_expires_at timestamptz, last_verified_at timestamptz, email_address varchar, smtp_host varchar,
            smtp_port integer, smtp_username varchar, smtp_password text,
            created_at timestamptz NOT NULL DEFAULT now(), updated_at timestamptz NOT NULL DEFAULT now(),
            metadata jsonb)""",
            *indexes("social_integrations", "id", "user_id", "platform", "connection_status"),
            "CREATE UNIQUE INDEX IF NOT EXISTS idx_user_platform ON social_integrations (user_id, platform)",
        ),
        "B",
    ),
    Revision(
        "20250120190000",
        ("20250120180000",),
        (
            """DO $$ BEGIN ALTER TABLE social_integrations RENAME metadata TO platform_metadata;
            EXCEPTION WHEN undefined_column THEN NULL; END $$""",
        ),
        "B",
    ),
    Revision(
        "add_job_progress_columns",
        ("de8b5344821d",),
        columns("jobs", "drafts_created integer NOT NULL DEFAULT 0", "total_targets integer"),
        "B",
    ),
    Revision("merge_job_progress_social", ("20250120190000", "add_job_progress_columns"), (), "B"),
    Revision(
        "20260128_add_email_attachments",
        ("ensure_alembic_version_table",),
        (
            """CREATE TABLE IF NOT EXISTS email_attachments (id uuid PRIMARY KEY,
            prospect_id uuid REFERENCES prospects (id), filename varchar NOT NULL, content_type varchar NOT NULL,
            size_bytes integer NOT NULL, scope varchar NOT NULL DEFAULT 'global', data bytea NOT NULL,
            created_at timestamptz NOT NULL DEFAULT now())""",
            *indexes("email_attachments", "prospect_id"),
        ),
        "B",
    ),
)
REVISIONS = {revision.id: revision for revision in _ALL}
HEADS = {
    "A": ("de8b5344821d", "fix_discovery_query_id"),
    "B": ("merge_job_progress_social", "20260128_add_email_attachments", "fix_discovery_query_id"),
}


def history(*heads: str, first: tuple[str, ...] = ()) -> list[Revision]:
    """The revisions that lead to these, parents first; branches to those in `first` are followed before others."""
    found: dict[str, Revision] = {}

    def visit(name: str) -> None:
        for parent in REVISIONS[name].parents:
            visit(parent)
        found.setdefault(name, REVISIONS[name])

    wanted = {name for head in heads for name in _lineage(head)}
    for name in (*(name for name in first if name in wanted), *heads):
        visit(name)
    return list(found.values())


def build(
    connection: BaseDatabaseWrapper, *heads: str, first: tuple[str, ...] = (), recorded: Iterable[str] = ()
) -> None:
    """Make the tables that the revisions up to `heads` leave; the version table holds `recorded`, or `heads`."""
    with connection.cursor() as cursor:
        for revision in history(*heads, first=first):
            for statement in revision.statements:
                cursor.execute(statement)
    record(connection, *(recorded or heads))


def record(connection: BaseDatabaseWrapper, *revisions: str) -> None:
    """Write the version table of the old tool, whatever it held."""
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE IF NOT EXISTS alembic_version (version_num varchar(255) PRIMARY KEY)")
        cursor.execute("DELETE FROM alembic_version")
        for revision in revisions:
            cursor.execute("INSERT INTO alembic_version VALUES (%s)", [revision])


def _lineage(name: str) -> set[str]:
    return {name}.union(*(_lineage(parent) for parent in REVISIONS[name].parents))
