"""manage.py schema selftest: prove on this server that drift of every kind is seen."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand
from django.db import DatabaseError, InterfaceError, connections

from config.schema import guard, selftest
from config.schema.shadow import ShadowError
from config.schema.subcommands.diff import DRIFT, IN_LINE, UNVERIFIED

HELP = "make drift of every kind in tables of its own, rolled back, and prove that each is seen; exit 1 if one is not"


def add_arguments(parser: ArgumentParser) -> None:
    """No options of its own."""


def run(command: BaseCommand, options: dict[str, Any]) -> int:
    using = options["database"]
    try:
        results = selftest.run(connections[using])
    except (DatabaseError, InterfaceError, ShadowError) as error:
        command.stderr.write(guard.unreachable(using, error).as_text())
        return UNVERIFIED
    for result in results:
        said = ", ".join(result.reported) or "nothing"
        wanted = result.case.id or "nothing"
        command.stdout.write(f"{'seen' if result.seen else 'MISSED'}  {result.case.name}: {wanted} (reported: {said})")
    blind = [result for result in results if not result.seen]
    command.stdout.write(f"{len(results) - len(blind)} of {len(results)} cases as they should be.")
    return DRIFT if blind else IN_LINE
