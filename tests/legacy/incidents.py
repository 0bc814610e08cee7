"""What went wrong with the older system, replayed on its complete database: each a few statements and what to expect.

`SEED` are the rows the incidents speak of, beside those of `seeds`.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from django.db import connection

from config.schema.adoption.report import recorded

SITE, LEAD, FOUND, SOCIAL = (f"00000000-0000-4000-9000-00000000000{number}" for number in range(1, 5))
RUN, SEARCH = "00000000-0000-4000-9000-0000000000a1", "00000000-0000-4000-9000-0000000000b1"

SEED = (
    f"INSERT INTO jobs (id, job_type, status) VALUES ('{RUN}', 'discover', 'completed')",
    f"INSERT INTO discovery_queries (id, job_id, keyword, location) VALUES ('{SEARCH}', '{RUN}', 'art', 'usa')",
    f"""INSERT INTO prospects (id, domain, discovery_query_id, discovery_status, approval_status, scrape_status,
    verification_status, discovery_category)
    VALUES ('{SITE}', 'site.example', '{SEARCH}', 'DISCOVERED', 'pending', 'DISCOVERED', 'pending', 'Art')""",
    f"""INSERT INTO prospects (id, domain, contact_email, discovery_status, approval_status, scrape_status,
    verification_status, draft_status, draft_subject, draft_body, stage, is_manual, updated_at)
    VALUES ('{LEAD}', 'lead.example', 'x@lead.example', 'DISCOVERED', 'approved', 'SCRAPED', 'verified', 'drafted',
    's', 'b', 'DRAFTED', true, now())""",
    f"""INSERT INTO prospects (id, domain, contact_email, discovery_status, approval_status, scrape_status,
    verification_status, stage) VALUES ('{FOUND}', 'found.example', 'x@found.example', 'DISCOVERED', 'approved',
    'SCRAPED', 'UNVERIFIED', 'EMAIL_FOUND')""",
    f"""INSERT INTO prospects (id, domain, source_type, source_platform, username, discovery_status, approval_status)
    VALUES ('{SOCIAL}', 'instagram.com', 'social', 'instagram', 'u', 'DISCOVERED', 'approved')""",
)


def value(column: str, prospect: str = SITE) -> Any:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {column}::text FROM prospects WHERE id = %s", [prospect])
        return cursor.fetchone()[0]


def is_now(**expected: str | None) -> Callable[[], None]:
    """The site's columns hold this after adoption."""

    def check() -> None:
        assert {column: value(column) for column in expected} == expected

    return check


def lead_is_now(**expected: str | None) -> Callable[[], None]:
    def check() -> None:
        assert {column: value(column, LEAD) for column in expected} == expected

    return check


def told(table: str, column: str, action: str, detail: str = "") -> Callable[[], None]:
    """The report has such an entry."""

    def check() -> None:
        entries = [(e.table, e.column, e.action, e.detail) for e in recorded("default")]
        found = [e for e in entries if e[:3] == (table, column, action) and detail in e[3]]
        assert found, f"nothing of {table}.{column} {action} {detail!r} in {entries}"

    return check


def counted(expected: int, query: str) -> Callable[[], None]:
    def check() -> None:
        with connection.cursor() as cursor:
            cursor.execute(query)
            assert cursor.fetchone()[0] == expected, query

    return check


def prospects_columns(*names: str) -> str:
    return "ALTER TABLE prospects " + ", ".join(f"DROP COLUMN {name}" for name in names)


@dataclass(frozen=True)
class Incident:
    """`statements` recreate it; `checks` are what its adoption must come to, beyond what holds for all."""

    statements: tuple[str, ...]
    checks: tuple[Callable[[], None], ...] = ()
    gone: dict[str, str] = field(default_factory=dict)
    """Rows that have to give way: table -> a query of their ids."""
    state: Callable[[], None] | None = None
    """The state that it happened to; without one it is the older system's complete database with `SEED`."""


