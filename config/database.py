"""What each PostgreSQL session is told when it begins."""

from typing import Any

from django.conf import settings
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.signals import connection_created


class _ThisProcess:
    serves = False


def connect() -> None:
    """Tell every session that begins from now on."""
    connection_created.connect(_begin, dispatch_uid="config.database")


def limit_statements() -> None:
    """This process answers requests: no statement of its later sessions may hold one up for ever.

    The server cancels it after DATABASE_STATEMENT_TIMEOUT seconds, and a wait for a lock after half of that, which the
    API answers with 503 `busy`. Commands and workers are not limited: an index takes as long as it takes.
    """
    _ThisProcess.serves = True


def _begin(connection: BaseDatabaseWrapper, **_: Any) -> None:
    if connection.vendor != "postgresql":
        return
    # The planner takes the conditions of the lists for expensive, and compiling them costs more than it saves.
    statements = ["SET jit = off"]
    if _ThisProcess.serves and (seconds := settings.DATABASE_STATEMENT_TIMEOUT):
        statements += [f"SET statement_timeout = '{seconds}s'", f"SET lock_timeout = '{seconds * 500}ms'"]
    connection.connection.execute("; ".join(statements))
