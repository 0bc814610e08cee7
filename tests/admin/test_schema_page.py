"""The page about the schema: in line or not in one look, and each finding with its command."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.db.migrations.loader import MigrationLoader
from django.test import Client
from django.urls import reverse

from config.schema import watch
from config.schema.models import AdoptionEntry, SchemaRepair, VerifiedSchema

PAGE = reverse("admin:schema_verifiedschema_changelist")


def shown(client: Client) -> str:
    response = client.get(PAGE)
    assert response.status_code == 200
    return response.content.decode()


@pytest.fixture
def unmigrated(transactional_db: None) -> None:
    """A history that lacks one row; put back at the end."""
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM django_migrations WHERE app = 'prospects' AND name = '0012_prospect_events'")
    yield
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO django_migrations (app, name, applied)"
            " VALUES ('prospects', '0012_prospect_events', CURRENT_TIMESTAMP)"
        )


@pytest.fixture
def without_score(transactional_db: None) -> None:
    """The column prospects.score under another name; put back at the end."""
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE prospects RENAME COLUMN score TO score_gone")
    yield
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE prospects RENAME COLUMN score_gone TO score")


def test_in_line_is_said_in_one_look_with_every_table(site: Client) -> None:
    html = shown(site)
    assert "<strong>In line" in html
    assert "<strong>prospects</strong>" in html
    assert "level-error" not in html
    (latest,) = MigrationLoader(connection).graph.leaf_nodes("prospects")
    assert html.count(f"<td>{latest[1]}</td>") == 2


def test_a_missing_column_is_shown_with_its_finding_and_command(site: Client, without_score: None) -> None:
    html = shown(site)
    assert "<strong>Not in line:</strong>" in html
    assert "schema.E011" in html
    assert "prospects.score" in html
    assert "<td>missing</td>" in html
    assert re.search(r"<code>[^<]*manage\.py", html)


def test_a_migration_that_is_not_applied_is_shown_at_its_app(site: Client, unmigrated: None) -> None:
    html = shown(site)
    assert "not applied</span> 0012_prospect_events" in html
    assert "schema.E001" in html


def test_the_last_adoption_and_repairs_are_shown(site: Client) -> None:
    AdoptionEntry.objects.create(table="prospects", column="stage", action="recomputed", rows=7)
    SchemaRepair.objects.create(
        finding="schema.W003", place="prospects (x)", sql="CREATE INDEX", outcome="done", seconds=1, run_by="ops@host"
    )
    html = shown(site)
    assert "recomputed" in html
    assert "ops@host" in html


def repaired(place: str, statements: int, at: datetime) -> None:
    """A repair whose statements took a second each."""
    SchemaRepair.objects.bulk_create(
        SchemaRepair(
            finding="schema.E011", place=place, sql="x", outcome="done", seconds=1, run_by="ops@host",
            at=at + timedelta(seconds=number),
        )
        for number in range(statements)
    )  # fmt: skip


def test_a_repair_of_many_statements_is_one_row_and_hides_no_other(site: Client) -> None:
    first = datetime(2026, 1, 1, tzinfo=UTC)
    repaired("prospects.score", 1, first)
    repaired("jobs.error_message", 12, first + timedelta(hours=1))
    repaired("jobs.error_message", 14, first + timedelta(hours=2))
    repairs = site.get(PAGE).context["repairs"].rows
    assert [(repair.last.place, repair.statements) for repair in repairs] == [
        ("jobs.error_message", 14),
        ("jobs.error_message", 12),
        ("prospects.score", 1),
    ]


def test_every_table_of_the_page_scrolls_by_itself(site: Client) -> None:
    AdoptionEntry.objects.create(table="prospects", column="stage", action="recomputed", rows=7)
    VerifiedSchema.objects.create(alias="default", graph="g", server="s", fingerprint="f", expected="{}")
    repaired("prospects.score", 1, datetime(2026, 1, 1, tzinfo=UTC))
    html = shown(site).partition('id="content-main"')[2]  # the sidebar has tables too
    assert len(re.findall(r'<div class="scroll"[^>]*>\s*<table>', html)) == html.count("<table>")


def test_operators_see_it_and_viewers_do_not(client: Client, bob: User, charlie: User) -> None:
    client.force_login(bob)
    assert client.get(PAGE).status_code == 200
    client.force_login(charlie)
    assert client.get(PAGE).status_code == 403


def test_a_database_that_the_guard_does_not_watch_is_not_found(site: Client) -> None:
    assert site.get(PAGE, {"database": "other"}).status_code == 404


@pytest.mark.skipif(connection.vendor != "postgresql", reason="only PostgreSQL can record who changes a schema")
def test_a_change_outside_of_migrate_is_shown_with_who_made_it(site: Client, transactional_db: None) -> None:
    watch.install(connection)
    try:
        with connection.cursor() as cursor:
            cursor.execute("CREATE TABLE passing_thought (id integer)")
            cursor.execute("DROP TABLE passing_thought")
        html = shown(site)
    finally:
        watch.remove(connection)
    assert "Changed outside of migrate" in html
    assert "CREATE TABLE passing_thought" in html
