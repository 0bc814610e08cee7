"""manage.py schema adopt: what adopting this database would do, or what it did."""

import json
import textwrap
from argparse import ArgumentParser
from collections.abc import Iterable, Iterator
from dataclasses import asdict
from itertools import groupby
from typing import Any

from django.core.management.base import BaseCommand
from django.db import DatabaseError, InterfaceError, OperationalError

from config.schema import guard
from config.schema.adoption.dry_run import dry_run
from config.schema.adoption.recognise import AdoptionRefused
from config.schema.adoption.report import ACTIONS, Entry, recorded
from config.schema.subcommands.diff import IN_LINE, UNVERIFIED
from config.schema.subcommands.repair import REFUSED

#: How many values, ids or rows of an entry the text shows.
SHOWN = 5

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
    except (OperationalError, InterfaceError) as error:
        command.stderr.write(guard.unreachable(using, error).as_text())
        return UNVERIFIED
    except DatabaseError as error:
        command.stderr.write(f"It is not known what `migrate` would do, the database answers: {str(error).strip()}")
        return UNVERIFIED
    if options["json"]:
        command.stdout.write(json.dumps([asdict(entry) for entry in entries], indent=2))
    else:
        nothing = "Every migration is applied: there is nothing to adopt."
        new = "Nothing was adopted: this database was new, or is not migrated."
        command.stdout.write(as_text(entries) or (nothing if options["dry_run"] else new))
    return IN_LINE


def as_text(entries: Iterable[Entry]) -> str:
    """The entries by table: what becomes of the structure, of the rows, and what merely stays. Last, the sums."""
    tables = {
        table: list(group)
        for table, group in groupby(sorted(entries, key=lambda entry: entry.table), key=lambda entry: entry.table)
    }
    new = [table for table, found in tables.items() if _is_table(found, "added")]
    left = [table for table, found in tables.items() if _is_table(found, "leftover")]
    lines = []
    for table in (table for table in tables if table not in {*new, *left}):
        lines.append(table)
        lines += [line for told in _lines(tables[table]) for line in _wrapped(told, "  ")]
    if left:
        lines += _wrapped(f"Tables left as they are; nothing here uses them: {', '.join(left)}")
    if new:
        lines += _wrapped(f"New tables: {', '.join(new)}")
    return "\n".join([*lines, *(_sums(tables) if lines else [])])


def _is_table(entries: list[Entry], action: str) -> bool:
    """Whether all there is to tell of a table is that the whole of it was added, or left."""
    return all(entry.action == action and not entry.column for entry in entries) and (
        action == "added" or entries[0].detail == "table"
    )


def _lines(entries: list[Entry]) -> list[str]:
    structure = [entry for entry in entries if entry.rows is None and entry.action not in ("found", "leftover")]
    rows = [line for entry in entries if entry.rows is not None for line in (_of_rows(entry), *_sample(entry))]
    left = [
        entry.detail if not entry.column else f"{entry.column} ({entry.detail})"
        for entry in entries
        if entry.action == "leftover"
    ]
    unused = [f"left as they are; nothing here uses them: {'; '.join(left)}"] if left else []
    return [*_of_structure(structure), *rows, *unused] or ["was there, nothing to do"]


def _of_structure(entries: list[Entry]) -> Iterator[str]:
    """One line for all columns to which the same happens, and one for what concerns the table."""
    columns: dict[tuple[str, str], list[str]] = {}
    for entry in entries:
        key = (entry.action, entry.detail if entry.column else "")
        columns.setdefault(key, []).append(entry.column or entry.detail)
    # The dry run and the report find the same in another order.
    order = list(ACTIONS)
    for (action, detail), found in sorted(columns.items(), key=lambda item: (order.index(item[0][0]), item[0][1])):
        names = sorted(found)
        separator = ", " if detail or " " not in "".join(names) else "; "
        yield f"{ACTIONS[action]}{f' ({detail})' if detail else ''}: {separator.join(names)}"


def _of_rows(entry: Entry) -> str:
    return f"{entry.column}: {entry.words}" if entry.column else entry.words


def _sample(entry: Entry) -> Iterator[str]:
    """The values kept aside, the ids, or the rows that gave way: the first few."""
    found = entry.data or []
    for item in found[:SHOWN]:
        yield f"  {item[0]!r} ({item[1]:,})" if entry.action == "kept" else f"  {item}"
    if len(found) <= SHOWN:
        return
    if entry.action == "kept":
        left = (entry.rows or 0) - sum(count for _, count in found[:SHOWN])
        yield f"  … and other values in {left:,} rows, see legacy_values"
    else:
        yield f"  … and {len(found) - SHOWN:,} more, see --json"


def _sums(tables: dict[str, list[Entry]]) -> list[str]:
    """What a person has to know before all else: how many values changed, and that none is lost."""
    sums = dict.fromkeys(("folded", "filled", "kept", "orphaned", "duplicates", "ended"), 0)
    for entry in (entry for found in tables.values() for entry in found):
        if entry.action in sums:
            sums[entry.action] += entry.rows or 0
    return _wrapped("In sum: " + "; ".join(f"{rows:,} {ACTIONS[action]}" for action, rows in sums.items()))


def _wrapped(text: str, indent: str = "") -> list[str]:
    # A sample has an indent of its own.
    own = indent + " " * (len(text) - len(text.lstrip()))
    return textwrap.wrap(text.lstrip(), 110, initial_indent=own, subsequent_indent=own + "    ")
