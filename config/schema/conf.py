"""The guard's settings: one dictionary, `SCHEMA`, in the project's settings. Every key may be left out."""

from dataclasses import dataclass, fields
from datetime import date
from typing import Any

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db import connections


@dataclass(frozen=True, slots=True)
class SchemaSettings:
    """`settings.SCHEMA` with its defaults; the names are its keys in lower case."""

    #: Aliases to guard; None: every configured database.
    databases: tuple[str, ...] | None = None
    #: Whether `migrate` may make additive repairs itself.
    auto_repair: bool = True
    #: Seconds a statement of `migrate` may wait for a table lock before it lets the others pass.
    lock_timeout: float = 5.0
    #: How often `migrate` tries again after that, with a growing pause in between.
    lock_retries: int = 8
    #: Seconds after which a running process verifies the schema again.
    verify_interval: float = 15.0
    #: Commands of other packages that may run on any schema, beside Django's own mending and inspecting ones.
    commands: tuple[str, ...] = ()
    #: Names of addresses (`namespace:name`) that answer on any schema: probes, and what tells people what is wrong.
    views: tuple[str, ...] = ()
    #: Findings to leave out until a day: dictionaries with object, id, reason, until.
    ignore: tuple[dict[str, str | date], ...] = ()
    #: What the page about the schema calls this version of the code.
    version: str = ""
    #: Objects made outside the models, such as by RunSQL: name -> reason.
    objects: tuple[tuple[str, str], ...] = ()


def schema_settings() -> SchemaSettings:
    """The guard's settings as they are now.

    Raises ImproperlyConfigured for a key that does not exist, so that a typing error never switches something off.
    """
    given: dict[str, Any] = getattr(settings, "SCHEMA", {})
    known = {field.name.upper() for field in fields(SchemaSettings)}
    if unknown := sorted(given.keys() - known):
        raise ImproperlyConfigured(
            f"SCHEMA: unknown key {', '.join(unknown)}; the keys are {', '.join(sorted(known))}."
        )
    return SchemaSettings(**{key.lower(): _frozen(value) for key, value in given.items()})


def is_registered(table: str, part: str) -> bool:
    """Whether SCHEMA["OBJECTS"] names this column, index or trigger of the table, as `table.part` or as `part`."""
    return any(name in (f"{table}.{part}", part) for name, _ in schema_settings().objects)


def guarded_databases() -> tuple[str, ...]:
    """The aliases of the databases the guard watches."""
    return schema_settings().databases or tuple(connections)


def _frozen(value: Any) -> Any:
    if isinstance(value, dict):
        return tuple(value.items())
    return tuple(value) if isinstance(value, list | set) else value
