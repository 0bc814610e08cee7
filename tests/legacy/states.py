"""The states that real databases are in, by name: each function makes one in an empty database."""

from collections.abc import Callable

from django.db import connection

from tests.legacy import create_all, revisions
from tests.legacy.revisions import HEADS, REVISIONS, indexes, record

STUCK = "add_realtime_scraping_fields"


def run(*statements: str) -> None:
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)


def newer_tree() -> None:
    revisions.build(connection, *HEADS["A"])


def newer_tree_social_columns_first() -> None:
    revisions.build(connection, *HEADS["A"], first=(STUCK,))


def older_tree() -> None:
    """The baseline of the incidents: every table, three version rows."""
    revisions.build(connection, *HEADS["B"], first=("merge_social_branches",))


def stuck() -> None:
    """Production: the next revision's name is too long for the version table."""
    revisions.build(connection, STUCK)


def older_tree_in_one_transaction() -> None:
    """It failed at a column of branch a; the other branches had committed."""
    revisions.build(connection, "fix_scrape_status_discovered", "merge_social_branches")


def stopped_at_attachments() -> None:
    """The table was there, its index was made twice, and the revision is not recorded."""
    older_tree()
    record(connection, "ensure_alembic_version_table", "merge_job_progress_social", "fix_discovery_query_id")


def versions_emptied() -> None:
    older_tree()
    record(connection, "556b79de2825")


def versions_lost() -> None:
    older_tree()
    run("DROP TABLE alembic_version")


def made_from_models() -> None:
    create_all.build(connection)


def made_from_models_then_revisions() -> None:
    """The revisions passed over what was there, and added a second foreign key."""
    create_all.build(connection)
    run(
        "ALTER TABLE prospects ADD CONSTRAINT fk_prospects_discovery_query_id "
        "FOREIGN KEY (discovery_query_id) REFERENCES discovery_queries (id) ON DELETE SET NULL"
    )
    record(connection, "556b79de2825")


def before_the_old_tool() -> None:
    """The first three tables came from the models alone, with fewer columns than later."""
    revisions.build(connection, "000000000000")
    run("DROP TABLE alembic_version", "ALTER TABLE prospects DROP hunter_payload, ALTER score DROP DEFAULT")


def stamped() -> None:
    """Recorded as complete, and nothing was ever made."""
    record(connection, *HEADS["A"])


def recorded_by_the_other_tree() -> None:
    older_tree()
    record(connection, "merge_job_progress_social")


def head_and_ancestor_recorded() -> None:
    newer_tree()
    record(connection, "de8b5344821d", "add_social_columns")


def first_version_of_discovery_queries() -> None:
    """The revision was edited after it had run: other name, another foreign key."""
    revisions.build(connection, "add_discovery_query")
    run(
        "ALTER TABLE discovery_queries RENAME query_metadata TO metadata",
        "ALTER TABLE prospects ADD discovery_query_id uuid REFERENCES discovery_queries (id)",
        *indexes("prospects", "discovery_query_id"),
    )


def hot_fixed() -> None:
    """Columns added by hand and by request handlers: nullable, short, without defaults, checks and indexes."""
    revisions.build(connection, "final_schema_repair")
    run(
        """ALTER TABLE prospects ADD source_type varchar(50), ADD source_platform varchar(50), ADD profile_url text,
        ADD username varchar(255), ADD display_name varchar(255), ADD follower_count integer,
        ADD engagement_rate numeric(5,2), ADD bio_text text, ADD external_links jsonb, ADD scraped_at timestamp""",
        "ALTER TABLE jobs ADD drafts_created integer, ADD total_targets integer",
        "CREATE INDEX idx_jobs_drafts_created ON jobs (drafts_created)",
        """ALTER TABLE prospects ALTER is_manual DROP DEFAULT, ALTER sequence_index DROP NOT NULL,
        ALTER sequence_index DROP DEFAULT""",
        "ALTER TABLE prospects ALTER is_manual TYPE varchar USING is_manual::text",
    )


def attachments_made_at_start() -> None:
    newer_tree()
    run(
        """CREATE TABLE email_attachments (id uuid PRIMARY KEY, prospect_id uuid REFERENCES prospects (id),
        filename varchar NOT NULL, content_type varchar NOT NULL, size_bytes integer NOT NULL,
        scope varchar NOT NULL DEFAULT 'global', data bytea NOT NULL, created_at timestamptz DEFAULT now())""",
        *indexes("email_attachments", "id", "prospect_id", "created_at"),
    )


def without_indexes() -> None:
    """Restored by a tool that leaves out indexes and foreign keys."""
    older_tree()
    tables = "('prospects', 'jobs', 'email_logs', 'discovery_queries', 'scraper_history', 'social_integrations')"
    run(
        f"""DO $$ DECLARE found record; BEGIN
        FOR found IN SELECT conrelid::regclass AS place, conname FROM pg_constraint
                     WHERE contype = 'f' AND conrelid::regclass::text IN {tables} LOOP
            EXECUTE format('ALTER TABLE %s DROP CONSTRAINT %I', found.place, found.conname);
        END LOOP;
        FOR found IN SELECT indexrelid::regclass AS name FROM pg_index
                     WHERE indrelid::regclass::text IN {tables} AND NOT indisprimary LOOP
            EXECUTE format('DROP INDEX %s', found.name);
        END LOOP; END $$"""
    )


STATES: dict[str, Callable[[], None]] = {
    function.__name__: function
    for function in (
        *(newer_tree, newer_tree_social_columns_first, older_tree, stuck, older_tree_in_one_transaction),
        *(stopped_at_attachments, versions_emptied, versions_lost, made_from_models, made_from_models_then_revisions),
        *(before_the_old_tool, stamped, recorded_by_the_other_tree, head_and_ancestor_recorded, hot_fixed),
        *(first_version_of_discovery_queries, attachments_made_at_start, without_indexes),
    )
}


def at_revision(name: str) -> Callable[[], None]:
    """The database as this revision and those before it leave it."""
    return lambda: revisions.build(connection, REVISIONS[name].id)
