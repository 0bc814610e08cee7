"""What the jobs of an import do."""

from typing import Any

from pipeline.choices import JobType
from pipeline.jobs import Handler, JobFailed, Run, register
from pipeline.webhooks.outbox import IMPORT_FINISHED, import_event
from prospects import imports
from prospects.choices import RowStatus
from prospects.models import Import


class PreviewImport(Handler):
    def work(self, run: Run) -> dict[str, Any]:
        of = Import.objects.get(pk=(run.job.params or {})["import_id"])

        def report(rows: int) -> None:
            run.breathe()
            with run.transaction() as job:
                job.total_targets = job.done_items = rows
                run.advance(activity=f"read {rows} rows")

        try:
            return dict(imports.preview(of, report).planned)
        except imports.ImportRefused as refused:
            raise JobFailed(str(refused)) from refused


class RunImport(Handler):
    """Batch by batch, each in a transaction with the job's row: a row is done once, whatever happens."""

    def work(self, run: Run) -> dict[str, Any]:
        of = Import.objects.get(pk=(run.job.params or {})["import_id"])
        while True:
            run.breathe()
            with run.transaction() as job:
                counts = imports.run_batch(of, run.cause)
                failed = counts[RowStatus.REFUSED]
                done = counts.total() - failed
                run.advance(
                    done=done, failed=failed, activity=f"row {job.done_items + done + job.failed_items + failed}"
                )
                if not counts:
                    outcome = imports.finish(of)
                    import_event(IMPORT_FINISHED, of, outcome)
                    return outcome


def register_all() -> None:
    register(JobType.IMPORT_PREVIEW, PreviewImport())
    register(JobType.IMPORT, RunImport())
