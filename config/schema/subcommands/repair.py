"""manage.py schema repair: make what is missing, and nothing else."""

import json
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
    parser.add_argument("--json", action="store_true", help="print steps and outcome as JSON")


def run(command: BaseCommand, options: dict[str, Any]) -> int:
    report = guard.compare(options["database"])
    if exit_code(report) == UNVERIFIED:
        command.stderr.write(report.as_text())
        return UNVERIFIED
    steps = repair.plan(report)
    if not options["json"]:
        _tell(command, steps)
    runs = any(step.statements for step in steps) and not options["plan"]
    outcome = repair.run(options["database"], steps) if runs else repair.Outcome((), "", report)
    if options["json"]:
        command.stdout.write(_as_json(steps, outcome))
    else:
        _tell_outcome(command, outcome, planned=options["plan"])
    return _planned(steps) if options["plan"] else _left(outcome)


def _tell(command: BaseCommand, steps: list[repair.Step]) -> None:
    for step in steps:
        if step.statements or (step.refused and step.finding.is_error):
            command.stdout.write(step.as_text())


def _tell_outcome(command: BaseCommand, outcome: repair.Outcome, *, planned: bool) -> None:
    """What the comparison after the repair says: all mended, or what no additive repair mends."""
    if outcome.failed:
        command.stderr.write(f"failed: {outcome.failed}")
    elif not planned:
        command.stdout.write(outcome.report.as_text())


def _as_json(steps: list[repair.Step], outcome: repair.Outcome) -> str:
    """A stable document: `{version, database, steps, ran, failed, report}`, `report` as `schema diff --json` has it."""
    document = {
        "version": 1,
        "database": outcome.report.database,
        "steps": [step.as_dict() for step in steps],
        "ran": [statement.sql for statement in outcome.done],
        "failed": outcome.failed,
        "report": json.loads(outcome.report.as_json()),
    }
    return json.dumps(document, indent=2)


def _planned(steps: list[repair.Step]) -> int:
    if any(step.refused and step.finding.is_error for step in steps):
        return REFUSED
    return DRIFT if any(step.statements for step in steps) else IN_LINE


def _left(outcome: repair.Outcome) -> int:
    if outcome.failed:
        return DRIFT
    code = exit_code(outcome.report)
    return REFUSED if code == DRIFT else code
