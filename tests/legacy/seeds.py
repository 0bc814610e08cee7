"""Rows for any of the older system's databases: every column, every spelling, NULL wherever the table allows it."""

from collections.abc import Sequence
from functools import cache

from django.db.backends.base.base import BaseDatabaseWrapper

Values = Sequence[str | None]

DAYS = (None, "2025-11-30 08:15:00.123456+00", "2026-01-26 23:59:59+00", "2025-12-17 00:00:00+02")
JSONS = (
    None,
    '{"emails": ["x@b.example"], "n": 1.50, "ü": null}',
    '{"nul": "a\\u0000b"}',
    "[]",
    '"text"',
    '{"deep": {"a": [1, 2, {"b": true}]}}',
    "null",
    '{"a": 1, "b": {":": ": ,"}, "a": [":", 2]}',
    '[{"\\u0061": "\\"\\u003a", "b": [{"a": 1, "\\u0061": "\\\\"}]}]',
    '{"\\"": "\\u003a\\u003a", "c": {"c": "\\":"}}',
)
SAFE_JSONS = tuple(value for value in JSONS if value is None or "u0000" not in value)
TEXTS = (None, "plain", "", "  ", "with 'quotes' and \\ and \n", "ünï çødé 漢字 🙂")
COUNTS = ("0", "3", "-1", None, "2147483647")
PROSPECTS = 36

#: table -> column -> the values its rows take in turn.
VALUES: dict[str, dict[str, Values]] = {
    "jobs": {
        "user_id": (None, "00000000-0000-4000-8000-00000000abcd"),
        "job_type": ("discover", "scrape", "social_draft", "something else"),
        "params": JSONS,
        "status": ("pending", "running", "Completed", "FAILED", "cancelled", None, "paused", " running "),
        "result": JSONS[::-1],
        "error_message": TEXTS,
        "drafts_created": COUNTS,
        "total_targets": COUNTS[::-1],
        "created_at": DAYS,
        "updated_at": DAYS[::-1],
    },
    "settings": {
        "key": ("automation", "scraper_master_enabled", "scraper_locations", "Automation", "ключ", ""),
        "value": ('{"value": true}', *JSONS),
        "created_at": DAYS,
        "updated_at": DAYS[1:],
    },
    "discovery_queries": {
        "job_id": ("@jobs",),
        "keyword": ("art", "Ärzte", ""),
        "location": ("usa", "Zürich"),
        "location_code": (None, "2840", "-5"),
        "category": TEXTS,
        "status": ("pending", "success", "failed", "SUCCESS", None, "done"),
        **dict.fromkeys(
            ("results_found", "results_saved", "results_skipped_duplicate", "results_skipped_existing"), COUNTS
        ),
        "error_message": TEXTS,
        "query_metadata": JSONS,
        "metadata": JSONS,
        "created_at": DAYS,
        "updated_at": DAYS,
    },
    "prospects": {
        "domain": (
            "a.example",
            "WWW.B.Example",
            "www.bücher.example",
            "bücher.example.",
            "instagram.com",
            " spaced.example ",
            "a.example",
            "xn--bcher-kva.example",
        ),
        "page_url": TEXTS,
        "page_title": TEXTS[::-1],
        "contact_email": (
            None,
            "x@b.example",
            "X@B.EXAMPLE",
            "Jürgen@Bücher.example",
            "",
            "   ",
            "no address",
            "a@www.b.example.",
            " y@b.example",
        ),
        "contact_method": ("snov_io", None, "html_scraping"),
        "da_est": (None, "0", "99.99", "-12.30"),
        "score": ("0", "88.25", None),
        "outreach_status": ("pending", "sent", None, "Replied", "accepted", "rejected", "SENT", "bounced"),
        "last_sent": DAYS,
        "followups_sent": COUNTS,
        "draft_subject": TEXTS,
        "draft_body": TEXTS[::-1],
        "dataforseo_payload": JSONS,
        "hunter_payload": JSONS,
        "created_at": DAYS,
        "updated_at": DAYS[::-1],
        "discovery_query_id": (None, "@discovery_queries"),
        "serp_intent": (None, "service", "blog"),
        "serp_confidence": (None, "0.95", "9.99"),
        "serp_signals": JSONS,
        "discovery_status": ("DISCOVERED", "NEW", "pending", None, "discovered", "SCRAPED", "OUTREACH_READY", ""),
        "approval_status": ("pending", "approved", "rejected", "PENDING", "APPROVED", "deleted", None, "maybe"),
        "scrape_status": (
            *("DISCOVERED", "SCRAPED", "ENRICHED", "NO_EMAIL_FOUND", "failed", "pending"),
            *("PENDING", None, "no_email", "Scraped"),
        ),
        "verification_status": ("UNVERIFIED", "pending", "verified", "unverified", "failed", None, "VERIFIED", "?"),
        "draft_status": ("pending", "drafted", "failed", None, "DRAFTED", "half"),
        "send_status": ("pending", "pending", "sent", "failed", None, "SENT", "queued"),
        "discovery_category": TEXTS,
        "discovery_location": TEXTS,
        "discovery_keywords": TEXTS,
        "scrape_payload": JSONS,
        "scrape_source_url": TEXTS,
        "verification_confidence": (None, "0.50", "100"),
        "verification_payload": JSONS,
        "snov_payload": JSONS,
        "stage": ("DISCOVERED", "FAILED", "LEAD", "SENT", "EMAIL_FOUND", "nonsense"),
        "drafted_at": DAYS,
        "final_body": TEXTS,
        "thread_id": (None, "00000000-0000-4000-8000-000000000001"),
        "sequence_index": ("0", "2", "-3"),
        "is_manual": ("false", "true", None),
        "source_type": ("website", "social", "WEBSITE", None, "email"),
        "source_platform": (None, "linkedin", "instagram", "facebook", "tiktok", "Instagram", "mastodon", ""),
        "profile_url": TEXTS,
        "username": TEXTS,
        "display_name": TEXTS,
        "follower_count": COUNTS,
        "engagement_rate": (None, "1.25", "999.99"),
        "bio_text": TEXTS,
        "external_links": JSONS,
        "scraped_at": DAYS,
    },
    "email_logs": {
        "prospect_id": ("@prospects",),
        "subject": TEXTS,
        "body": TEXTS,
        "response": JSONS,
        "sent_at": DAYS,
    },
    "scraper_history": {
        "triggered_at": DAYS[1:],
        "completed_at": DAYS,
        "success_count": COUNTS,
        "failed_count": COUNTS[::-1],
        "duration_seconds": (None, "0.25", "99999999.99"),
        "status": ("running", "completed", "failed", "Completed", None, "crashed"),
        "error_message": TEXTS,
        "created_at": DAYS,
    },
    "email_attachments": {
        "prospect_id": (None, "@prospects"),
        "filename": ("a.pdf", "ü.png"),
        "content_type": ("application/pdf", "image/png"),
        "size_bytes": ("0", "2147483647"),
        "scope": ("global", "prospect", "GLOBAL", "nobody"),
        "data": ("\\x", "\\x00ff00", "\\x255044462d"),
        "created_at": DAYS,
    },
    "social_integrations": {
        "user_id": ("default-user-id", "other", "Other", "x", "y", "z"),
        "platform": ("instagram", "linkedin", "email", "facebook", "tiktok"),
        "connection_status": ("connected", "expired", "Revoked", "weird"),
        "scopes_granted": SAFE_JSONS,
        "account_id": TEXTS,
        "page_id": TEXTS,
        "business_id": TEXTS,
        **dict.fromkeys(("access_token", "refresh_token", "smtp_password"), ("gAAAAABl+/=\n", None, "", " pädded ")),
        "access_token_encrypted": ("gAAAAABm", None),
        "token_expires_at": DAYS,
        "last_verified_at": DAYS,
        "email_address": TEXTS,
        "smtp_host": TEXTS,
        "smtp_port": (None, "587", "-1"),
        "smtp_username": TEXTS,
        "metadata": SAFE_JSONS,
        "platform_metadata": SAFE_JSONS,
        "created_at": DAYS[1:],
        "updated_at": DAYS[1:],
    },
    # These four and the version table stay as they are, whatever they hold.
    "social_discovery_jobs": {"platform": ("instagram",), "filters": SAFE_JSONS, "created_at": DAYS[1:]},
    "social_profiles": {
        "platform": ("instagram", "tiktok"),
        "handle": ("one", "two"),
        "username": ("one", "two"),
        "profile_url": ("https://one.example", "https://two.example"),
        "discovery_job_id": ("@social_discovery_jobs", None),
    },
    "social_messages": {
        "profile_id": ("@social_profiles",),
        "platform": ("instagram",),
        "message_body": ("hello",),
        "sent_body": ("hello",),
    },
}
ROWS = {"prospects": PROSPECTS, "settings": 6, "social_integrations": 5, "social_profiles": 2}
#: Columns whose values a database may refuse, and those that it then takes.
GUARDED = {
    "source_type": ("website", "social"),
    "source_platform": (None, "linkedin", "instagram", "facebook", "tiktok"),
}

