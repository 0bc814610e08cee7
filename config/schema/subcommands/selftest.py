"""manage.py schema selftest: prove on this server that drift of every kind is seen."""

import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand
from django.db import DatabaseError, InterfaceError, connections

from config.schema import guard, selftest
from config.schema.shadow import ShadowError
from config.schema.subcommands.diff import DRIFT, IN_LINE, UNVERIFIED

HELP = "make drift of every kind in tables of its own, rolled back, and prove that each is seen; exit 1 if one is not"


def add_arguments(parser: ArgumentParser) -> None:
    parser.add_argument("--json", action="store_true", help="print the cases as JSON")


def run(command: BaseCommand, options: dict[str, Any]) -> int:
    using = options["database"]
    try:
        results = selftest.run(connections[using])
    except (DatabaseError, InterfaceError, ShadowError) as error:
        command.stderr.write(guard.unreachable(using, error).as_text())
        return UNVERIFIED
    blind = [result for result in results if not result.seen]
    command.stdout.write(_as_json(results) if options["json"] else _as_text(results))
    return DRIFT if blind else IN_LINE


def _as_text(results: list[selftest.Result]) -> str:
    lines = []
    for result in results:
        said = ", ".join(result.reported) or "nothing"
        wanted = result.case.id or "nothing"
        lines.append(f"{'seen' if result.seen else 'MISSED'}  {result.case.name}: {wanted} (reported: {said})")
    seen = sum(result.seen for result in results)
    return "\n".join([*lines, f"{seen} of {len(results)} cases as they should be."])


def _as_json(results: list[selftest.Result]) -> str:
    """A stable document: `{version, ok, cases: [{name, expected, reported, seen}]}`."""
    cases = [
        {
            "name": result.case.name,
            "expected": result.case.id or None,
            "reported": list(result.reported),
            "seen": result.seen,
        }
        for result in results
    ]
    return json.dumps({"version": 1, "ok": all(result.seen for result in results), "cases": cases}, indent=2)
