"""manage.py schema snapshot: a schema as JSON, for diffing and for bug reports."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand
from django.db import DatabaseError, InterfaceError, connections

from config.schema import guard
from config.schema.catalog import SnapshotError, snapshot
from config.schema.shadow import ShadowError
from config.schema.subcommands.diff import IN_LINE, UNVERIFIED

HELP = "print the live schema, or with --expected what the migrations make, as JSON"


def add_arguments(parser: ArgumentParser) -> None:
    parser.add_argument("--expected", action="store_true", help="what the migrations on disk make, from the shadow")


def run(command: BaseCommand, options: dict[str, Any]) -> int:
    using = options["database"]
    try:
        found = guard.expected(using) if options["expected"] else snapshot(connections[using])
    except (DatabaseError, InterfaceError, SnapshotError, ShadowError) as error:
        command.stderr.write(guard.unreachable(using, error).as_text())
        return UNVERIFIED
    command.stdout.write(found.as_json())
    return IN_LINE