_COLUMNS = """
SELECT c.relname, a.attname, a.attnotnull, format_type(a.atttypid, a.atttypmod), c.oid IN (
    SELECT conrelid FROM pg_constraint WHERE contype = 'c' AND conkey = ARRAY[a.attnum])
FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r' AND a.attnum > 0 AND NOT a.attisdropped
"""


@cache
def row_id(table: str, number: int) -> str:
    """The id of the table's row of this number, from 1 on."""
    return f"00000000-0000-4000-{0xA000 + list(VALUES).index(table):04x}-{number:012x}"


def seed(connection: BaseDatabaseWrapper) -> None:
    """Fill every table of the older system that is there with rows that it accepts."""
    with connection.cursor() as cursor:
        cursor.execute(_COLUMNS)
        columns = cursor.fetchall()
        for table in VALUES:
            found = [row[1:] for row in columns if row[0] == table]
            for number in range(1, ROWS.get(table, 8) + 1) if found else ():
                row = {"id": row_id(table, number)} | dict(_row(table, number, found))
                names = ", ".join(f'"{name}"' for name in row)
                marks = ", ".join(["%s"] * len(row))
                cursor.execute(f"INSERT INTO {table} ({names}) VALUES ({marks})", list(row.values()))


def _row(table: str, number: int, columns: list[tuple[str, bool, str, bool]]) -> list[tuple[str, str | None]]:
    row = []
    for place, (name, not_null, type_, checked) in enumerate(columns):
        values: Values = VALUES[table].get(name, ())
        if name in GUARDED and checked:
            values = GUARDED[name]
        values = [
            value
            for value in values
            if not (not_null and value is None) and not (type_ == "jsonb" and value and "u0000" in value)
        ]
        if values:
            # Each round is shifted by the column's place, so that columns do not walk through their values in step.
            lap, position = divmod(number - 1, len(values))
            row.append((name, _reference(values[(position + place * (lap + 1)) % len(values)], number)))
    return row


def _reference(value: str | None, number: int) -> str | None:
    """`@table` stands for one of the table's rows."""
    if value is None or not value.startswith("@"):
        return value
    return row_id(value[1:], (number - 1) % ROWS.get(value[1:], 8) + 1)
