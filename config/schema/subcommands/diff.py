"""manage.py schema diff: the full comparison."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand
from django.db.migrations.exceptions import NodeNotFoundError

from config.schema import guard
from config.schema.findings import Report

HELP = "compare the live database with what the migrations on disk make; exit 0 in line, 1 drift, 2 cannot verify"

IN_LINE, DRIFT, UNVERIFIED = 0, 1, 2


def add_arguments(parser: ArgumentParser) -> None:
    parser.add_argument("--json", action="store_true", help="print the findings as JSON")


def run(command: BaseCommand, options: dict[str, Any]) -> int:
    report = guard.compare(options["database"])
    command.stdout.write(report.as_json() if options["json"] else report.as_text())
    return exit_code(report)


def exit_code(report: Report) -> int:
    """0 for nothing worse than warnings, 1 for errors, 2 when the database or the migrations could not be read."""
    if any(f.id == "schema.E000" or isinstance(f.subject, NodeNotFoundError) for f in report.findings):
        return UNVERIFIED
    return IN_LINE if report.ok else DRIFT
