"""Incidents of the old revision graph and of the tables of social profiles, replayed on the state each one left.

A graph that cannot be loaded changes no database: what is replayed is the database that stayed behind because of it.
"""

import json
from collections.abc import Callable

import pytest
from django.db import DatabaseError, connection, transaction

from tests.legacy import revisions, states
from tests.legacy.incidents import VERSIONS, Incident, counted, is_now, prospects_columns, told
from tests.legacy.revisions import REVISIONS, record
from tests.legacy.states import run


def versions(*expected: str) -> Callable[[], None]:
    """The rows of the version table are there as they were, and their adoption is recorded."""

    def check() -> None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT version_num FROM alembic_version ORDER BY 1")
            assert [row[0] for row in cursor.fetchall()] == sorted(expected)
            cursor.execute("SELECT versions::text FROM schema_alembic_versions")
            assert [sorted(json.loads(row[0])) for row in cursor.fetchall()] == [sorted(expected)]

    return check


def fails(state: str, statement: str) -> Callable[[], None]:
    """The statement fails with this SQLSTATE, as it did before: the table is none of ours and stayed as it was."""

    def check() -> None:
        with pytest.raises(DatabaseError) as failure, transaction.atomic():
            run(statement)
        assert getattr(failure.value.__cause__, "sqlstate", None) == state, failure.value

    return check


def two_children_of_one_parent() -> None:
    """Before the younger of the two was given the other as its parent: it has run, and then the other one."""
    revisions.build(connection, "add_draft_followup_fields")
    run(*REVISIONS["add_final_body_thread_id"].statements, *REVISIONS["fix_missing_prospect_columns"].statements)
    record(connection, "add_final_body_thread_id", "fix_missing_prospect_columns")


def two_open_branches() -> None:
    revisions.build(connection, "add_social_tables_complete")
    run(*REVISIONS["ensure_critical_columns"].statements)
    record(connection, "add_social_tables_complete", "ensure_critical_columns")


FOUR_HEADS = (
    "add_scraper_history",
    "ensure_alembic_version_table",
    "fix_scrape_status_discovered",
    "merge_social_branches",
)


def four_open_branches() -> None:
    revisions.build(connection, *FOUR_HEADS)


PROFILE = "INSERT INTO social_profiles (id, platform, username, profile_url) VALUES (gen_random_uuid(), 'instagram', "
GRAPH_INCIDENTS: dict[str, Incident] = {
    "D24 made from the models, then revisions": Incident(
        (),
        (
            counted(
                1,
                """SELECT count(*) FROM pg_constraint WHERE conrelid = 'prospects'::regclass AND contype = 'f'
                AND confrelid = 'discovery_queries'::regclass""",
            ),
            versions("556b79de2825"),
        ),
        state=states.made_from_models_then_revisions,
    ),
    "D41 a profile's handle NOT NULL": Incident(
        (),
        (fails("23502", PROFILE + "'u', 'https://u.example')"), told("social_profiles", "", "leftover", "table")),
    ),
    "D42 columns missing from profiles": Incident(
        (),
        (
            fails("42703", "SELECT is_manual, last_contacted_at FROM social_profiles"),
            told("social_profiles", "", "leftover", "table"),
        ),
    ),
    "D43 other labels than the models have": Incident(
        (), (fails("22P02", "SELECT count(*) FROM social_profiles WHERE platform = 'LINKEDIN'"),)
    ),
    "D47 one type's labels by order of creation": Incident(
        (), (fails("22P02", "SELECT 'reviewed'::socialdiscoverystatus"),)
    ),
    "D80 stamped, not executed": Incident(
        (),
        (
            told("prospects", "", "added"),
            counted(0, "SELECT count(*) FROM prospects"),
            versions("de8b5344821d", "fix_discovery_query_id"),
        ),
        state=states.stamped,
    ),
    "D82 two revisions with one parent": Incident(
        (),
        (versions("add_final_body_thread_id", "fix_missing_prospect_columns"), told("prospects", "bio_text", "added")),
        state=two_children_of_one_parent,
    ),
    "D83 two heads": Incident(
        (),
        (versions("add_social_tables_complete", "ensure_critical_columns"), told("prospects", "source_type", "added")),
        state=two_open_branches,
    ),
    "D84 four heads": Incident(
        (), (versions(*FOUR_HEADS), told("jobs", "drafts_created", "added")), state=four_open_branches
    ),
    "D85 heads opened again": Incident(
        (VERSIONS + "('de8b5344821d'), ('fix_discovery_query_id')", "DROP TABLE email_attachments"),
        (versions("de8b5344821d", "fix_discovery_query_id"), told("email_attachments", "", "added")),
    ),
    "D86 a parent that is no revision": Incident(
        (
            VERSIONS + "('final_schema_repair')",
            "DROP TABLE social_messages, social_drafts, social_profiles, social_discovery_jobs",
            "DROP TABLE social_integrations",
            prospects_columns("source_type", "source_platform", "profile_url", "username", "display_name"),
        ),
        (
            versions("final_schema_repair"),
            is_now(source_type="website"),
            told("social_integrations", "", "added"),
        ),
    ),
    "D89 a name too long for its column": Incident(
        (
            "ALTER TABLE alembic_version ALTER version_num TYPE varchar(32)",
            "ALTER TABLE prospects DROP bio_text, DROP external_links",
        ),
        (
            fails("22001", "INSERT INTO alembic_version VALUES ('ensure_all_prospect_columns_final')"),
            versions(states.STUCK),
            told("prospects", "bio_text", "added"),
        ),
        state=states.stuck,
    ),
    "D94 a transaction poisoned by a swallowed error": Incident(
        (),
        (
            versions("fix_scrape_status_discovered", "merge_social_branches"),
            told("prospects", "source_platform", "added"),
            told("scraper_history", "", "added"),
        ),
        state=states.older_tree_in_one_transaction,
    ),
    "D98 a merge of a revision and its descendant": Incident(
        (VERSIONS + "('update_social_complete'), ('ensure_critical_columns'), ('merge_social_branches')",),
        (versions("update_social_complete", "ensure_critical_columns", "merge_social_branches"),),
    ),
}
