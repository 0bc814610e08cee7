"""One entrance to the catalog readers of the supported databases."""

from __future__ import annotations

from collections.abc import Collection

from django.db.backends.base.base import BaseDatabaseWrapper

from config.schema.catalog.objects import Snapshot


class SnapshotError(Exception):
    """The catalog could not be read; the text says why and what to do."""


def snapshot(connection: BaseDatabaseWrapper, tables: Collection[str] | None = None) -> Snapshot:
    """The live schema of the database behind `connection`, in a constant number of queries.

    `tables` are names as models write them in `db_table`: these are read in detail, everything else
    reachable is listed in `others`. Without it every reachable table is read in detail.
    Raises SnapshotError for a database that is neither PostgreSQL 13+ nor SQLite.
    """
    if connection.vendor == "postgresql":
        from config.schema.catalog import postgresql

        return postgresql.snapshot(connection, tables)
    if connection.vendor == "sqlite":
        from config.schema.catalog import sqlite

        return sqlite.snapshot(connection, tables)
    raise SnapshotError(
        f"The schema guard reads PostgreSQL and SQLite, not {connection.vendor}; "
        f"leave {connection.alias!r} out of SCHEMA['DATABASES']."
    )
