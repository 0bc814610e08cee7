"""Repairs on PostgreSQL that were interrupted, that depend on one another, or that have to wait."""

from __future__ import annotations

import json
import threading
import time
from contextlib import closing

import psycopg
import pytest
from django.db import DatabaseError, OperationalError, connections

from config.schema import guard
from config.schema.models import SchemaRepair
from config.schema.repair import engine, postgresql
from pipeline.models import Job
from prospects.models import Prospect
from tests.schema.test_repair import execute, schema

on_postgresql = pytest.mark.skipif(connections["default"].vendor != "postgresql", reason="SQLite has nothing to stage")
NULLABLE = "ALTER TABLE prospects ALTER COLUMN send_status DROP NOT NULL"
PROOF = "ALTER TABLE prospects ADD CONSTRAINT send_status_not_null CHECK (send_status IS NOT NULL) NOT VALID"


def rows(alias: str, query: str) -> list[tuple]:
    with connections[alias].cursor() as cursor:
        cursor.execute(query)
        return cursor.fetchall()


def proofs(alias: str) -> list[tuple]:
    return rows(alias, "SELECT conname FROM pg_constraint WHERE conname = 'send_status_not_null'")


def refusals(alias: str) -> dict[tuple[str, str | None], str]:
    """Why nothing runs, by table and name."""
    plan = json.loads(schema("repair", "--plan", "--json", "--database", alias)[0])
    return {(step["table"], step["name"]): step["refused"] for step in plan["steps"] if step["refused"]}


@on_postgresql
def test_not_null_is_mended_with_the_proof_that_an_interrupted_repair_left(scratch):
    Prospect.objects.using(scratch).create(domain="a.example")
    execute(scratch, NULLABLE)
    execute(scratch, "UPDATE prospects SET send_status = NULL")
    execute(scratch, PROOF)
    printed, code = schema("repair", "--database", scratch)
    assert code == 0, printed
    assert not proofs(scratch)


@on_postgresql
@pytest.mark.parametrize("before", [(), (PROOF,)], ids=["a new proof", "a proof that was left"])
def test_a_proof_that_cannot_be_validated_is_removed_and_the_next_repair_begins_anew(before, scratch, monkeypatch):
    Prospect.objects.using(scratch).create(domain="a.example")
    execute(scratch, NULLABLE)
    execute(scratch, "UPDATE prospects SET send_status = NULL")
    for statement in before:
        execute(scratch, statement)
    with monkeypatch.context() as patch:
        # As when somebody else writes NULL after the back-fill.
        patch.setattr(postgresql.Planner, "_backfill", lambda *of: [])
        printed, code = schema("repair", "--database", scratch)
    assert code == 1
    assert 'constraint "send_status_not_null"' in printed
    assert not proofs(scratch)
    assert schema("repair", "--database", scratch)[1] == 0


@on_postgresql
def test_another_constraint_of_the_name_of_the_proof_is_left_alone(scratch):
    execute(scratch, NULLABLE)
    execute(scratch, "ALTER TABLE prospects ADD CONSTRAINT send_status_not_null CHECK (length(send_status) > 3)")
    printed, code = schema("repair", "--database", scratch)
    assert code == 3
    assert "another constraint named send_status_not_null stands in the way" in printed
    assert proofs(scratch)


@on_postgresql
def test_a_key_is_made_before_the_foreign_keys_that_refer_to_it(scratch):
    execute(scratch, "ALTER TABLE jobs DROP CONSTRAINT jobs_pkey CASCADE")
    lost = [f for f in guard.compare(scratch).findings if "REFERENCES jobs" in f.expected]
    assert any(finding.table < "jobs" for finding in lost)
    printed, code = schema("repair", "--database", scratch)
    assert code == 0, printed


@on_postgresql
def test_no_foreign_key_is_tried_whose_key_rows_break(scratch):
    jobs = Job.objects.using(scratch)
    jobs.bulk_create([Job(job_type="discover") for _ in range(2)])
    execute(scratch, "ALTER TABLE jobs DROP CONSTRAINT jobs_pkey CASCADE")
    execute(scratch, "UPDATE jobs SET id = (SELECT min(id::text)::uuid FROM jobs)")
    execute(scratch, "ALTER TABLE prospects DROP COLUMN page_title")
    refused = refusals(scratch)
    foreign = [f for f in guard.compare(scratch).findings if "REFERENCES jobs" in f.expected]
    assert foreign
    for finding in foreign:
        assert "whose key has to be mended first" in refused[finding.table, finding.name]
    printed, code = schema("repair", "--database", scratch)
    assert code == 3
    assert "failed" not in printed
    assert not [f for f in guard.compare(scratch).findings if f.table == "prospects"]


@on_postgresql
def test_no_foreign_key_of_a_new_table_is_tried_whose_key_rows_break(scratch):
    Job.objects.using(scratch).bulk_create([Job(job_type="discover") for _ in range(2)])
    execute(scratch, "ALTER TABLE jobs DROP CONSTRAINT jobs_pkey CASCADE")
    execute(scratch, "UPDATE jobs SET id = (SELECT min(id::text)::uuid FROM jobs)")
    execute(scratch, "DROP TABLE imports CASCADE")
    printed, _ = schema("repair", "--database", scratch)
    assert "failed" not in printed
    assert {f.id for f in guard.compare(scratch).findings if f.table == "imports"} == {"schema.E016"}


