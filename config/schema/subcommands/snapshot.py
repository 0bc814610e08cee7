"""manage.py schema snapshot: a schema as text or JSON, for diffing and for bug reports."""

from argparse import ArgumentParser
from collections.abc import Iterator
from typing import Any

from django.core.management.base import BaseCommand
from django.db import connections

from config.schema import guard
from config.schema.catalog import Snapshot, snapshot
from config.schema.repair import words
from config.schema.subcommands.diff import IN_LINE, UNVERIFIED

HELP = "print the live schema, or with --expected what the migrations make"


def add_arguments(parser: ArgumentParser) -> None:
    parser.add_argument("--expected", action="store_true", help="what the migrations on disk make, from the shadow")
    parser.add_argument("--json", action="store_true", help="print it as JSON, with everything that is compared")


def run(command: BaseCommand, options: dict[str, Any]) -> int:
    using = options["database"]
    try:
        found = guard.expected(using) if options["expected"] else snapshot(connections[using])
    except guard.FAILURES as error:
        command.stderr.write(guard.cannot_tell(using, error).as_text())
        return UNVERIFIED
    command.stdout.write(found.as_json() if options["json"] else "\n".join(_lines(found)))
    return IN_LINE


def _lines(found: Snapshot) -> Iterator[str]:
    """Tables by name, each with its columns in their order and what stands on them; then what nobody asked for."""
    for _, table in sorted(found.tables.items()):
        yield f"{table.kind} {table.name}"
        yield from (f"    {words.column(column)}" for column in table.columns)
        yield from sorted(f"    {index.kind} {index.name} {words.index_tail(index, table)}" for index in table.indexes)
        yield from sorted(f"    {words.check(check)}" for check in table.checks)
        yield from sorted(f"    {words.foreign_key(key)}" for key in table.foreign_keys)
        yield from sorted(f"    trigger {trigger.name}" for trigger in table.triggers)
    yield from sorted(f"other {other.kind} {other.name}" for other in found.others)
