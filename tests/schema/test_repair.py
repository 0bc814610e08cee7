"""manage.py schema repair on a database of its own: what it prints is what runs, and every statement is kept."""

from __future__ import annotations

import json
import sys
from io import StringIO

import pytest
from django.core.management import call_command
from django.db import OperationalError, connections

from config.schema import rows
from config.schema.models import SchemaRepair
from pipeline.models import Job
from prospects.models import Prospect
from tests.databases import run


def schema(*arguments: str) -> tuple[str, int]:
    """What the command printed, and its exit code."""
    out = StringIO()
    try:
        call_command("schema", *arguments, stdout=out, stderr=out)
    except SystemExit as ended:
        return out.getvalue(), ended.code
    return out.getvalue(), 0


def execute(alias: str, sql: str) -> None:
    with connections[alias].cursor() as cursor:
        cursor.execute(sql)


def statements(plan: str) -> list[str]:
    """The SQL of a printed plan, without its comments."""
    return [line for line in plan.splitlines() if line and not line.startswith("--")]


@pytest.fixture
def broken(scratch):
    """A migrated database that lacks a column, an index and, where it can be dropped, a constraint."""
    execute(scratch, "ALTER TABLE prospects DROP COLUMN page_title")
    execute(scratch, "DROP INDEX prospects_domain_key")
    if connections[scratch].vendor == "postgresql":
        execute(scratch, "ALTER TABLE jobs ALTER COLUMN status DROP DEFAULT")
        execute(scratch, "ALTER TABLE prospects DROP CONSTRAINT prospects_scrape_status_valid")
    return scratch


def test_the_plan_is_what_runs_and_a_second_run_does_nothing(broken):
    planned, code = schema("repair", "--plan", "--database", broken)
    assert code == 1
    assert not SchemaRepair.objects.using(broken).exists()

    printed, code = schema("repair", "--database", broken)
    assert code == 0, printed
    assert statements(planned) == [line for line in statements(printed) if not line.startswith("Database ")]
    ran = SchemaRepair.objects.using(broken).order_by("id")
    assert [line for repair in ran for line in repair.sql.splitlines()] == statements(planned)
    assert {repair.outcome for repair in ran} == {"done"}

    again, code = schema("repair", "--database", broken)
    assert code == 0
    assert statements(again) == [f"Database '{broken}' is in line with the code."]
    assert SchemaRepair.objects.using(broken).count() == len(ran)


def test_every_statement_is_printed_with_its_lock(broken):
    planned, _ = schema("repair", "--plan", "--database", broken)
    assert planned.count("-- lock: ") >= 2
    if connections[broken].vendor == "postgresql":
        assert 'CREATE INDEX CONCURRENTLY "prospects_domain_key"' in planned
        assert "NOT VALID" in planned
        assert "VALIDATE CONSTRAINT" in planned


def test_what_is_unsafe_is_refused_with_a_reason(scratch):
    execute(scratch, "ALTER TABLE prospects RENAME COLUMN page_title TO by_hand")
    execute(scratch, "ALTER TABLE jobs RENAME TO works")
    printed, code = schema("repair", "--database", scratch)
    assert code == 3
    assert "perhaps renamed by hand" in printed
    assert "schema.E010 error: jobs" in printed


def test_the_diff_is_readable_by_machines(broken):
    printed, code = schema("diff", "--json", "--database", broken)
    document = json.loads(printed)
    assert code == 1
    assert document["ok"] is False
    assert document["errors"] == sum(finding["level"] == "error" for finding in document["findings"])
    assert ("schema.E011", "prospects", "page_title") in {
        (finding["id"], finding["table"], finding["column"]) for finding in document["findings"]
    }


def test_a_snapshot_of_the_live_schema_and_of_the_expected_one_name_the_same_tables(scratch):
    printed = [schema("snapshot", "--json", *more, "--database", scratch)[0] for more in ((), ("--expected",))]
    live, expected = map(json.loads, printed)
    assert live["tables"].keys() == expected["tables"].keys()


def test_a_snapshot_is_readable_by_people(scratch):
    printed = [schema("snapshot", *more, "--database", scratch)[0] for more in ((), ("--expected",))]
    live, expected = (text.splitlines() for text in printed)
    assert "table prospects" in live
    assert next(line for line in live if line.startswith('    "domain" ')).endswith("NOT NULL")
    assert [line for line in live if line.startswith("table ")] == [line for line in expected if line[:6] == "table "]


