"""A column that was renamed by hand is never replaced by an empty one: its values are under the other name."""

from __future__ import annotations

import pytest
from django.core.management import call_command
from django.core.management.base import SystemCheckError
from django.db import connections

from config.schema import guard
from prospects.models import Prospect
from tests.schema.test_guard import GHOST
from tests.schema.test_repair import execute, schema, statements

RENAMED = {"is_manual": "by_hand", "final_body": "body_final", "send_status": "sending"}


def rename(alias: str, old: str, new: str) -> None:
    execute(alias, f"ALTER TABLE prospects RENAME COLUMN {old} TO {new}")


def commands(alias: str) -> dict[tuple[str, str | None], str]:
    """What mends each finding, by its id and column."""
    return {(finding.id, finding.column): finding.command for finding in guard.compare(alias).findings}


def run_in_shell(alias: str, command: str) -> None:
    place, _, statement = command.partition(": ")
    assert place == f"in manage.py dbshell --database {alias}"
    execute(alias, statement)


@pytest.fixture
def sent(scratch):
    """A database with a prospect whose values nobody may lose."""
    Prospect.objects.using(scratch).create(
        domain="a.example", is_manual=True, final_body="what I wrote", send_status="sent"
    )
    return scratch


@pytest.fixture
def renamed(sent):
    """The same with three columns under other names."""
    for old, new in RENAMED.items():
        rename(sent, old, new)
    return sent


def test_no_repair_puts_an_empty_column_in_the_place_of_a_renamed_one(renamed):
    printed, code = schema("repair", "--database", renamed)
    assert code == 3
    assert "ADD COLUMN" not in printed
    assert "it was perhaps renamed" in printed
    assert statements(schema("repair", "--plan", "--database", renamed)[0]) == []


def test_migrate_refuses_to_make_it_anew(renamed):
    with pytest.raises(SystemCheckError, match='RENAME COLUMN "body_final" TO "final_body"'):
        call_command("migrate", database=renamed, verbosity=0)


def test_the_command_of_the_finding_gives_every_column_its_name_and_values_back(renamed):
    for old in RENAMED:
        run_in_shell(renamed, commands(renamed)["schema.E011", old])
    assert guard.compare(renamed).findings == ()
    prospect = Prospect.objects.using(renamed).get()
    assert (prospect.is_manual, prospect.final_body, prospect.send_status) == (True, "what I wrote", "sent")


def test_nobody_is_told_to_drop_what_may_be_the_missing_column(renamed):
    found = commands(renamed)
    assert {column for _, column in found} >= {*RENAMED, *RENAMED.values()}
    for command in found.values():
        assert "RENAME COLUMN" in command


def test_a_column_of_another_type_does_not_stand_for_it(sent):
    execute(sent, "ALTER TABLE prospects ADD COLUMN hits integer")
    execute(sent, "ALTER TABLE prospects DROP COLUMN page_title")
    assert schema("repair", "--database", sent)[1] == 0


def test_a_column_that_was_unknown_before_stands_for_none(sent):
    execute(sent, "ALTER TABLE prospects ADD COLUMN remark text")
    call_command("migrate", database=sent, verbosity=0)
    execute(sent, "ALTER TABLE prospects DROP COLUMN page_title")
    assert schema("repair", "--database", sent)[1] == 0


def test_a_column_that_became_unknown_with_the_missing_one_is_not_known_for_having_been_looked_at(renamed):
    schema("repair", "--database", renamed)
    schema("diff", "--database", renamed)
    assert schema("repair", "--database", renamed)[1] == 3


def test_a_registered_column_stands_for_none(sent, settings):
    execute(sent, "ALTER TABLE prospects ADD COLUMN remark text")
    execute(sent, "ALTER TABLE prospects DROP COLUMN page_title")
    assert schema("repair", "--database", sent)[1] == 3
    assert "SCHEMA['OBJECTS']" in schema("diff", "--database", sent)[0]
    settings.SCHEMA = {**settings.SCHEMA, "OBJECTS": {"prospects.remark": "notes of the sales team"}}
    assert schema("repair", "--database", sent)[1] == 0


def test_the_likeliest_of_several_columns_is_named_first(sent):
    for name in ("remark", "zz_final_body"):
        execute(sent, f"ALTER TABLE prospects ADD COLUMN {name} text")
    execute(sent, "ALTER TABLE prospects DROP COLUMN final_body")
    finding = next(f for f in guard.compare(sent).findings if f.id == "schema.E011")
    assert 'RENAME COLUMN "zz_final_body"' in finding.command
    assert "prospects.zz_final_body, prospects.remark" in finding.detail


def test_where_the_guards_own_table_is_lost_the_person_is_asked(sent):
    execute(sent, "ALTER TABLE prospects ADD COLUMN remark text")
    call_command("migrate", database=sent, verbosity=0)
    execute(sent, "DROP TABLE schema_verified")
    execute(sent, "ALTER TABLE prospects DROP COLUMN page_title")
    assert "RENAME COLUMN" in commands(sent)["schema.E011", "page_title"]


def test_what_newer_code_has_renamed_is_its_own_to_rename(renamed):
    execute(renamed, GHOST)
    found = [f for f in guard.compare(renamed).findings if f.table == "prospects"]
    assert any(finding.id == "schema.E011" for finding in found)
    for finding in found:
        assert "RENAME" not in finding.command
        assert "by hand" not in finding.detail
    assert schema("repair", "--database", renamed)[1] == 3


def test_a_column_to_come_with_a_migration_is_no_rename(scratch):
    call_command("migrate", "prospects", "0016", database=scratch, verbosity=0)
    missing = [f for f in guard.compare(scratch).findings if f.id == "schema.E011"]
    for finding in missing:
        execute(scratch, f"ALTER TABLE {finding.table} ADD COLUMN like_{finding.column} {finding.expected.split()[0]}")
    for finding in guard.compare(scratch).findings:
        if finding.id == "schema.E011":
            assert finding.command == f"manage.py migrate --database {scratch}"
            assert "renamed" not in finding.detail
    assert missing


@pytest.mark.parametrize("how", ["diff", "repair"])
def test_a_role_that_may_not_read_the_guards_table_is_asked_too(how, renamed):
    if connections[renamed].vendor != "postgresql":
        pytest.skip("SQLite has no roles")
    execute(renamed, "CREATE ROLE onlooker; GRANT SELECT ON ALL TABLES IN SCHEMA public TO onlooker")
    execute(renamed, "REVOKE ALL ON schema_verified FROM onlooker; SET ROLE onlooker")
    try:
        assert "RENAME COLUMN" in schema(how, "--database", renamed)[0]
    finally:
        execute(renamed, "RESET ROLE; DROP OWNED BY onlooker; DROP ROLE onlooker")
