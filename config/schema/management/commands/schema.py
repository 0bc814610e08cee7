"""manage.py schema SUBCOMMAND: look at the schema, compare it, mend it."""

from __future__ import annotations

import sys
from argparse import ArgumentParser
from importlib import import_module
from pkgutil import iter_modules
from types import ModuleType
from typing import Any

from django.core.management.base import BaseCommand
from django.db import DEFAULT_DB_ALIAS, connections

from config.schema import subcommands


class Command(BaseCommand):
    help = (
        "Compares the database with the code and mends what is safe. Exit codes: 0 in line, 1 drift, 2 cannot verify, "
    )
    help += "3 refused as unsafe."
    # It has to run on any schema: looking at a broken one is what it is for.
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        choices = parser.add_subparsers(dest="subcommand", metavar="SUBCOMMAND", required=True)
        for name, module in _modules().items():
            # Django's own parser class would exit differently inside call_command.
            child = choices.add_parser(name, help=module.HELP, description=module.HELP)
            child.add_argument(
                "--database",
                default=DEFAULT_DB_ALIAS,
                choices=tuple(connections),
                help="the database's alias, 'default' unless given",
            )
            module.add_arguments(child)

    def handle(self, *args: Any, **options: Any) -> None:
        code = _modules()[options["subcommand"]].run(self, options)
        if code:
            sys.exit(code)


def _modules() -> dict[str, ModuleType]:
    names = (module.name for module in iter_modules(subcommands.__path__))
    return {name: import_module(f"{subcommands.__name__}.{name}") for name in names}
