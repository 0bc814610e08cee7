"""Watches the version table of the tool that managed the database before: a change means it still runs somewhere."""

from __future__ import annotations

from collections.abc import Iterator

from django.db.backends.base.base import BaseDatabaseWrapper

from config.schema.compare.pair import managed
from config.schema.findings import Finding
from config.schema.models import AlembicVersion

TABLE = "alembic_version"


def record_alembic_version(connection: BaseDatabaseWrapper) -> list[str]:
    """Stores what alembic_version holds now, so that a later change is reported; [] without such a table."""
    versions = _versions(connection) if TABLE in connection.introspection.table_names() else []
    AlembicVersion.objects.using(connection.alias).create(versions=versions)
    return versions


def adopted(connection: BaseDatabaseWrapper) -> bool:
    """Whether anything is recorded, which makes `findings` worth asking; without the ORM, as each comparison asks."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT 1 FROM {AlembicVersion._meta.db_table} LIMIT 1")
        return cursor.fetchone() is not None


def findings(connection: BaseDatabaseWrapper, *, present: bool) -> Iterator[Finding]:
    """schema.W004 when alembic_version holds other rows than at adoption. `present`: whether there is such a table."""
    recorded = AlembicVersion.objects.using(connection.alias).first()
    if recorded is None:
        return
    versions = _versions(connection) if present else []
    if versions != recorded.versions:
        yield Finding(
            id="schema.W004",
            database=connection.alias,
            table=TABLE,
            expected=f"{', '.join(recorded.versions) or 'no rows'}, as on {recorded.recorded_at:%Y-%m-%d}",
            actual=", ".join(versions) or "no rows",
            breaks="nothing yet: the old tool still runs somewhere, and may change tables that are no longer its own",
            command=f"stop the old deployment, then {managed('schema diff', connection.alias)}",
        )


def _versions(connection: BaseDatabaseWrapper) -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT version_num FROM alembic_version")
        return sorted(str(row[0]) for row in cursor.fetchall())
