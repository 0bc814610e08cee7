"""`manage.py db_worker`: works off the queue, behind the schema guard, with a reaper beside it."""

import logging
import signal
import sys
import time
from argparse import ArgumentParser
from types import FrameType
from typing import Any

from django.db import InterfaceError, OperationalError, connections
from django_tasks_db.management.commands import db_worker

from config.schema.entry import SchemaGuardMixin
from config.schema.readiness import Lookout
from pipeline.jobs import engine
from pipeline.jobs.reaper import Reaper, reap

logger = logging.getLogger(__name__)


#: Seconds between two tries to reach a database that was lost.
WAIT = 2.0


class Worker(db_worker.Worker):
    """Asked to end, it hands its job back at the next item; a lost database it waits for."""

    def run(self) -> None:
        """Work until it is asked to end, or as the command's options say.

        What it held when the database went away is taken over when its lease is over, maybe by this worker.
        """
        while self.running:
            try:
                super().run()
            except (OperationalError, InterfaceError) as error:
                logger.warning("The worker lost the database, it tries again in %g s: %s", WAIT, error)
                connections.close_all()
                time.sleep(WAIT)
            else:
                return

    def shutdown(self, signum: int, frame: FrameType | None) -> None:
        engine.stopping.set()
        if not self.running:
            # Asked once more: it ends at once, and another worker takes the job over.
            super().shutdown(signum, frame)
        logger.info("Asked to stop (%s): a job in work is handed back at its next item.", signal.strsignal(signum))
        self.running = False
        if not self.running_task:
            sys.exit(0)


class Command(SchemaGuardMixin, db_worker.Command):
    process_kind = "db_worker"
    help = "Works off the jobs. Refuses to start when code and database are out of line."

    def add_arguments(self, parser: ArgumentParser) -> None:
        super().add_arguments(parser)
        # A reload ends the process without handing its job back.
        parser.set_defaults(reload=False)

    def handle(self, *, verbosity: int, **options: Any) -> None:
        self.configure_logging(verbosity)
        worker = _worker(options)
        worker.configure_signals()
        reap()
        reaper, lookout = Reaper(), Lookout()
        reaper.start()
        lookout.start()
        try:
            worker.run()
        finally:
            reaper.stop()
            lookout.stop()


def _worker(options: dict[str, Any]) -> Worker:
    excluded = options["exclude_queues"]
    return Worker(
        queue_names=options["queue_name"].split(","),
        excluded_queue_names=excluded.split(",") if excluded else [],
        **{
            name: options[name]
            for name in ("interval", "batch", "backend_name", "startup_delay", "max_tasks", "worker_id")
        },
    )
