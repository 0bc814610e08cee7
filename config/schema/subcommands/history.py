"""manage.py schema history: what is wrong with the recorded migrations, and its repair."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand
from django.db import DatabaseError, connections
from django.db.migrations.exceptions import NodeNotFoundError
from django.db.migrations.recorder import MigrationRecorder

from config.schema import guard, history
from config.schema.findings import Finding, Report
from config.schema.locks import migration_lock
from config.schema.progress import Progress
from config.schema.subcommands.diff import exit_code

HELP = (
    "say what is wrong with the migration history; exit 0 nothing, 1 something, 2 cannot verify, 3 refused as unsafe. "
    "--repair removes rows that say the same twice, and records migrations whose rows are lost while later ones are "
    "there, if the database is what all migrations make"
)

REFUSED = 3
_ABOUT_HISTORY = frozenset({"schema.E001", "schema.E002"})


def add_arguments(parser: ArgumentParser) -> None:
    parser.add_argument("--repair", action="store_true", help="mend what can be mended without guessing")


def run(command: BaseCommand, options: dict[str, Any]) -> int:
    using = options["database"]
    report = _report(using)
    if report.ok or not options["repair"] or any(finding.id == "schema.E000" for finding in report.findings):
        command.stdout.write(report.as_text())
        return exit_code(report)
    try:
        with migration_lock(using, command.stderr.write):
            refused = _repair(command, using)
    except DatabaseError as error:
        reason = " ".join(str(error).split())
        command.stderr.write(f"Not repaired: {reason}\nRun it with the role that owns {history.TABLE}.")
        refused = False
    command.stdout.write(_report(using).as_text())
    return REFUSED if refused else exit_code(_report(using))


def _report(using: str) -> Report:
    return Report.of(history.findings(connections[using]), using)


def _repair(command: BaseCommand, using: str) -> bool:
    """Whether it had to leave something because the database does not prove it."""
    recorder = MigrationRecorder(connections[using])
    for row in history.doubled(history.recorded_rows(connections[using])):
        recorder.migration_qs.filter(id=row.id).delete()
        command.stdout.write(f"Removed a second row of {row.app}.{row.name} (id {row.id}).")
    lost = _lost(using)
    differs = _differs(using) if lost else []
    if differs:
        command.stderr.write(
            "Not recorded, because the database is not what these migrations make: "
            f"{', '.join('.'.join(key) for key in lost)}\n{Report.of(differs, using).as_text()}"
        )
        return True
    for app, name in lost:
        recorder.record_applied(app, name)
        command.stdout.write(f"Recorded {app}.{name}: later migrations need it, and what it makes is there.")
    return False


def _lost(using: str) -> list[history.Key]:
    try:
        return history.lost(history.recorded_rows(connections[using]))
    except NodeNotFoundError:
        # Which is a finding already: nobody can tell what is lost before the file is back.
        return []


def _differs(using: str) -> list[Finding]:
    """What the lost migrations may not have made; what is left to migrations that are still to come is not theirs."""
    errors = [finding for finding in guard.compare(using).errors if finding.id not in _ABOUT_HISTORY]
    if any(finding.id == "schema.E000" for finding in errors):
        return errors
    progress, wanted = Progress(connections[using], history.recorded_rows(connections[using])), guard.expected(using)
    return [finding for finding in errors if progress.disproves(finding, wanted)] if progress.to_come else errors
