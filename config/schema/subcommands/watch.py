"""manage.py schema watch install|remove|log: who changed the schema outside of migrate (PostgreSQL)."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand
from django.db import DatabaseError, connections

from config.schema import watch
from config.schema.subcommands.diff import DRIFT, IN_LINE, UNVERIFIED

HELP = "record who runs DDL outside of migrate, when, and what (PostgreSQL, by an event trigger); exit 1 if it cannot"


def add_arguments(parser: ArgumentParser) -> None:
    parser.add_argument("action", choices=("install", "remove", "log"))
    parser.add_argument("--limit", type=int, default=20, help="entries that log shows, the newest first")


def run(command: BaseCommand, options: dict[str, Any]) -> int:
    connection = connections[options["database"]]
    if connection.vendor != "postgresql":
        command.stderr.write(f"{connection.display_name} cannot tell who changes its schema. All else works without.")
        return DRIFT
    try:
        if options["action"] == "log":
            return _log(command, watch.log(connection, options["limit"]))
        change = watch.install if options["action"] == "install" else watch.remove
        change(connection)
    except watch.NotAllowedError as error:
        command.stderr.write(f"{error} All else works without.")
        return DRIFT
    except DatabaseError as error:
        command.stderr.write(str(error).strip())
        return UNVERIFIED
    command.stdout.write(f"Watch {'installed' if options['action'] == 'install' else 'removed'}.")
    return IN_LINE


def _log(command: BaseCommand, entries: list[watch.Entry] | None) -> int:
    if entries is None:
        command.stderr.write("The watch is not installed: manage.py schema watch install")
        return DRIFT
    for entry in entries:
        command.stdout.write(entry.as_text())
    if not entries:
        command.stdout.write("Nobody has changed the schema outside of migrate since the watch was installed.")
    return IN_LINE
