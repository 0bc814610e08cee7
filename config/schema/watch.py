"""Who runs DDL outside of `migrate`: an event trigger on PostgreSQL, in a schema of its own.

The trigger's function writes with the rights of whoever installed it, and never fails the statement it watches.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

from django.db import ProgrammingError, connections, transaction
from django.db.backends.base.base import BaseDatabaseWrapper

SCHEMA = "schema_watch"
# What `migrate` sets for its session, so that its own statements are not recorded.
MIGRATING = f"{SCHEMA}.migrating"
_INSUFFICIENT_PRIVILEGE = "42501"

_INSTALL = f"""
CREATE SCHEMA IF NOT EXISTS {SCHEMA};
CREATE TABLE IF NOT EXISTS {SCHEMA}.log (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    at timestamptz NOT NULL DEFAULT clock_timestamp(),
    role text NOT NULL,
    application text NOT NULL,
    address inet,
    tag text NOT NULL,
    objects text NOT NULL,
    statement text NOT NULL
);
CREATE OR REPLACE FUNCTION {SCHEMA}.record() RETURNS event_trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    touched text;
BEGIN
    IF current_setting('{MIGRATING}', true) = 'on' THEN
        RETURN;
    END IF;
    IF tg_event = 'sql_drop' THEN
        SELECT string_agg(DISTINCT object_identity, ', ') INTO touched
          FROM pg_event_trigger_dropped_objects() WHERE original AND NOT is_temporary;
    ELSE
        SELECT string_agg(DISTINCT object_identity, ', ') INTO touched
          FROM pg_event_trigger_ddl_commands() WHERE coalesce(schema_name, '') NOT LIKE 'pg\\_%';
    END IF;
    IF touched IS NOT NULL THEN
        INSERT INTO {SCHEMA}.log (role, application, address, tag, objects, statement)
        VALUES (session_user, current_setting('application_name'), inet_client_addr(), tg_tag, touched,
                current_query());
    END IF;
EXCEPTION WHEN OTHERS THEN
    RAISE WARNING 'schema watch: not recorded: %', SQLERRM;
END $$;
DROP EVENT TRIGGER IF EXISTS {SCHEMA}_ddl;
CREATE EVENT TRIGGER {SCHEMA}_ddl ON ddl_command_end EXECUTE FUNCTION {SCHEMA}.record();
DROP EVENT TRIGGER IF EXISTS {SCHEMA}_drop;
CREATE EVENT TRIGGER {SCHEMA}_drop ON sql_drop EXECUTE FUNCTION {SCHEMA}.record();
"""
_REMOVE = f"""
DROP EVENT TRIGGER IF EXISTS {SCHEMA}_ddl;
DROP EVENT TRIGGER IF EXISTS {SCHEMA}_drop;
DROP SCHEMA IF EXISTS {SCHEMA} CASCADE;
"""


class NotAllowedError(Exception):
    """This role may not install or remove event triggers."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One statement that changed the schema outside of migrate."""

    at: datetime
    role: str
    application: str
    address: str | None
    tag: str
    objects: str
    statement: str

    def as_text(self) -> str:
        """Two lines: when, who, from where, what it touched; and the statement."""
        where = f"{self.application or 'unnamed'} at {self.address or 'a local socket'}"
        statement = " ".join(self.statement.split())
        return f"{self.at:%Y-%m-%d %H:%M:%S%z} {self.role} ({where}): {self.tag} {self.objects}\n    {statement}"


def install(connection: BaseDatabaseWrapper) -> None:
    """Make the schema, the log, and the triggers, or renew them. Raises NotAllowedError without the right to."""
    _run(connection, _INSTALL)


def remove(connection: BaseDatabaseWrapper) -> None:
    """Remove all that install made, the log included. Raises NotAllowedError without the right to."""
    _run(connection, _REMOVE)


def log(connection: BaseDatabaseWrapper, limit: int) -> list[Entry] | None:
    """The newest entries first, or None when the watch is not installed."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT to_regclass(%s)", [f"{SCHEMA}.log"])
        if cursor.fetchone() == (None,):
            return None
        cursor.execute(
            "SELECT at, role, application, host(address), tag, objects, statement "
            f"FROM {SCHEMA}.log ORDER BY id DESC LIMIT %s",
            [limit],
        )
        return [Entry(*row) for row in cursor.fetchall()]


@contextmanager
def migrating(connection: BaseDatabaseWrapper) -> Iterator[None]:
    """What this session does inside is migrate's, and not recorded."""
    _announce(connection, "on")
    try:
        yield
    finally:
        if connection.connection is not None and connection.is_usable():
            _announce(connection, "off")


def _announce(connection: BaseDatabaseWrapper, value: str) -> None:
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT set_config(%s, %s, false)", [MIGRATING, value])


def _run(connection: BaseDatabaseWrapper, script: str) -> None:
    try:
        with transaction.atomic(using=connection.alias), connections[connection.alias].cursor() as cursor:
            cursor.execute(script)
    except ProgrammingError as error:
        if getattr(error.__cause__, "sqlstate", None) != _INSUFFICIENT_PRIVILEGE:
            raise
        raise NotAllowedError(f"This role may not do that: {str(error).strip()}.") from error
