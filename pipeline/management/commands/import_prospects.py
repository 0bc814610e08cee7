"""`manage.py import_prospects FILE`: the importer at the command line, with a progress bar."""

import sys
import time
from argparse import ArgumentParser, ArgumentTypeError
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from tqdm import tqdm

from pipeline import imports as import_jobs
from pipeline import jobs
from pipeline.choices import JobStatus
from pipeline.jobs.engine import progressed
from pipeline.models import Job
from prospects import imports
from prospects.changes import Cause
from prospects.choices import ImportMode, ImportStatus
from prospects.imports import ImportRefused
from prospects.imports.reading import ENCODINGS, SEPARATORS
from prospects.models import Import

SHOWN = 20
#: What a shell says of a command that Ctrl-C has ended.
INTERRUPTED = 130


class Command(BaseCommand):
    help = "Imports prospects from a CSV or XLSX file: shows what would happen, asks, does it, and says what happened."

    of: Import | None = None

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--mode", choices=ImportMode.values, default=ImportMode.BOTH.value)
        parser.add_argument(
            "--map", action="append", default=[], type=_pair, metavar="COLUMN=FIELD", help="may be given several times"
        )
        parser.add_argument("--overwrite", nargs="*", default=[], metavar="FIELD", help="fields that may be replaced")
        parser.add_argument("--encoding", choices=ENCODINGS, default="")
        parser.add_argument("--separator", choices=[*SEPARATORS, "tab"], default="")
        parser.add_argument("--sheet", default="")
        parser.add_argument("--preview", action="store_true", help="only show what would happen")
        parser.add_argument("--yes", action="store_true", help="do not ask")
        parser.add_argument("--queue", action="store_true", help="leave the work to the workers")
        parser.add_argument("--refused", type=Path, help="write the refused rows to this CSV file")

    def handle(self, **options: Any) -> None:
        """Raises CommandError when the file is refused, or the command is interrupted."""
        try:
            self._import(options)
        except (ImportRefused, OSError) as refused:
            raise CommandError(str(refused)) from refused
        except KeyboardInterrupt as interrupt:
            raise CommandError(f"Interrupted: {self._so_far()}", returncode=INTERRUPTED) from interrupt

    def _import(self, options: dict[str, Any]) -> None:
        separator = "\t" if options["separator"] == "tab" else options["separator"]
        path: Path = options["file"]
        self.of = of = imports.upload(
            path.name, path.read_bytes(), encoding=options["encoding"], separator=separator, sheet=options["sheet"]
        )
        imports.configure(of, of.mapping | dict(options["map"]), options["mode"], options["overwrite"])
        self._show_columns(of)
        with _bar("Reading", None) as bar:
            imports.preview(of, lambda rows: _set(bar, rows))
        self._show(of, of.planned, "would be")
        if not options["preview"] and (options["yes"] or self._confirmed()):
            job = import_jobs.start(of, Cause(reason=f"import of {path.name}"))
            if options["queue"]:
                self.stdout.write(f"Job {job.pk} waits for a worker.")
                return
            self._run(of, job)
        self._write_refused(of, options["refused"])

    def _so_far(self) -> str:
        job = Job.objects.filter(imports=self.of).first() if self.of else None
        if job is None:
            return "nothing was imported."
        done = f"{job.done_items + job.failed_items} of {job.total_targets} rows were done"
        if job.status in (JobStatus.PENDING, JobStatus.RUNNING):
            return f"{done}. The next worker goes on with job {job.pk}; cancel it if it is not to."
        return f"{done}, and job {job.pk} is {job.status}."

    def _show_columns(self, of: Import) -> None:
        for column in filter(of.mapping.__contains__, of.columns):
            self.stdout.write(f"{column!r} is read as {of.mapping[column]}.")
        if unread := [repr(column) for column in of.columns if column not in of.mapping]:
            self.stdout.write(f"Not read: {', '.join(unread)}. To read one, --map COLUMN=FIELD.")

    def _confirmed(self) -> bool:
        if not sys.stdin.isatty():
            raise CommandError("Nothing was imported: say --yes, or --preview to look only.")
        return input("Import? [y/N] ").strip().lower() in ("y", "yes")

    def _run(self, of: Import, job: Job) -> None:
        with _bar("Importing", of.rows_total) as bar:

            def show(sender: Job, **_: object) -> None:
                _set(bar, sender.done_items + sender.failed_items)

            progressed.connect(show)
            try:
                while job.status in (JobStatus.PENDING, JobStatus.RUNNING):
                    if not jobs.run(job.pk):  # a worker was faster
                        time.sleep(0.2)
                    job.refresh_from_db()
                    show(job)
            finally:
                progressed.disconnect(show)
        of.refresh_from_db()
        if of.status != ImportStatus.FINISHED:
            raise CommandError(f"Job {job.pk} is {job.status}: {job.error_message or 'not every row was done.'}")
        self._show(of, of.outcome, "were")

    def _show(self, of: Import, counts: dict[str, int], verb: str) -> None:
        parts = ", ".join(f"{counts[status]} {status}" for status in ("created", "updated", "skipped", "refused"))
        self.stdout.write(f"{of.rows_total} rows {verb}: {parts}.")
        if verb == "were":
            self.stdout.write(f"Import {of.pk}.")
            return
        for row in of.rows.filter(planned="refused").order_by("number")[:SHOWN]:
            for problem in row.problems:
                self.stdout.write(
                    f"  line {row.line}, {problem['column'] or 'row'}: {problem['value']!r} {problem['reason']}"
                )
        if (more := counts["refused"] - SHOWN) > 0:
            self.stdout.write(f"  and {more} more; --refused FILE writes them all.")

    def _write_refused(self, of: Import, path: Path | None) -> None:
        if path is not None:
            with path.open("w", encoding="utf-8", newline="") as file:
                file.writelines(imports.refused_rows(of))
            self.stdout.write(f"Refused rows are in {path}.")


def _pair(text: str) -> tuple[str, str]:
    column, equals, field = text.rpartition("=")
    if not equals:
        raise ArgumentTypeError(f"{text!r} is not COLUMN=FIELD")
    return column, field


def _bar(what: str, total: int | None) -> "tqdm[Any]":
    return tqdm(desc=what, total=total, unit=" rows", disable=None, file=sys.stderr)


def _set(bar: "tqdm[Any]", rows: int) -> None:
    bar.update(rows - bar.n)
