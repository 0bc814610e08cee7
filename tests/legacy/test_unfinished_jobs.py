"""Jobs that the old process left under way are ended and reported; those of this system are its own."""

from django.db import connection

from config.schema.adoption.report import recorded
from config.schema.adoption.settling import SettleRows
from pipeline.jobs import reaper
from pipeline.models import Job
from tests.legacy.states import run, stuck

LEFT = """INSERT INTO jobs (id, job_type, status, error_message) VALUES
    ('00000000-0000-4000-9000-0000000000d1', 'discover', 'running', NULL),
    ('00000000-0000-4000-9000-0000000000d2', 'discover', 'pending', ''),
    ('00000000-0000-4000-9000-0000000000d3', 'discover', 'Running', 'slow')"""
OURS = """INSERT INTO jobs (id, job_type, status, rung_at, lease_until, lease_token, heartbeat_at, started_at) VALUES
    ('00000000-0000-4000-9000-0000000000e1', 'discover', 'pending', now(), NULL, NULL, NULL, NULL),
    ('00000000-0000-4000-9000-0000000000e2', 'discover', 'running', now(), now(), gen_random_uuid(), now(), now())"""


def statuses(ending: str) -> dict[str, str]:
    return {str(job.pk)[-2:]: job.status for job in Job.objects.all() if str(job.pk)[-2] == ending}


def test_jobs_that_the_old_process_left_are_ended_and_named(legacy, chain):
    with legacy("stuck", stuck):
        run("UPDATE jobs SET status = 'completed'", LEFT)
        chain.adopt()
        assert statuses("d") == {"d1": "failed", "d2": "failed", "d3": "failed"}
        texts = [job.error_message or "" for job in Job.objects.order_by("pk") if str(job.pk)[-2] == "d"]
        assert [text.splitlines()[0] for text in texts[2:]] == ["slow"]
        assert all("its process is gone" in text.splitlines()[-1] for text in texts)
        (entry,) = [entry for entry in recorded("default") if entry.action == "ended"]
        assert (entry.table, entry.column, entry.rows) == ("jobs", "status", 3)
        assert entry.detail == "pending (1), running (2) to 'failed'"
        assert sorted(key[-2:] for key in entry.data) == ["d1", "d2", "d3"]


def test_jobs_of_this_system_are_left_alone(legacy, chain):
    with legacy("stuck", stuck):
        chain.adopt()
        run(OURS)
        for migration, steps in chain.steps.items():
            for step in (step for step in steps if isinstance(step.operation, SettleRows)):
                with connection.schema_editor() as editor:
                    step.operation.database_forwards(migration.app_label, editor, step.before, step.after)
        assert statuses("e") == {"e1": "pending", "e2": "running"}
        assert not Job.objects.filter(status__in=("pending", "running"), rung_at=None).exists()
        reaper.reap()
