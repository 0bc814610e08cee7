"""`migrate` itself, and the dry run before it: what was announced is done, nothing else, and once."""

from collections import Counter

import pytest
from django.core.management import call_command
from django.db import connection

from config.schema.adoption.dry_run import dry_run
from config.schema.adoption.report import Entry, recorded
from tests.legacy import seeds, states
from tests.legacy.dumps import dump
from tests.legacy.states import STATES, run

# All but how columns change, which migrations do step by step, and what is left, which the dry run sees before.
COMPARED = {
    *("folded", "kept", "filled", "orphaned", "duplicates", "recomputed", "ended"),
    *("found", "added", "renamed", "constraint", "index"),
}
MORE_TROUBLE = (
    "ALTER TABLE email_logs DROP CONSTRAINT email_logs_prospect_id_fkey",
    "UPDATE email_logs SET prospect_id = gen_random_uuid() WHERE subject = 'plain'",
    "ALTER TABLE settings DROP CONSTRAINT uq_settings_key",
    "INSERT INTO settings (id, key, value) VALUES (gen_random_uuid(), 'automation', '{}')",
    "ALTER TABLE prospects ADD CONSTRAINT zz_score CHECK (score > -1000)",
    "CREATE UNIQUE INDEX zz_unique ON prospects (id, domain)",
    "CREATE UNIQUE INDEX zz_forbids ON jobs (total_targets) WHERE total_targets = 12345",
)


def hot_fixed_with_orphans_and_duplicates() -> None:
    states.hot_fixed()
    seeds.seed(connection)
    run(*MORE_TROUBLE)


def _seeded(name: str):
    def build() -> None:
        STATES[name]()
        seeds.seed(connection)

    return build


BUILDS = {name: _seeded(name) for name in ("older_tree", "first_version_of_discovery_queries", "stamped")}


def compared(entries: list[Entry]) -> Counter:
    return Counter(
        (entry.table, entry.column, entry.action, entry.detail, entry.rows)
        for entry in entries
        if entry.action in COMPARED
    )


def adopt_by_migrate(databases, proof, name, build) -> None:
    with databases.copy(databases.template(f"raw {name}", build)):
        untouched = dump()
        announced = dry_run("default")
        assert dump() == untouched, "the dry run changed something"
        before = proof()
        call_command("migrate", verbosity=0)
        done = recorded("default")
        assert (compared(announced) - compared(done), compared(done) - compared(announced)) == (Counter(), Counter())
        before.check({table: _gone(done, table) for table in ("settings",)})
        # When the schema was verified, and by which process, is written anew each time.
        after = dump("--exclude-table-data=schema_*verifi*")
        call_command("migrate", verbosity=0)
        assert dump("--exclude-table-data=schema_*verifi*") == after, "a second migrate changed something"


def _gone(entries: list[Entry], table: str) -> set[str]:
    rows = [row for entry in entries if (entry.table, entry.action) == (table, "duplicates") for row in entry.data]
    return {row.split('"id":"')[1][:36] for row in rows}


def test_migrate_does_what_the_dry_run_announced_and_does_it_once(databases, proof, settings):
    settings.SCHEMA = settings.SCHEMA | {"AUTO_REPAIR": False}
    build = hot_fixed_with_orphans_and_duplicates
    adopt_by_migrate(databases, proof, "hot_fixed", build)


@pytest.mark.slow
@pytest.mark.parametrize("name", BUILDS)
def test_migrate_adopts_a_database_in_this_state_as_its_dry_run_announced(databases, proof, settings, name):
    settings.SCHEMA = settings.SCHEMA | {"AUTO_REPAIR": False}
    adopt_by_migrate(databases, proof, name, BUILDS[name])


def test_an_enum_that_lacks_a_value_of_the_vocabulary_is_announced_and_adopted(databases, proof, settings):
    settings.SCHEMA = settings.SCHEMA | {"AUTO_REPAIR": False}
    adopt_by_migrate(databases, proof, "with an enum", with_an_enum)


def with_an_enum() -> None:
    states.stuck()
    seeds.seed(connection)
    run(
        "CREATE TYPE zz_scraped AS ENUM ('DISCOVERED', 'SCRAPED', 'pending', 'FAILED')",
        "UPDATE prospects SET scrape_status = 'FAILED' WHERE scrape_status NOT IN ('DISCOVERED', 'SCRAPED', 'pending')",
        "ALTER TABLE prospects ALTER scrape_status DROP DEFAULT",
        "ALTER TABLE prospects ALTER scrape_status TYPE zz_scraped USING scrape_status::zz_scraped",
    )
