"""What the jobs of an import do."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from pipeline.choices import JobStatus, JobType
from pipeline.jobs import Handler, JobFailed, Refused, Run, register
from pipeline.jobs.engine import ended
from pipeline.models import Job
from pipeline.webhooks.outbox import IMPORT_FINISHED, import_event
from prospects import imports
from prospects.choices import ImportStatus, RowStatus
from prospects.models import Import


class PreviewImport(Handler):
    def work(self, run: Run) -> dict[str, Any]:
        of = Import.objects.get(pk=(run.job.params or {})["import_id"])

        @contextmanager
        def writing() -> Iterator[None]:
            run.breathe()
            with run.transaction():
                yield

        def report(rows: int) -> None:
            run.job.total_targets = run.job.done_items = rows
            run.advance(activity=f"read {rows} rows")

        try:
            return dict(imports.preview(of, report, writing=writing, job_id=run.job.pk).planned)
        except imports.ImportRefused as refused:
            raise JobFailed(str(refused)) from refused

    def retryable(self, job: Job) -> bool:
        return job.status != JobStatus.COMPLETED and Import.objects.filter(job=job).exists()

    def reset(self, job: Job) -> int:
        of = Import.objects.filter(job=job).first()
        if of is None:
            raise Refused("The import has gone on since: another preview was begun, or it was run.")
        try:
            imports.await_preview(of, job.pk)
        except imports.ImportRefused as refused:
            raise Refused(str(refused)) from refused
        return 0


class RunImport(Handler):
    """Batch by batch, each in a transaction with the job's row: a row is done once, whatever happens."""

    def work(self, run: Run) -> dict[str, Any]:
        of = Import.objects.get(pk=(run.job.params or {})["import_id"])
        if of.status == ImportStatus.FINISHED:  # by a worker that was lost before it could end the job
            return dict(of.outcome)
        try:
            return self._work(run, of)
        except imports.ImportRefused as refused:
            raise JobFailed(str(refused)) from refused

    def retryable(self, job: Job) -> bool:
        """Not for the sake of refused rows: they would be refused again."""
        return imports.stopped(job.pk).exists()

    def reset(self, job: Job) -> int:
        try:
            imports.go_on(job.pk)
        except imports.ImportRefused as refused:
            raise Refused(str(refused)) from refused
        return 0

    def _work(self, run: Run, of: Import) -> dict[str, Any]:
        def heartbeat() -> None:
            run.breathe()
            with run.transaction():
                pass

        others = imports.others_of(of, heartbeat)
        while True:
            run.breathe()
            with run.transaction() as job:
                counts = imports.run_batch(of, run.cause, others)
                failed = counts[RowStatus.REFUSED]
                done = counts.total() - failed
                run.advance(
                    done=done, failed=failed, activity=f"row {job.done_items + done + job.failed_items + failed}"
                )
                if not counts:
                    outcome = imports.finish(of)
                    import_event(IMPORT_FINISHED, of, outcome)
                    return outcome


def job_ended(sender: Job, **_: object) -> None:
    """Receiver of pipeline.jobs.engine.ended: what its job has not brought to an end does not go on."""
    if sender.job_type == JobType.IMPORT:
        imports.stop(sender.pk)
    elif sender.job_type == JobType.IMPORT_PREVIEW:
        imports.release(Import.objects.filter(job=sender))


def register_all() -> None:
    register(JobType.IMPORT_PREVIEW, PreviewImport())
    register(JobType.IMPORT, RunImport())
    ended.connect(job_ended, dispatch_uid="imports")
