"""manage.py schema adopt: what adopting this database would do, or what it did."""

import json
from argparse import ArgumentParser
from collections.abc import Iterable
from dataclasses import asdict
from itertools import groupby
from typing import Any

from django.core.management.base import BaseCommand
from django.db import DatabaseError, InterfaceError

from config.schema import guard
from config.schema.adoption.dry_run import dry_run
from config.schema.adoption.recognise import AdoptionRefused
from config.schema.adoption.report import Entry, recorded
from config.schema.subcommands.diff import IN_LINE, UNVERIFIED
from config.schema.subcommands.repair import REFUSED

HELP = "tell what `migrate` would do to the tables of an older system, or what it did; changes nothing"


def add_arguments(parser: ArgumentParser) -> None:
    what = parser.add_mutually_exclusive_group(required=True)
    what.add_argument("--dry-run", action="store_true", help="what adopting this database would add, change and keep")
    what.add_argument("--report", action="store_true", help="what its adoption found and did, from the database")
    parser.add_argument("--json", action="store_true", help="a list of objects with the keys of docs/adopting.md")


def run(command: BaseCommand, options: dict[str, Any]) -> int:
    using = options["database"]
    try:
        entries = dry_run(using) if options["dry_run"] else recorded(using)
    except AdoptionRefused as refused:
        command.stderr.write(str(refused))
        return REFUSED
    except (DatabaseError, InterfaceError) as error:
        command.stderr.write(guard.unreachable(using, error).as_text())
        return UNVERIFIED
    if options["json"]:
        command.stdout.write(json.dumps([asdict(entry) for entry in entries], indent=2))
    else:
        command.stdout.write(as_text(entries) or "This database was new: nothing was adopted.")
    return IN_LINE


def as_text(entries: Iterable[Entry]) -> str:
    """The entries by table, what changes or gives way before what merely stays."""
    lines = []
    for table, group in groupby(sorted(entries, key=lambda entry: entry.table), key=lambda entry: entry.table):
        lines.append(table)
        lines += [f"  {line}" for line in _lines(list(group))]
    return "\n".join(lines)


def _lines(entries: list[Entry]) -> list[str]:
    told = [str(entry) for entry in entries if entry.action not in ("found", "leftover")]
    left = [
        entry.detail if not entry.column else f"{entry.column} ({entry.detail})"
        for entry in entries
        if entry.action == "leftover"
    ]
    return told + ([f"left as they are, unused here: {', '.join(left)}"] if left else []) or [
        "was there, nothing to do"
    ]