def test_a_repair_is_readable_by_machines(broken):
    planned, code = schema("repair", "--plan", "--json", "--database", broken)
    plan = json.loads(planned)
    assert (code, plan["version"], plan["database"], plan["ran"], plan["failed"]) == (1, 1, broken, [], "")
    assert plan["report"]["ok"] is False
    step = next(step for step in plan["steps"] if step["id"] == "schema.E011")
    assert (step["level"], step["table"], step["column"], step["name"]) == ("error", "prospects", "page_title", None)
    assert {key for step in plan["steps"] for statement in step["statements"] for key in statement} == {"sql", "lock"}

    printed, code = schema("repair", "--json", "--database", broken)
    done = json.loads(printed)
    assert code == 0
    assert done["ran"] == [statement["sql"] for step in plan["steps"] for statement in step["statements"]]
    assert done["report"]["findings"] == []


def test_a_self_test_is_readable_by_machines(scratch):
    printed, code = schema("selftest", "--json", "--database", scratch)
    document = json.loads(printed)
    assert (code, document["version"], document["ok"]) == (0, 1, True)
    assert {tuple(case) for case in document["cases"]} == {("name", "expected", "reported", "seen")}
    assert all(case["expected"] in case["reported"] for case in document["cases"] if case["expected"])


def test_rows_that_a_declared_default_fills_need_nobodys_decision(scratch):
    if connections[scratch].vendor != "postgresql":
        pytest.skip("SQLite cannot drop NOT NULL; the round trip proves the repair there")
    Prospect.objects.using(scratch).create(domain="a.example")
    execute(scratch, "ALTER TABLE prospects ALTER COLUMN followups_sent DROP NOT NULL")
    execute(scratch, "UPDATE prospects SET followups_sent = NULL")
    planned, code = schema("repair", "--plan", "--database", scratch)
    assert code == 1
    assert "nothing will run" not in planned
    call_command("migrate", database=scratch, verbosity=0)
    assert Prospect.objects.using(scratch).get().followups_sent == 0


def test_an_interrupted_index_is_removed_and_built_again(scratch):
    if connections[scratch].vendor != "postgresql":
        pytest.skip("SQLite builds an index whole or not at all")
    execute(scratch, "UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'prospects_domain_key'::regclass")
    printed, code = schema("repair", "--database", scratch)
    assert code == 0
    assert printed.index("DROP INDEX CONCURRENTLY") < printed.index("CREATE INDEX CONCURRENTLY")


@pytest.fixture
def unsearchable(scratch, monkeypatch):
    """A database that lost a unique key of a table too large to search for the rows that break it."""
    if connections[scratch].vendor != "postgresql":
        pytest.skip("only PostgreSQL ends a search that takes too long")

    def too_long(*_args):
        raise OperationalError("canceling statement due to statement timeout")

    monkeypatch.setattr(rows, "_sample", too_long)
    execute(scratch, "ALTER TABLE jobs DROP CONSTRAINT jobs_once_key_key")
    return scratch


def test_a_search_for_rows_that_ran_out_of_time_does_not_stop_the_repair(unsearchable):
    assert "not known: canceling statement" in schema("diff", "--database", unsearchable)[0]
    printed, code = schema("repair", "--database", unsearchable)
    assert code == 0, printed
    assert 'ADD CONSTRAINT "jobs_once_key_key" UNIQUE' in printed


def test_rows_that_no_search_found_are_found_by_the_index_which_is_built_when_they_are_gone(unsearchable):
    jobs = Job.objects.using(unsearchable)
    jobs.bulk_create([Job(job_type="discover", once_key="same") for _ in range(2)])
    printed, code = schema("repair", "--database", unsearchable)
    assert code == 1
    assert "failed: schema.E016 jobs (jobs_once_key_key): could not create unique index" in printed
    jobs.filter(pk=jobs.first().pk).delete()
    printed, code = schema("repair", "--database", unsearchable)
    assert code == 0, printed


def test_the_servers_reason_is_told_by_a_role_that_may_not_write_the_log_either(scratch):
    if connections[scratch].vendor != "postgresql":
        pytest.skip("SQLite has no roles")
    execute(scratch, "ALTER TABLE jobs ALTER COLUMN status DROP DEFAULT")
    execute(scratch, "CREATE ROLE onlooker; GRANT SELECT ON ALL TABLES IN SCHEMA public TO onlooker; SET ROLE onlooker")
    try:
        printed, code = schema("repair", "--database", scratch)
    finally:
        execute(scratch, "RESET ROLE; DROP OWNED BY onlooker; DROP ROLE onlooker")
    assert code == 1
    assert "must be owner of table jobs" in printed.partition("failed: ")[2]


def test_an_alias_that_is_none_is_a_mistake_and_not_drift(new_database):
    done = run(sys.executable, "manage.py", "schema", "diff", "--database", "nope", database_url=new_database())
    assert done.returncode == 2
    assert "invalid choice: 'nope'" in done.stderr
    assert "Traceback" not in done.stderr
