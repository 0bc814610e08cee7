"""Tables of ours beside the search path: no empty ones are made beside them, and no reference to them is destroyed."""

import pytest
from django.core.management import call_command
from django.core.management.base import SystemCheckError
from django.db import connection

from config.schema.adoption.dry_run import dry_run
from tests.legacy.states import run, stuck
from tests.legacy.test_refusals import refused

PROSPECTS_AWAY = ("CREATE SCHEMA outreach", "ALTER TABLE prospects SET SCHEMA outreach")
ALL_AWAY = ("ALTER SCHEMA public RENAME TO outreach", "CREATE SCHEMA public")
A_FULL_ONE_AWAY = (*PROSPECTS_AWAY, "CREATE TABLE prospects (LIKE outreach.prospects INCLUDING ALL)")
ANOTHER_COLUMN = (
    "ALTER TABLE prospects ADD old_id uuid UNIQUE",
    "UPDATE prospects SET old_id = id",
    "ALTER TABLE email_logs DROP CONSTRAINT email_logs_prospect_id_fkey",
    "ALTER TABLE email_logs ADD CONSTRAINT zz_old FOREIGN KEY (prospect_id) REFERENCES prospects (old_id)",
)


@pytest.mark.parametrize(
    ("statements", "words"),
    [
        pytest.param(
            PROSPECTS_AWAY,
            ("prospects: in the schema outreach", "ALTER TABLE outreach.prospects SET SCHEMA public"),
            id="one table",
        ),
        pytest.param(
            A_FULL_ONE_AWAY,
            ("email_logs.prospect_id: the foreign key email_logs_prospect_id_fkey leads to outreach.prospects (id)",),
            id="a full one beside an empty one",
        ),
        pytest.param(ANOTHER_COLUMN, ("the foreign key zz_old leads to public.prospects (old_id)",), id="other column"),
    ],
)
def test_tables_off_the_search_path_are_told_before_anything_is_changed(databases, statements, words):
    with databases.copy(databases.template("raw stuck", stuck)):
        run(*statements)
        with refused(*words):
            call_command("migrate", verbosity=0)
        with refused(*words):
            dry_run("default")


def test_a_database_of_which_nothing_is_on_the_search_path_is_not_taken_for_an_empty_one(databases):
    with databases.copy(databases.template("raw stuck", stuck)):
        run(*ALL_AWAY)
        with pytest.raises(SystemCheckError, match=r"tables of this code in outreach"):
            call_command("migrate", verbosity=0)
        with refused("discovery_queries, email_logs, jobs,", "in the schema outreach"):
            dry_run("default")


def test_another_applications_table_of_the_same_name_in_a_schema_of_its_own_does_not_stand_in_the_way(legacy, chain):
    with legacy("stuck", stuck):
        run(
            "CREATE SCHEMA shop",
            "CREATE TABLE shop.email_attachments (id uuid, mail integer)",
            "CREATE TABLE shop.prospects (id uuid, domain varchar)",
        )
        chain.adopt()


def test_another_installation_is_passed_over_where_somebody_has_chosen_the_search_path(databases, chain):
    with databases.copy(databases.template("raw stuck", stuck)):
        run(*ALL_AWAY, "CREATE TABLE outreach.django_migrations (id integer)")
        with refused("in the schema outreach"):
            dry_run("default")
        run(f'ALTER DATABASE "{connection.settings_dict["NAME"]}" SET search_path = public')
        connection.close()
        assert {entry.action for entry in dry_run("default")} == {"added"}