VERSIONS = "DELETE FROM alembic_version; INSERT INTO alembic_version VALUES "
INCIDENTS: dict[str, Incident] = {
    "D01 query reference missing": Incident(
        (VERSIONS + "('add_discovery_query')", prospects_columns("discovery_query_id")),
        (told("prospects", "discovery_query_id", "added"),),
    ),
    "D02 query reference missing again": Incident(
        (
            "ALTER TABLE prospects DROP CONSTRAINT fk_prospects_discovery_query_id",
            prospects_columns("discovery_query_id"),
        ),
        (is_now(discovery_query_id=None),),
    ),
    "D04 status columns missing": Incident(
        (prospects_columns("discovery_status", "approval_status", "scrape_status", "verification_status"),),
        (is_now(discovery_status="NEW", approval_status="pending", scrape_status="DISCOVERED"),),
    ),
    "D05 draft and send status missing": Incident(
        (prospects_columns("draft_status", "send_status"),), (is_now(draft_status="pending", send_status="pending"),)
    ),
    "D07 payloads missing": Incident(
        (prospects_columns("scrape_payload", "scrape_source_url", "verification_confidence", "verification_payload"),)
    ),
    "D08 stage missing": Incident((prospects_columns("stage"),), (lead_is_now(stage="DRAFTED"),)),
    "D10 follow-up columns missing": Incident(
        (prospects_columns("final_body", "thread_id", "sequence_index"),), (is_now(sequence_index="0"),)
    ),
    "D11 column without a model": Incident(
        ("ALTER TABLE prospects ADD zz_unmapped text", "UPDATE prospects SET zz_unmapped = domain"),
        (told("prospects", "zz_unmapped", "leftover"),),
    ),
    "D12 social columns missing": Incident(
        (
            prospects_columns(
                *("source_type", "source_platform", "profile_url", "username", "display_name"),
                *("follower_count", "engagement_rate"),
            ),
        ),
        (is_now(source_type="website"),),
    ),
    "D14 progress of jobs missing": Incident(
        ("ALTER TABLE jobs DROP COLUMN drafts_created, DROP COLUMN total_targets",),
        (told("jobs", "drafts_created", "added"),),
    ),
    "D15 payload renamed by hand": Incident(
        (prospects_columns("snov_payload"), "ALTER TABLE prospects ADD COLUMN IF NOT EXISTS hunter_payload json"),
        (told("prospects", "hunter_payload", "leftover"), told("prospects", "snov_payload", "added")),
    ),
    "D16 migrations lost in the split": Incident(
        (
            "DROP TABLE social_integrations",
            "ALTER TABLE jobs DROP COLUMN drafts_created, DROP COLUMN total_targets",
            VERSIONS + "('de8b5344821d'), ('fix_discovery_query_id')",
        ),
        (told("social_integrations", "", "added"),),
    ),
    "D17 base tables never made": Incident(
        ("DROP TABLE email_logs, prospects, discovery_queries, jobs, email_attachments CASCADE",),
        (counted(0, "SELECT count(*) FROM prospects"),),
    ),
    "D20 half of the social tables": Incident(
        ("DROP TABLE social_messages, social_drafts CASCADE",), (told("social_profiles", "", "leftover"),)
    ),
    "D21 integrations missing": Incident(("DROP TABLE social_integrations",)),
    "D25 two foreign keys": Incident(
        (
            """ALTER TABLE prospects ADD CONSTRAINT prospects_discovery_query_id_fkey
            FOREIGN KEY (discovery_query_id) REFERENCES discovery_queries (id)""",
        ),
        (
            counted(
                1,
                """SELECT count(*) FROM pg_constraint WHERE conrelid = 'prospects'::regclass AND contype = 'f'
                AND confrelid = 'discovery_queries'::regclass""",
            ),
        ),
    ),
    "D26 discovery status nullable": Incident(
        (
            """ALTER TABLE prospects ALTER discovery_status DROP NOT NULL,
            ALTER discovery_status SET DEFAULT 'pending'""",
            f"UPDATE prospects SET discovery_status = NULL WHERE id = '{SITE}'",
        ),
        (is_now(discovery_status="NEW"),),
    ),
    "D28 everything moved to NEW": Incident(
        ("UPDATE prospects SET discovery_status = 'NEW' WHERE discovery_status = 'DISCOVERED'",),
        (is_now(discovery_status="NEW"),),
    ),
    "D29 scrape status pending": Incident(
        (
            "ALTER TABLE prospects ALTER scrape_status SET DEFAULT 'PENDING'",
            f"UPDATE prospects SET scrape_status = 'PENDING' WHERE id = '{SITE}'",
        ),
        (is_now(scrape_status="DISCOVERED"),),
    ),
    "D30 approval nullable": Incident(
        (
            "ALTER TABLE prospects ALTER approval_status DROP NOT NULL, ALTER approval_status SET DEFAULT 'pending'",
            f"UPDATE prospects SET approval_status = NULL WHERE id = '{SITE}'",
        ),
        (is_now(approval_status="pending"),),
    ),
    "D32 draft status NULL": Incident(
        (
            "ALTER TABLE prospects ALTER draft_status DROP NOT NULL",
            f"UPDATE prospects SET draft_status = NULL WHERE id = '{LEAD}'",
        ),
        (lead_is_now(draft_status="pending", stage="VERIFIED"),),
    ),
    "D33 NULL where NOT NULL is wanted": Incident(
        (
            "ALTER TABLE prospects ALTER sequence_index DROP NOT NULL, ALTER sequence_index DROP DEFAULT",
            "UPDATE prospects SET sequence_index = NULL",
        ),
        (is_now(sequence_index="0"), told("prospects", "sequence_index", "filled")),
    ),
    "D34 manual flag as text": Incident(
        (
            "ALTER TABLE prospects ALTER is_manual DROP DEFAULT",
            "ALTER TABLE prospects ALTER is_manual TYPE varchar USING is_manual::text",
        ),
        (lead_is_now(is_manual="true"), is_now(is_manual="false")),
    ),
    "D35 manual flag lost before": Incident(
        ("UPDATE prospects SET is_manual = false WHERE is_manual",), (lead_is_now(is_manual="false"),)
    ),
    "D38 source type added by hand": Incident(
        (
            "ALTER TABLE prospects DROP CONSTRAINT check_source_type",
            """ALTER TABLE prospects ALTER source_type DROP NOT NULL, ALTER source_type DROP DEFAULT,
            ALTER source_type TYPE varchar(50)""",
            "DROP INDEX ix_prospects_source_type",
            f"UPDATE prospects SET source_type = NULL WHERE id = '{SITE}'",
        ),
        (is_now(source_type="website"),),
    ),
    "D39 checks missing": Incident(
        ("ALTER TABLE prospects DROP CONSTRAINT check_source_type, DROP CONSTRAINT check_source_platform",)
    ),
    "D48 jsonb by another path": Incident(
        (
            """UPDATE prospects SET scrape_payload = NULL WHERE scrape_payload::text LIKE '%u0000%'""",
            """UPDATE prospects SET verification_payload = NULL WHERE verification_payload::text LIKE '%u0000%'""",
            """ALTER TABLE prospects ALTER scrape_payload TYPE jsonb USING scrape_payload::jsonb,
            ALTER verification_payload TYPE jsonb USING verification_payload::jsonb""",
        )
    ),
    "D49 metadata renamed in place": Incident(
        ("ALTER TABLE discovery_queries RENAME query_metadata TO metadata",),
        (told("discovery_queries", "query_metadata", "renamed", "metadata"),),
    ),
    "D51 tokens under another name": Incident(
        ("ALTER TABLE social_integrations RENAME access_token TO access_token_encrypted",),
        (told("social_integrations", "access_token", "renamed"),),
    ),
    "D52 index and nullability by a request handler": Incident(
        (
            "ALTER TABLE jobs ALTER drafts_created DROP NOT NULL, ALTER drafts_created DROP DEFAULT",
            "UPDATE jobs SET drafts_created = NULL",
            "CREATE INDEX idx_jobs_drafts_created ON jobs (drafts_created)",
        ),
        (told("jobs", "", "leftover", "idx_jobs_drafts_created"),),
    ),
    "D53 indexes missing": Incident(
        ("DROP INDEX ix_prospects_thread_id, ix_prospects_discovery_query_id, ix_prospects_stage",)
    ),
    "D55 the same key twice": Incident(
        (
            "ALTER TABLE settings DROP CONSTRAINT uq_settings_key",
            "DELETE FROM settings WHERE key = 'automation'",
            """INSERT INTO settings (id, key, value, created_at, updated_at) VALUES
            ('00000000-0000-4000-9000-0000000000c1', 'automation', '{"n": 1}', '2025-12-01', '2026-01-02'),
            ('00000000-0000-4000-9000-0000000000c2', 'automation', '{"n": 2}', '2025-12-01', '2026-01-03'),
            ('00000000-0000-4000-9000-0000000000c3', 'automation', '{"n": 3}', NULL, NULL)""",
        ),
        (
            counted(1, "SELECT count(*) FROM settings WHERE key = 'automation'"),
            told("settings", "key", "duplicates"),
            counted(
                2,
                """SELECT jsonb_array_length(data)::int FROM schema_adoption_entries WHERE action = 'duplicates'
                AND data::text LIKE '%c1%' AND data::text LIKE '%c3%'""",
            ),
        ),
        {"settings": "SELECT id FROM settings WHERE key = 'automation' AND id::text NOT LIKE '%c2'"},
    ),
    "D56 defaults missing": Incident(
        (
            "ALTER TABLE prospects ALTER outreach_status DROP DEFAULT",
            f"UPDATE prospects SET outreach_status = NULL WHERE id = '{SITE}'",
        ),
        (is_now(outreach_status="pending"),),
    ),
    "D59 another order of columns": Incident(
        (
            "ALTER TABLE jobs ADD user_id2 uuid",
            "UPDATE jobs SET user_id2 = user_id",
            "ALTER TABLE jobs DROP COLUMN user_id",
            "ALTER TABLE jobs RENAME user_id2 TO user_id",
        )
    ),
    "D61 two words for unverified": Incident(
        ("UPDATE prospects SET verification_status = 'unverified' WHERE verification_status <> 'verified'",),
        (is_now(verification_status="UNVERIFIED"),),
    ),
    "D62 upper case": Incident(
        (
            f"""UPDATE prospects SET verification_status = 'VERIFIED', draft_status = 'DRAFTED', send_status = 'SENT'
            WHERE id = '{LEAD}'""",
        ),
        (lead_is_now(verification_status="verified", draft_status="drafted", send_status="sent", stage="SENT"),),
    ),
    "D64 a value nobody knows": Incident(
        (f"UPDATE prospects SET scrape_status = 'no_email' WHERE id = '{SITE}'",),
        (is_now(scrape_status="DISCOVERED"), told("prospects", "scrape_status", "kept")),
    ),
    "D65 stage never filled in": Incident(
        ("UPDATE prospects SET stage = 'DISCOVERED'",),
        (lead_is_now(stage="DRAFTED"), told("prospects", "stage", "recomputed")),
    ),
    "D67 intent NULL": Incident(("UPDATE prospects SET serp_intent = NULL",)),
    "D68 source type NULL": Incident(
        (
            "ALTER TABLE prospects ALTER source_type DROP NOT NULL",
            "UPDATE prospects SET source_type = NULL",
        ),
        (is_now(source_type="website"),),
    ),
    "D70 category NULL": Incident(("UPDATE prospects SET discovery_category = NULL",)),
    "D71 NULL where an answer needs a value": Incident(
        (f"UPDATE prospects SET outreach_status = NULL, updated_at = NULL WHERE id = '{SITE}'",),
        (is_now(outreach_status="pending"), counted(0, "SELECT count(*) FROM prospects WHERE updated_at IS NULL")),
    ),
    "D73 two mails to one prospect": Incident(
        (
            f"""INSERT INTO email_logs (id, prospect_id, subject)
            SELECT gen_random_uuid(), '{LEAD}', 's' FROM generate_series(1, 2)""",
        ),
        (counted(2, f"SELECT count(*) FROM email_logs WHERE prospect_id = '{LEAD}'"),),
    ),
    "D74 jobs left running": Incident(
        (
            """INSERT INTO jobs (id, job_type, status, created_at, updated_at) VALUES
            ('00000000-0000-4000-9000-0000000000d1', 'discover', 'running', now() - interval '2 days',
            now() - interval '2 days')""",
        ),
        (
            counted(
                1,
                "SELECT count(*) FROM jobs WHERE id::text LIKE '%d1' AND status = 'failed' "
                "AND error_message LIKE '%its process is gone%'",
            ),
            counted(0, "SELECT count(*) FROM jobs WHERE status IN ('pending', 'running')"),
        ),
    ),
    "D76 version table lost": Incident(("DROP TABLE alembic_version",)),
    "D77 version table empty": Incident(("DELETE FROM alembic_version",)),
    "D79 three version rows": Incident(
        (VERSIONS + "('fix_discovery_query_id'), ('merge_job_progress_social'), ('20260128_add_email_attachments')",),
        (counted(3, "SELECT jsonb_array_length(versions)::int FROM schema_alembic_versions"),),
    ),
    "D81 recorded behind, columns missing": Incident(
        (VERSIONS + "('add_pipeline_status_fields')", prospects_columns("stage", "final_body")),
        (lead_is_now(stage="DRAFTED"),),
    ),
    "D87 recorded ahead, columns missing": Incident(
        (VERSIONS + "('de8b5344821d')", prospects_columns("source_type", "source_platform", "username")),
        (is_now(source_type="website"),),
    ),
    "D90 unknown revision recorded": Incident((VERSIONS + "('merge_job_progress_social')",)),
    "D91 columns made before their revision": Incident((VERSIONS + "('556b79de2825')",)),
    "D93 the table once more in another schema": Incident(
        (
            "CREATE SCHEMA other",
            "CREATE TABLE other.prospects (final_body text)",
            prospects_columns("final_body"),
        ),
        (told("prospects", "final_body", "added"),),
    ),
    "D95 a branch half applied": Incident(
        (
            VERSIONS + "('fix_scrape_status_discovered'), ('merge_social_branches')",
            "DROP TABLE scraper_history, social_integrations, email_attachments",
            "ALTER TABLE jobs DROP COLUMN drafts_created, DROP COLUMN total_targets",
            prospects_columns(
                *("source_type", "source_platform", "profile_url", "username", "display_name", "follower_count"),
                *("engagement_rate", "bio_text", "external_links", "scraped_at"),
            ),
        ),
        (told("scraper_history", "", "added"), is_now(source_type="website")),
    ),
    "D107 emptied": Incident(
        ("TRUNCATE prospects, jobs, email_logs, discovery_queries, email_attachments CASCADE",),
        (counted(0, "SELECT count(*) FROM prospects"),),
    ),
    "D129 follow-up columns disagree": Incident(
        (
            f"""UPDATE prospects SET sequence_index = 2, followups_sent = 0, thread_id = NULL, last_sent = NULL
            WHERE id = '{LEAD}'""",
        ),
        (lead_is_now(sequence_index="2", followups_sent="0", thread_id=None, last_sent=None),),
    ),
}