def release_when_waited_for(writer: psycopg.Connection, url: str, seconds: float) -> None:
    """Ends the transaction of this session when an index has been waiting for it so long."""
    waiting = (
        "SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock' "
        f"AND query LIKE 'CREATE INDEX CONCURRENTLY%' AND query_start < now() - interval '{seconds} s'"
    )
    with psycopg.connect(url, autocommit=True) as watcher:
        for _ in range(200):
            if watcher.execute(waiting).fetchone():
                break
            time.sleep(0.05)
    writer.rollback()


@on_postgresql
def test_an_index_waits_for_transactions_that_last_longer_than_a_lock_may(scratch, settings):
    settings.SCHEMA = {**settings.SCHEMA, "LOCK_TIMEOUT": 0.1, "LOCK_RETRIES": 0}
    url = connections.settings[scratch]["URL"]
    execute(scratch, "DROP INDEX prospects_domain_key")
    execute(scratch, "SET lock_timeout = '7s'")
    with closing(psycopg.connect(url)) as writer:
        writer.execute("LOCK TABLE prospects IN ROW EXCLUSIVE MODE")
        other = threading.Thread(target=release_when_waited_for, args=(writer, url, 0.6), daemon=True)
        other.start()
        printed, code = schema("repair", "--database", scratch)
        other.join()
    assert code == 0, printed
    assert rows(scratch, "SHOW lock_timeout") == [("7s",)]
    assert rows(scratch, "SHOW statement_timeout") == [("0",)]


class Busy(Exception):
    def __init__(self, sqlstate: str = "", sqlite_errorcode: int = 0) -> None:
        super().__init__("busy")
        self.sqlstate, self.sqlite_errorcode = sqlstate, sqlite_errorcode


def failing(cause: Exception, times: int, calls: list[int]):
    def work(*_: object) -> None:
        calls.append(1)
        if len(calls) <= times:
            raise OperationalError("busy") from cause

    return work


BUSY = [Busy("55P03"), Busy("40P01"), Busy(sqlite_errorcode=5), Busy(sqlite_errorcode=6)]


@pytest.mark.parametrize("cause", BUSY, ids=["lock", "deadlock", "SQLite busy", "SQLite locked"])
def test_what_others_hold_is_asked_for_again(cause, settings, monkeypatch):
    settings.SCHEMA = {"LOCK_RETRIES": 2}
    monkeypatch.setattr(engine.time, "sleep", lambda _: None)
    calls: list[int] = []
    engine._patiently(failing(cause, 2, calls))
    assert len(calls) == 3
    with pytest.raises(DatabaseError):
        engine._patiently(failing(cause, 9, calls := []))
    assert len(calls) == 3


@on_postgresql
def test_an_index_that_was_interrupted_is_not_built_over_what_is_left_of_it(scratch, monkeypatch):
    execute(scratch, "DROP INDEX prospects_domain_key")
    calls: list[int] = []
    monkeypatch.setattr(engine, "_run_alone", failing(Busy("40P01"), 9, calls))
    printed, code = schema("repair", "--database", scratch)
    assert code == 1
    assert "busy" in printed
    assert len(calls) == 1


def test_the_log_of_repairs_is_mended_first_and_holds_the_others(scratch):
    execute(scratch, "ALTER TABLE schema_repairs DROP COLUMN seconds")
    execute(scratch, "ALTER TABLE auth_permission DROP COLUMN name")
    execute(scratch, "ALTER TABLE prospects DROP COLUMN page_title")
    if connections[scratch].vendor == "postgresql":
        execute(scratch, "TRUNCATE auth_permission CASCADE")
    else:
        connections[scratch].disable_constraint_checking()
        execute(scratch, "DELETE FROM auth_group_permissions")
        execute(scratch, "DELETE FROM auth_permission")
    printed, code = schema("repair", "--database", scratch)
    assert code == 0, printed
    places = [repair.place for repair in SchemaRepair.objects.using(scratch).order_by("id")]
    assert places[0] == "schema_repairs.seconds"
    assert places[-1] == "prospects.page_title"


def test_a_log_that_cannot_be_written_stops_no_repair_and_that_is_said(scratch, caplog):
    execute(scratch, "CREATE TRIGGER keep_out BEFORE INSERT ON schema_repairs " + _refusing(scratch))
    execute(scratch, "ALTER TABLE prospects DROP COLUMN page_title")
    execute(scratch, "ALTER TABLE jobs DROP COLUMN drafts_created")
    printed, code = schema("repair", "--database", scratch)
    assert code == 0, printed
    assert "not kept in schema_repairs: keep out" in caplog.text


def _refusing(alias: str) -> str:
    if connections[alias].vendor == "sqlite":
        return "BEGIN SELECT RAISE(ABORT, 'keep out'); END"
    execute(
        alias,
        "CREATE FUNCTION keep_out() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'keep out'; END $$",
    )
    return "FOR EACH ROW EXECUTE FUNCTION keep_out()"
