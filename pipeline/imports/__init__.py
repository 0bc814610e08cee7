"""Imports of prospects as jobs; the importer itself is prospects.imports.

start_preview(of, cause) -> Job      read the file and say what would become of each row
start(of, cause) -> Job              do it
revert(of, cause) -> dict            undo it
"""

from django.db import transaction

from pipeline import jobs
from pipeline.choices import JobStatus, JobType
from pipeline.models import Job
from pipeline.webhooks.outbox import IMPORT_REVERTED, import_event
from prospects import imports
from prospects.changes import Cause
from prospects.imports import ImportConflict
from prospects.models import Import

#: Files up to this many bytes, unpacked, are previewed while the caller waits.
SMALL = 512 * 1024


def start_preview(of: Import, cause: Cause) -> Job | None:
    """Preview a small file at once (None), a larger one as a job. Raises ImportRefused.

    A preview that is still being made is given up: the later one counts.
    """
    imports.mapping.check(of.columns, of.mapping, of.overwrite)
    if imports.unpacked_size(of) <= SMALL:
        imports.preview(of)
        return None
    with transaction.atomic():
        job = jobs.start(JobType.IMPORT_PREVIEW, {"import_id": str(of.pk)}, cause)
        imports.await_preview(of, job.pk)
    return job


def start(of: Import, cause: Cause) -> Job:
    """Run a previewed import as a job. Raises ImportConflict when it is not previewed, or was run."""
    with transaction.atomic():
        claimed = imports.claim(of)
        of.refresh_from_db()
        if not claimed:
            raise ImportConflict(f"The import is {of.get_status_display()}; only a previewed one can be run.")
        job = jobs.start(JobType.IMPORT, {"import_id": str(of.pk), "filename": of.filename}, cause)
        Job.objects.filter(pk=job.pk).update(total_targets=of.rows_total)
        Import.objects.filter(pk=of.pk).update(job=job)
    of.refresh_from_db()
    job.refresh_from_db()
    return job


def revert(of: Import, cause: Cause) -> dict[str, int]:
    """Undo an import that has ended. Returns how many prospects were deleted and restored. Raises ImportRefused."""
    with transaction.atomic():
        of.refresh_from_db()
        # Locked, so that nobody retries it meanwhile; whoever runs an import locks its job first, too.
        job = Job.objects.select_for_update().filter(pk=of.job_id).first() if of.job_id else None
        if job and job.status in (JobStatus.PENDING, JobStatus.RUNNING):
            raise ImportConflict("The import is running; cancel its job first.")
        if job:
            imports.stop(job.pk)  # where a server of an earlier release has cancelled it
        counts = imports.revert(of, Cause(cause.user, of.job_id, "import reverted"))
        import_event(IMPORT_REVERTED, of, counts)
        return counts
