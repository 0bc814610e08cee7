"""Django's `migrate`: one at a time, patient with a busy database, and not done before the result is verified."""

import logging
import random
import time
from typing import Any

from django.core.management.base import CommandError, SystemCheckError
from django.core.management.commands import migrate
from django.db import DatabaseError, connections
from django.db.migrations.migration import Migration

from config.schema import checks, guard, history, repair, watch
from config.schema.adoption import report as adoption
from config.schema.adoption.additions import record_additions
from config.schema.conf import guarded_databases, schema_settings
from config.schema.findings import Report
from config.schema.locks import LockLostError, lock_timeout, migration_lock, set_lock_timeout, was_lock_timeout
from config.schema.progress import MISSING, has_all_of

logger = logging.getLogger(__name__)

_LONGEST_PAUSE = 30.0

# PostgreSQL's codes for a table, a column or another object that is there already; SQLite has words only.
_DUPLICATE = {"42P07", "42701", "42710"}
_DUPLICATE_WORDS = ("already exists", "duplicate column name")


class Command(migrate.Command):
    #: What is being applied just now.
    running: Migration | None = None
    runs_on_any_schema = True
    help = (
        "Brings the database in line with the code: applies the migrations (one process at a time), then compares "
        "the result with what they should have made. Fails when anything is left."
    )

    def execute(self, *args: Any, **options: Any) -> str | None:
        # Before Django's own checks, some of which ask the database and would end in a traceback.
        self.using = options["database"]
        self._refuse("schema.E000")
        return super().execute(*args, **options)

    def check(self, *args: Any, **kwargs: Any) -> None:
        # The other checks of the database still run; the guard's own would refuse the very command that mends.
        with checks.suspended():
            super().check(*args, **kwargs)

    def handle(self, *args: Any, **options: Any) -> None:
        if options["plan"] or options["check_unapplied"]:
            super().handle(*args, **options)
            return
        guarded = self.using in guarded_databases() and not options["prune"]
        targeted = bool(options["app_label"])
        try:
            with migration_lock(self.using, self.stderr.write), watch.migrating(connections[self.using]):
                self._refuse("schema.E002", "schema.E011")
                if guarded and not options["fake"]:
                    self._refuse_to_copy_names(targeted=targeted)
                with lock_timeout(connections[self.using], schema_settings().lock_timeout):
                    self._migrate(*args, **options)
                record_additions(self.using)
                if guarded:
                    self._verify(
                        targeted=targeted,
                        repairing=schema_settings().auto_repair and not options["fake"],
                        verbosity=options["verbosity"],
                    )
        except LockLostError as error:
            raise CommandError(str(error)) from error

    def migration_progress_callback(self, action: str, migration: Migration | None = None, fake: bool = False) -> None:
        self.running = migration if action in {"apply_start", "unapply_start"} else None
        if action == "apply_start" and migration is not None:
            # CREATE INDEX CONCURRENTLY waits for old transactions while nobody waits for it; cut off, it would
            # leave an invalid index behind.
            set_lock_timeout(connections[self.using], schema_settings().lock_timeout if migration.atomic else 0)
        super().migration_progress_callback(action, migration, fake)

    def _refuse(self, *ids: str) -> None:
        """Stop with the findings of these ids, which no migration can mend."""
        found = [finding for finding in history.findings(connections[self.using]) if finding.id in ids]
        if found:
            raise SystemCheckError(f"Nothing was migrated.\n{Report.of(found, self.using).as_text()}")

    def _refuse_to_copy_names(self, *, targeted: bool) -> None:
        """On SQLite, stop with what is missing of the migrations that have run, before others run on it.

        SQLite reads the quoted name of a column that is not there as a text: a migration that makes the table anew
        would write it into every row, and nothing would differ any more. PostgreSQL fails, and undoes all.
        """
        if connections[self.using].vendor != "sqlite":
            return
        report = guard.compare(self.using)
        behind = any(finding.id == "schema.E001" for finding in report.findings)
        missing = [f for f in report.findings if f.id in MISSING and not report.comes_with_migrations(f)]
        if missing and (behind or targeted):
            raise SystemCheckError(f"Nothing was migrated.\n{Report.of(missing, self.using).as_text()}")

    def _migrate(self, *args: Any, **options: Any) -> None:
        """Django's own migrate, again and again while others hold the locks it needs."""
        retries = schema_settings().lock_retries
        for attempt in range(retries + 1):
            try:
                super().handle(*args, **options)
            except DatabaseError as error:
                if not was_lock_timeout(error) or connections[self.using].in_atomic_block:
                    raise CommandError(self._failure(error)) from error
                if attempt == retries:
                    raise CommandError(f"{error}The database is too busy: tried {retries + 1} times.") from error
                self._pause(error, 2.0**attempt)
            else:
                return

    def _failure(self, error: DatabaseError) -> str:
        if self.running is None:
            return str(error).strip()
        app, name = self.running.app_label, self.running.name
        if (
            _was_there(error)
            and not adoption.is_under_way(self.using)
            and has_all_of(connections[self.using], (app, name))
        ):
            cure = (
                f"The database has all that it makes, only its row in django_migrations was lost. Record it: "
                f"manage.py migrate {app} {name} --fake."
            )
        else:
            # What the database has not, no record makes true.
            undone = "It was undone" if self.running.atomic else "What it did before stays"
            cure = f"{undone}; mend what the error says, and run migrate again."
        return f"{app}.{name} failed: {str(error).strip()}\n{cure} Where in the code it failed is told by --traceback."

    def _pause(self, error: DatabaseError, seconds: float) -> None:
        # A part at random, so that several who wait for one another do not meet again.
        seconds = min(seconds, _LONGEST_PAUSE) * random.uniform(0.5, 1)  # noqa: S311  not a secret
        self.stderr.write(f"{str(error).strip()}: undone, nothing else had to wait; trying again in {seconds:.1f} s.")
        time.sleep(seconds)

    def _verify(self, *, targeted: bool, repairing: bool, verbosity: int) -> None:
        """Compare the result with what the migrations should have made; raises SystemCheckError when it differs."""
        unapplied = [finding for finding in history.findings(connections[self.using]) if finding.id == "schema.E001"]
        if targeted and unapplied:
            self.stderr.write(f"Not compared: {len(unapplied)} app(s) have migrations that are not applied.")
            return
        report = guard.store_verified(self.using)
        if report.findings and repairing:
            report = self._repaired(report)
        if not report.ok:
            raise SystemCheckError(f"The migrations ran, and yet:\n{report.as_text()}")
        if report.warnings:
            self.stderr.write(report.in_brief())
        elif verbosity:
            self.stdout.write(report.as_text())

    def _repaired(self, report: Report) -> Report:
        """Make what is missing, if additions mend every error; the report of what is then left."""
        steps = repair.plan(report)
        if not any(step.statements for step in steps) or any(step.refused and step.finding.is_error for step in steps):
            return report
        places = ", ".join(dict.fromkeys(step.finding.place for step in steps if step.statements))
        logger.warning("This should not happen if migrations ran successfully. Repairing: %s", places)
        outcome = repair.run(self.using, steps)
        if outcome.failed:
            self.stderr.write(f"The repair failed: {outcome.failed}")
        return outcome.report


def _was_there(error: DatabaseError) -> bool:
    """Whether the statement failed because of an object that it would have made."""
    code = getattr(error.__cause__, "sqlstate", None)
    return code in _DUPLICATE if code else any(words in str(error) for words in _DUPLICATE_WORDS)
