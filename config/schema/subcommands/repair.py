"""manage.py schema repair: make what is missing, and nothing else."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from config.schema import guard, repair
from config.schema.subcommands.diff import DRIFT, IN_LINE, UNVERIFIED, exit_code

HELP = "make what is missing (additive repairs only); exit 0 in line, 1 failed, 2 cannot verify, 3 refused as unsafe"

REFUSED = 3


def add_arguments(parser: ArgumentParser) -> None:
    parser.add_argument(
        "--plan", action="store_true", help="print the SQL that would run, with its locks, and run nothing"
    )


def run(command: BaseCommand, options: dict[str, Any]) -> int:
    report = guard.compare(options["database"])
    if exit_code(report) == UNVERIFIED:
        command.stderr.write(report.as_text())
        return UNVERIFIED
    steps = repair.plan(report)
    for step in steps:
        if step.statements or (step.refused and step.finding.is_error):
            command.stdout.write(step.as_text())
    if options["plan"]:
        return _planned(steps)
    outcome = repair.run(options["database"], steps) if any(step.statements for step in steps) else None
    if outcome and outcome.failed:
        command.stderr.write(f"failed: {outcome.failed}")
        return DRIFT
    return _left(command, outcome.report if outcome else report)


def _planned(steps: list[repair.Step]) -> int:
    if any(step.refused and step.finding.is_error for step in steps):
        return REFUSED
    return DRIFT if any(step.statements for step in steps) else IN_LINE


def _left(command: BaseCommand, report: repair.Report) -> int:
    """What the comparison after the repair says: all mended, or what no additive repair mends."""
    command.stdout.write(report.as_text())
    code = exit_code(report)
    return REFUSED if code == DRIFT else code
