"""`manage.py serve [--bind ADDRESS] [-- COMMAND …]`."""

import os
import sys
from typing import Any

from django.conf import settings
from django.core.management.base import CommandError, CommandParser
from django.db import connections

from config.schema.entry import SchemaGuardMixin

NOT_FOUND = 127  # what a shell answers for a command that does not exist


class Command(SchemaGuardMixin):
    process_kind = "serve"
    help = (
        "Verify that every database is in line with the code, then become the server: gunicorn, or the command after "
        "--. When one is not, nothing is started: the findings are printed and the exit code is 1."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--bind", default="127.0.0.1:8000", help="address of the default server")
        parser.add_argument("--workers", type=int, default=2, help="processes of the default server")
        parser.add_argument("--threads", type=int, default=4, help="threads of each of them")
        parser.add_argument(
            "command", nargs="*", help="another server to become: serve -- uvicorn config.asgi:application"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        command: list[str] = options["command"] or self._gunicorn(
            options["bind"], options["workers"], options["threads"]
        )
        connections.close_all()
        sys.stdout.flush()
        # A server installed beside this Python is found without activating its environment.
        os.environ["PATH"] = os.pathsep.join([os.path.dirname(sys.executable), os.environ.get("PATH", os.defpath)])
        # The server imports what manage.py does, wherever it was called from.
        os.environ["PYTHONPATH"] = os.pathsep.join(filter(None, [sys.path[0], os.environ.get("PYTHONPATH")]))
        # gunicorn.conf.py need not ask again: this process stays the same one.
        os.environ["SCHEMA_VERIFIED_BY"] = str(os.getpid())
        try:
            os.execvp(command[0], command)  # noqa: S606  the command is the caller's own, no shell reads it
        except FileNotFoundError as error:
            raise CommandError(f"{command[0]}: there is no such command.", returncode=NOT_FOUND) from error

    @staticmethod
    def _gunicorn(bind: str, workers: int, threads: int) -> list[str]:
        module, _, attribute = settings.WSGI_APPLICATION.rpartition(".")
        # Its control socket would lie in the home folder, one for all servers of that user.
        # With threads, a process that streams a large export for minutes still answers, and is not taken for hung.
        options = ["--bind", bind, "--workers", str(workers), "--threads", str(threads), "--no-control-socket"]
        return [sys.executable, "-m", "gunicorn", f"{module}:{attribute}", *options]
