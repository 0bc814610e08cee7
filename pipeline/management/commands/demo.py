"""`manage.py demo`: what `make run` does."""

import errno
import logging
import secrets
import socket
import sys
from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.contrib.auth import get_user_model
from django.contrib.auth.models import User
from django.core.management import BaseCommand, CommandError, call_command
from django.db import OperationalError, connection
from django.urls import reverse
from tqdm import tqdm

from config.schema import guard
from pipeline import sample
from pipeline.management import processes

HOST = "127.0.0.1"
ADMIN = "admin"
SERVER = "server"
CREATE_SUPERUSER = 'make manage ARGS="createsuperuser"'


class Command(BaseCommand):
    help = (
        "Prepares a development database with a sample and an administrator, then serves it with worker and scheduler."
    )
    # Migrate and the server look at the database themselves, in this order.
    requires_system_checks: list[str] = []
    # On a new database it is the command that migrates.
    runs_on_any_schema = True

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--port", type=int, default=8000)

    def handle(self, *args: Any, port: int, **options: Any) -> None:
        if not settings.DEBUG:
            raise CommandError("The demo makes up data and needs DEBUG=1. See docs/deploy.md for production.")
        _refuse_busy(port)
        self._migrate()
        self._furnish()
        self._say("Starting the server, the task worker and the scheduler")
        ended = processes.run(_commands(port), lambda: self._announce(port), lambda end: self._serves_on(end, port))
        if ended.command:
            self._say(f"The {ended.command} ended with exit code {ended.code}, so everything is stopped.")
        else:
            self._say("Stopped.")
        sys.exit(ended.code)

    def _migrate(self) -> None:
        if _is_empty():
            self._say("Building a new database: some seconds")
            # In an empty database all is added and nothing was there: the list would only hide the lines below.
            logging.getLogger("config.schema.operations").setLevel(logging.WARNING)
            call_command("migrate", interactive=False, verbosity=0)
        # Two queries tell what `migrate` would find out at length.
        elif not guard.verify().ok:
            self._say("Bringing the database up to date")
            call_command("migrate", interactive=False)

    def _furnish(self) -> None:
        if sample.is_unused():
            self._load_sample(self._administrator())
            return
        self._say("The database is in use: its data stays as it is")
        if not get_user_model()._default_manager.filter(is_superuser=True).exists():
            self._say(f"It has no superuser, and gets none by itself: {CREATE_SUPERUSER} makes one.")

    def _administrator(self) -> User:
        users = get_user_model()._default_manager
        if administrator := users.filter(is_superuser=True).order_by("pk").first():
            return administrator
        if users.filter(username=ADMIN).exists():
            raise CommandError(
                f"There is a user named {ADMIN} who is no superuser, so no administrator was made, nor the sample. "
                f"{CREATE_SUPERUSER} makes one under another name; then run this again."
            )
        password = secrets.token_urlsafe(12)
        administrator = users.create_superuser(ADMIN, password=password)
        self._say(
            f"Made the administrator. User name: {ADMIN}   Password: {password}\n"
            f'It is shown this once; make manage ARGS="changepassword {ADMIN}" sets another.'
        )
        return administrator

    def _load_sample(self, user: User) -> None:
        # Away from a terminal every update is a line of its own.
        interval = 0.1 if sys.stdout.isatty() else 2
        with tqdm(desc="Loading the sample", unit=" steps", file=sys.stdout, mininterval=interval) as bar:
            count = sample.load(user, lambda done, total: _advance(bar, done, total))
        self._say(f"Loaded {count} made-up prospects with sixty days of history")

    def _serves_on(self, ended: processes.Ended, port: int) -> bool:
        """Whether the server stays when a process has ended: one that refuses a database out of line has done well.

        The server refuses too, page by page, and its page about the schema tells what is wrong.
        """
        if ended.command == SERVER or not _is_out_of_line():
            return False
        self._say(
            f"The {ended.command} has stopped, because the database is no longer in line with the code. The server "
            f"stays up and shows why:\n"
            f"  http://{HOST}:{port}{reverse('admin:schema_verifiedschema_changelist')}\n"
            f"  Once it is mended, stop this with Ctrl-C and start it again."
        )
        return True

    def _announce(self, port: int) -> bool:
        if not _answers(port):
            return False
        self._say(
            f"Plumbline runs until Ctrl-C.\n"
            f"  Admin     http://{HOST}:{port}/admin/\n"
            f"  API docs  http://{HOST}:{port}/api/docs/"
        )
        return True

    def _say(self, text: str) -> None:
        self.stdout.write(text)
        self.stdout.flush()


def _is_empty() -> bool:
    try:
        return not connection.introspection.table_names()
    except OperationalError as error:
        raise CommandError(f"DATABASE_URL: the database cannot be reached: {error}") from error


def _is_out_of_line() -> bool:
    """Whether the database is another one than the code needs; one out of reach is not known to be."""
    try:
        return any(finding.id != "schema.E000" for finding in guard.verify().errors)
    finally:
        connection.close()


def _commands(port: int) -> dict[str, list[str]]:
    manage = [sys.executable, str(settings.BASE_DIR / "manage.py")]
    return {
        SERVER: [*manage, "serve", "--bind", f"{HOST}:{port}"],
        "task worker": [*manage, "db_worker"],
        "scheduler": [*manage, "run_scheduler"],
    }


def _refuse_busy(port: int) -> None:
    with socket.socket() as probe:
        # As the server does, so that connections of a run just ended do not count.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except (OSError, OverflowError) as error:
            if isinstance(error, OSError) and error.errno == errno.EADDRINUSE:
                raise CommandError(
                    f"Port {port} of {HOST} is in use by another program. Stop it, or use another: make run PORT=8001"
                ) from error
            raise CommandError(f"Port {port} of {HOST} cannot be used: {error}") from error


def _answers(port: int) -> bool:
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex((HOST, port)) == 0


def _advance(bar: "tqdm[Any]", done: int, total: int) -> None:
    bar.total = total
    bar.update(done - bar.n)
