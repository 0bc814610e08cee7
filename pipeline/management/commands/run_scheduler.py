"""`manage.py run_scheduler`: starts what is due. Any number may run; each run is started once."""

import time
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import InterfaceError, OperationalError, close_old_connections

from config.api.problems import Problem
from config.schema.entry import SchemaGuardMixin
from config.schema.readiness import require_in_line
from pipeline import scheduler, switches
from pipeline.jobs.reaper import reap


class Command(SchemaGuardMixin, BaseCommand):
    help = "Starts automatic runs when they are due, and rings for jobs that wait."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--once", action="store_true", help="look once and end, for cron")
        parser.add_argument("--interval", type=float, default=30.0, help="seconds between two looks")

    def execute(self, *args: Any, **options: Any) -> str | None:
        # One that looks once and ends is started again and again.
        self.process_kind = None if options["once"] else "run_scheduler"
        return super().execute(*args, **options)

    def handle(self, *, once: bool, interval: float, **options: Any) -> None:
        """Raises CommandError when a setting cannot be read, SystemCheckError when the schema is no longer in line."""
        try:
            self._look()
            if not once:
                self.stdout.write(
                    f"The scheduler looks every {interval:g} seconds for runs that are due and jobs that wait."
                )
                self.stdout.flush()
            while not once:
                time.sleep(interval)
                close_old_connections()
                require_in_line()
                self._look(patient=True)
        except (scheduler.WrongSetting, switches.UnreadableSetting, Problem) as error:
            raise CommandError(str(error)) from error
        except KeyboardInterrupt:
            self.stdout.write("Ended.")

    def _look(self, *, patient: bool = False) -> None:
        try:
            job = scheduler.start_due()
            reap()
        except (OperationalError, InterfaceError) as error:
            if not patient:
                raise CommandError(f"The database cannot be reached: {error}") from error
            self.stderr.write(f"The database cannot be reached, trying again: {error}")
            return
        if job is not None:
            self.stdout.write(f"Started job {job.pk}.")
