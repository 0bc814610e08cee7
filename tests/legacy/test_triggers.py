"""Triggers that somebody put on the old tables neither change nor refuse what an adoption writes, and come back."""

from typing import Any

import pytest
from django.db import connection

from config.schema.adoption.report import recorded
from tests.legacy.seeds import row_id
from tests.legacy.states import run, stuck
from tests.legacy.test_refusals import refused

FUNCTIONS = (
    """CREATE FUNCTION zz_touch() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN NEW.updated_at = '2031-01-01'; RETURN NEW; END $$""",
    "CREATE FUNCTION zz_refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'nobody writes here'; END $$",
    "CREATE FUNCTION zz_keep() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NULL; END $$",
)
TRIGGERS = (
    "CREATE TRIGGER zz_touch BEFORE INSERT OR UPDATE ON prospects FOR EACH ROW EXECUTE FUNCTION zz_touch()",
    "CREATE TRIGGER zz_refuse AFTER UPDATE OR DELETE ON prospects FOR EACH STATEMENT EXECUTE FUNCTION zz_refuse()",
    "ALTER TABLE prospects DISABLE TRIGGER zz_refuse",
    "CREATE TRIGGER zz_refuse BEFORE UPDATE ON email_logs FOR EACH ROW EXECUTE FUNCTION zz_refuse()",
    "ALTER TABLE email_logs ENABLE ALWAYS TRIGGER zz_refuse",
    "CREATE TRIGGER zz_keep BEFORE DELETE ON settings FOR EACH ROW EXECUTE FUNCTION zz_keep()",
    "CREATE CONSTRAINT TRIGGER zz_late AFTER DELETE ON settings DEFERRABLE INITIALLY DEFERRED "
    "FOR EACH ROW EXECUTE FUNCTION zz_refuse()",
)
# Rows that have to be updated and deleted: keys beyond ASCII, references to nothing, a setting's key given twice.
TROUBLE = (
    f"UPDATE prospects SET domain = 'bücher.example' WHERE id = '{row_id('prospects', 2)}'",
    "ALTER TABLE email_logs DROP CONSTRAINT email_logs_prospect_id_fkey",
    "UPDATE email_logs SET prospect_id = gen_random_uuid() WHERE subject = 'plain'",
    "ALTER TABLE settings DROP CONSTRAINT uq_settings_key",
    "INSERT INTO settings (id, key, value) VALUES ('00000000-0000-4000-9000-0000000000f1', 'automation', '{}')",
)


def states() -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT tgrelid::regclass::text, tgname, tgenabled FROM pg_trigger WHERE tgname LIKE 'zz%' ORDER BY 1, 2"
        )
        return cursor.fetchall()


def test_triggers_do_not_fire_for_what_an_adoption_writes_and_are_then_as_they_were(legacy, proof, chain):
    with legacy("stuck", stuck):
        run(*TROUBLE, *FUNCTIONS, *TRIGGERS)
        before, expected = states(), proof()
        chain.adopt()
        gone = [row for entry in recorded("default") if entry.action == "duplicates" for row in entry.data]
        assert len(gone) == 1
        expected.check({"settings": {gone[0].split('"id":"')[1][:36]}})
        assert states() == before
        told = {(entry.table, entry.detail.split(",")[0]) for entry in recorded("default") if "zz" in entry.detail}
        assert told == {(table, f"trigger {name}") for table, name, _ in before}


@pytest.mark.parametrize(
    ("statement", "words"),
    [
        (
            "CREATE TRIGGER zz_status BEFORE UPDATE OF approval_status ON prospects "
            "FOR EACH ROW EXECUTE FUNCTION zz_touch()",
            "prospects is read by the trigger zz_status, by column",
        ),
        (
            "CREATE RULE zz_silent AS ON UPDATE TO jobs DO INSTEAD NOTHING",
            "jobs is read by the rule zz_silent",
        ),
    ],
    ids=("trigger of a column", "rule"),
)
def test_a_trigger_of_one_column_and_a_rule_are_named_and_nothing_is_changed(legacy, chain, statement, words):
    with legacy("stuck", stuck):
        run(*FUNCTIONS, statement)
        with refused(words):
            chain.adopt()
