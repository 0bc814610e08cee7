"""Refusal at every way of starting: servers (wsgi.py, asgi.py), management commands, and the worker among them."""

import asyncio
import logging
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from types import TracebackType
from typing import TYPE_CHECKING, Any

from django.core.management import ManagementUtility
from django.core.management.base import BaseCommand, SystemCheckError
from django.db import DEFAULT_DB_ALIAS, DatabaseError, InterfaceError, connections
from django.db.migrations.exceptions import NodeNotFoundError

from config.schema import processes
from config.schema.catalog import SnapshotError
from config.schema.conf import guarded_databases, schema_settings

if TYPE_CHECKING:
    from config.schema.findings import Report

logger = logging.getLogger(__name__)

# Django's own commands that mend, inspect, or have nothing to do with the configured databases.
RUN_ON_ANY_SCHEMA = frozenset(
    {
        "check",
        "collectstatic",
        "compilemessages",
        "dbshell",
        "diffsettings",
        "findstatic",
        "inspectdb",
        "makemessages",
        "makemigrations",
        "migrate",
        "optimizemigration",
        "schema",
        "sendtestemail",
        "shell",
        "showmigrations",
        "sqlflush",
        "sqlmigrate",
        "sqlsequencereset",
        "squashmigrations",
        "startapp",
        "startproject",
        "test",
        "testserver",
    }
)

# The exceptions that servers print as a plain message while they import the application, by their module.
_PRINTED_PLAINLY = {"gunicorn.errors": "AppImportError", "uvicorn.importer": "ImportFromStringError"}


class SchemaOutOfLineError(Exception):
    """A database is not in line with the code. Its text is the whole report."""


def reports() -> "list[Report]":
    """The start check's report of each guarded database."""
    # The guard's models can be imported only after django.setup(), which manage.py has yet to call.
    from config.schema import guard

    return [guard.verify(alias) for alias in guarded_databases()]


def recorded_reports() -> "list[Report]":
    """The same, noted in each database if this process has announced that it runs on."""
    found = reports()
    processes.record(found)
    return found


def require_schema_in_line(interface: str = "server") -> None:
    """Verify every guarded database; for wsgi.py and asgi.py, before the application object exists.

    `interface` is what the page about the schema calls this process.
    Warnings are logged. Raises SchemaOutOfLineError, of a kind that the importing server prints without a
    traceback. Leaves no connection open, so that a server may fork afterwards.
    """
    processes.announce(processes.served_by(interface))
    if text := refusal(_outside_event_loop(_reports_and_close)):
        _print_without_traceback()
        raise _error_class()(text)


def refusal(found: "list[Report]") -> str | None:
    """What to tell the person who starts this process, or None when it may start. Warnings alone are logged."""
    if all(report.ok for report in found):
        for report in found:
            if report.warnings:
                logger.warning("%s", report.in_brief())
        return None
    texts = [report.in_brief() for report in found if not report.ok]
    return "\n\n".join(["The database is not in line with the code. Nothing was started.", *texts])


class SchemaGuardMixin(BaseCommand):
    """A management command that runs only when every guarded database is in line with the code."""

    #: What the page about the schema calls this process, for a command that runs on; others are not noted.
    process_kind: str | None = None

    def execute(self, *args: Any, **options: Any) -> str | None:
        if self.process_kind:
            processes.announce(self.process_kind)
        if text := refusal(recorded_reports()):
            raise SystemCheckError(text)  # the one CommandError that Django prints as it is
        return super().execute(*args, **options)


class LostDatabaseMixin(BaseCommand):
    """A command that runs on any schema, and tells of what no command can work with as the guard does.

    That is a database that it cannot reach, a migration whose file is missing, and a schema that is changed meanwhile.
    """

    def execute(self, *args: Any, **options: Any) -> str | None:
        try:
            return super().execute(*args, **options)
        except (DatabaseError, InterfaceError) as error:
            if lost := _lost_databases():
                raise SystemCheckError("\n\n".join(report.as_text() for report in lost)) from error
            raise
        except (NodeNotFoundError, SnapshotError) as error:
            raise SystemCheckError(_no_verdict(options.get("database") or DEFAULT_DB_ALIAS, error)) from error


class GuardedUtility(ManagementUtility):
    """Django's command line with the guard in front of every command that does not say otherwise."""

    def fetch_command(self, subcommand: str) -> BaseCommand:
        command = super().fetch_command(subcommand)
        return _mixed(command, LostDatabaseMixin if runs_on_any_schema(subcommand, command) else SchemaGuardMixin)


def execute_from_command_line(argv: list[str] | None = None) -> None:
    """For manage.py, in the place of Django's function of the same name."""
    GuardedUtility(argv).execute()


def runs_on_any_schema(name: str, command: BaseCommand) -> bool:
    """Whether the command mends or inspects: by Django's list, by SCHEMA["COMMANDS"], or by its class's attribute."""
    listed = name in RUN_ON_ANY_SCHEMA or name in schema_settings().commands
    return listed or getattr(command, "runs_on_any_schema", False)


def _mixed(command: BaseCommand, mixin: type[BaseCommand]) -> BaseCommand:
    if isinstance(command, SchemaGuardMixin):
        return command
    kind = type(command)
    mixed: type[BaseCommand] = type(kind.__name__, (mixin, kind), {"__module__": kind.__module__})
    return mixed()


def _lost_databases() -> "list[Report]":
    """A report of each guarded database that cannot be reached or read."""
    from config.schema import history
    from config.schema.findings import Report

    found = {
        alias: [finding for finding in history.findings(connections[alias]) if finding.id == "schema.E000"]
        for alias in guarded_databases()
    }
    return [Report.of(findings, alias) for alias, findings in found.items() if findings]


def _no_verdict(using: str, error: Exception) -> str:
    from config.schema import guard

    return guard.cannot_tell(using, error).as_text()


def _reports_and_close() -> "list[Report]":
    try:
        return recorded_reports()
    finally:
        for connection in connections.all(initialized_only=True):
            if not connection.in_atomic_block:
                connection.close()


def _outside_event_loop(function: "Callable[[], list[Report]]") -> "list[Report]":
    """Call the function, in a thread of its own if an event loop runs here: Django's database code refuses to."""
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return function()
    with ThreadPoolExecutor(max_workers=1) as pool:
        return pool.submit(function).result()


def _error_class() -> type[SchemaOutOfLineError]:
    plain = [getattr(sys.modules[module], name) for module, name in _PRINTED_PLAINLY.items() if module in sys.modules]
    return type("SchemaOutOfLineError", (SchemaOutOfLineError, *plain), {})


def _print_without_traceback() -> None:
    """What no server catches reaches Python's last resort: print the report there, and not how we came to it."""
    print_others = sys.excepthook

    def print_report(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        if isinstance(error, SchemaOutOfLineError):
            sys.stderr.write(f"{error}\n")
        else:
            print_others(kind, error, trace)

    sys.excepthook = print_report
