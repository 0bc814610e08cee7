"""How fast the admin's pages are: `python -m tests.benchmarks.admin [--rows 1000000]`.

Starts a PostgreSQL of its own (or uses TEST_DATABASE_URL, an empty database), migrates it, multiplies the sample to
that many prospects, and prints the median time of each page, from the middleware to the rendered body, and its queries.
"""

import argparse
import logging
from typing import Any

from tests.benchmarks.lists import measure, prepare_database

LIST = "/admin/prospects/prospect/"
# What must differ from row to row, and what would otherwise be the same few moments.
COPIED = {
    "id": "gen_random_uuid()",
    "domain": "CASE source_type WHEN 'website' THEN n || '.' || domain_key ELSE domain END",
    "domain_key": "CASE source_type WHEN 'website' THEN n || '.' || domain_key ELSE domain_key END",
    "contact_email": "n || contact_email",
    "email_key": "CASE WHEN email_key > '' THEN n || email_key ELSE '' END",
    "profile_url": "profile_url || '/' || n",
    "profile_key": "CASE WHEN profile_key > '' THEN profile_key || '/' || n ELSE '' END",
    "username": "username || n",
    "created_at": "created_at - n * interval '7 minutes'",
    "updated_at": "updated_at - n * interval '5 minutes'",
}


def pages() -> list[tuple[str, str]]:
    """Address and what it is, of every page whose time depends on the number of prospects."""
    from django.contrib import admin

    from prospects.admin.filters import LISTS
    from prospects.models import Prospect

    chosen = [
        name for name in admin.site.get_model_admin(Prospect).list_filter if isinstance(name, str) and name != "stage"
    ]
    values = {name: Prospect._meta.get_field(name).flatchoices for name in chosen}
    return [
        ("/admin/", "overview"),
        ("/api/pipeline/status", "the API's status"),
        (LIST, "first page"),
        (f"{LIST}?p=100", "page 100"),
        *((f"{LIST}?list={name}", label) for name, label in LISTS),
        (f"{LIST}?email=with_email", "has an e-mail"),
        (f"{LIST}?email=without_email", "has none"),
        (f"{LIST}?category=Museum", "a category"),
        (f"{LIST}?category=Nothing", "a category that nobody has"),
        (f"{LIST}?min_score=97", "score at least 97"),
        (f"{LIST}?created_from=2026-01-01&created_to=2026-03-31", "found between two days"),
        (f"{LIST}?updated_from=2026-01-01&updated_to=2026-03-31", "changed between two days"),
        (f"{LIST}?sent_from=2026-10-01&sent_to=2026-10-31", "last mail between two days"),
        *((f"{LIST}?stage__exact={value}", f"stage {value}") for value in ("LEAD", "SENT")),
        *((f"{LIST}?{name}__exact={value}", f"{name} {value}") for name in chosen for value, _ in values[name]),
        (f"{LIST}?q=777.", "search that many have"),
        (f"{LIST}?q=1234.amber", "search that few have"),
        (f"{LIST}?q=nobody-has-this", "search that nobody has"),
        (f"{LIST}?o=-8", "sorted by score"),
        (f"{LIST}?o=5", "sorted by category"),
        (f"{LIST}duplicates/", "likely duplicates"),
        ("{row}", "a prospect"),
    ]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--repeat", type=int, default=3)
    options = parser.parse_args()
    logging.disable(logging.WARNING)
    prepare_database()
    client, row = fill(options.rows)
    from django.db import connection

    print(f"PostgreSQL {connection.pg_version // 10000}, median of {options.repeat}")
    for path, what in pages():
        address = f"{LIST}{row}/change/" if "{row}" in path else path
        seconds, queries, size = measure(client, address, options.repeat)
        print(f"{seconds * 1000:9.1f} ms  {queries:3} queries  {size / 1024:8.1f} KiB  {what:36} {address}", flush=True)


def fill(rows: int) -> tuple[Any, Any]:
    """Load the sample and multiply its prospects; returns a client that is logged in, and a prospect's id."""
    from django.contrib.auth.models import User
    from django.db import connection
    from django.test import Client
    from knox.models import AuthToken

    from pipeline import sample
    from prospects.models import Prospect

    user, _ = User.objects.get_or_create(username="benchmark", is_staff=True, is_superuser=True)
    if sample.is_unused():
        sample.load(user, lambda done, total: None)
        columns = [field.column for field in Prospect._meta.concrete_fields]
        chosen = ", ".join(COPIED.get(column, column) for column in columns)
        present = Prospect.objects.count()
        with connection.cursor() as cursor:
            cursor.execute(
                f"INSERT INTO prospects ({', '.join(columns)}) "
                f"SELECT {chosen} FROM prospects CROSS JOIN generate_series(1, %s) AS n LIMIT %s",
                [-(-rows // present), rows - present],
            )
            cursor.execute("VACUUM ANALYZE prospects")
    _, token = AuthToken.objects.create(user)
    client = Client(HTTP_AUTHORIZATION=f"Bearer {token}", HTTP_HOST="localhost")
    client.force_login(user)
    return client, Prospect.objects.drafts().values_list("pk", flat=True)[0]


if __name__ == "__main__":
    main()
