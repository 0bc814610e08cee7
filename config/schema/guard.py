"""The verdict: is this database in line with the code?"""

from __future__ import annotations

import json
import logging
from collections.abc import Iterable
from contextlib import nullcontext
from dataclasses import dataclass, replace
from functools import cache, lru_cache
from typing import Any

from django.db import DatabaseError, InterfaceError, ProgrammingError, connections, transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.migrations.exceptions import NodeNotFoundError
from django.utils import timezone

from config.schema import alembic, history, ignore, rows, unknown
from config.schema.catalog import Other, Snapshot, SnapshotError, Trigger, snapshot
from config.schema.compare import differences, renames
from config.schema.conf import is_registered, schema_settings
from config.schema.findings import Finding, Report
from config.schema.fingerprint import fingerprint, fingerprint_query, graph_digest, server_version
from config.schema.fingerprint import forget as forget_fingerprints
from config.schema.models import AlembicVersion, VerifiedSchema
from config.schema.progress import MISSING, Progress, sent_to_migrate
from config.schema.shadow import ShadowError, expectation

logger = logging.getLogger(__name__)

#: What keeps a verdict from being reached: `cannot_tell` makes a finding of it.
FAILURES = (DatabaseError, InterfaceError, SnapshotError, ShadowError, NodeNotFoundError)

# The subject of what SCHEMA["OBJECTS"] may name, where it is no object at hand: read from a stored entry.
_REGISTRABLE = "made outside the models"
_LOOKS = 3

# What a database that is ahead of the code may differ in: this code still works on it.
_WORKS_WHEN_AHEAD = frozenset({"schema.E014", "schema.E016", "schema.E018", "schema.W002", "schema.W003"})

#: What this process itself has found for a fingerprint that it has compared, free of errors at that time, by alias.
_compared: dict[tuple[str, str], tuple[Finding, ...]] = {}
#: The expectations that this process has built, by alias and server: the migrations do not change while it runs.
_expected: dict[tuple[str, str], Snapshot] = {}


@dataclass(frozen=True, slots=True)
class _Start:
    """What the one query of a start has found; `past` is what is wrong with the history.

    `known` is what a comparison found for this fingerprint, registered and ignored objects included: SCHEMA may say
    something else about them by now.
    """

    fingerprint: str
    known: tuple[Finding, ...] | None
    adopted: bool
    past: tuple[Finding, ...] = ()


def verify(using: str = "default") -> Report:
    """The start check: the history and the live fingerprint, in one query.

    A fingerprint that is not the stored one, or no stored entry, leads to `compare`. In a database that
    was adopted `alembic_version` is read as well, whose rows are no part of the schema.
    A database that cannot be reached or read is a report with schema.E000, never an exception.
    """
    connection = connections[using]
    try:
        start = _start(connection, with_history=_has_history(using))
        if _unreadable(start.past):
            return Report.of(start.past, using)
        if start.known is None:
            return _compare_and_remember(connection, start.fingerprint)
        changed = alembic.findings(connection, present=True) if start.adopted else ()
        told = _told((*start.past, *model_changes(), *start.known, *changed))
        return Report.of(told, using, start.fingerprint)
    except FAILURES as error:
        return Report.of([cannot_tell(using, error)], using)


def verified(using: str = "default") -> bool:
    """Whether the live fingerprint is one that a full comparison has found free of errors.

    One query on the caller's connection, inside its transaction if there is one.
    Raises DatabaseError when the database cannot be read.
    """
    known = _start(connections[using]).known
    return known is not None and not any(finding.is_error for finding in _told(known))


def compare(using: str = "default") -> Report:
    """Always the full comparison of the live database with the shadow, the history and the models.

    A database that cannot be reached or read is a report with schema.E000, never an exception.
    """
    try:
        return _compare(connections[using]).report(using)
    except FAILURES as error:
        return Report.of([cannot_tell(using, error)], using)


def expected(using: str = "default") -> Snapshot:
    """What the migrations on disk make, read back from the shadow.

    Where the server lets none be built (a standby, a role without TEMP) it is the snapshot that an earlier
    comparison stored for these migrations and this server. Raises ShadowError when there is none either, and
    NodeNotFoundError when a migration's file is missing.
    """
    connection = connections[using]
    try:
        return _built(connection)
    except ShadowError as error:
        stored = _stored(connection)
        if stored is None:
            raise ShadowError(f"the expectation cannot be built ({error}), and none is stored") from error
        return Snapshot.from_json(stored)


def store_verified(using: str = "default") -> Report:
    """A full comparison; stores expectation and fingerprint when it finds nothing worse than warnings.

    `migrate` calls it at its end. Returns the comparison's report. Nothing is stored while the database is ahead
    of the code: what is forgiven then must not be forgiven later.
    """
    connection = connections[using]
    try:
        before = fingerprint(connection)
        comparison = _compare(connection)
        report = comparison.report(using, before)
        if report.ok and not _is_ahead(report.findings) and fingerprint(connection) == before:
            _store_if_allowed(connection, before, comparison)
    except FAILURES as error:
        return Report.of([cannot_tell(using, error)], using)
    return report


def forget() -> None:
    """Drops what this process remembers; for tests that change models or databases under its feet."""
    _compared.clear()
    _expected.clear()
    model_changes.cache_clear()
    _judged.cache_clear()
    _has_history.cache_clear()
    forget_fingerprints()


@cache
def _has_history(alias: str) -> bool:
    """Whether a router lets anything be migrated there; routers do not change while the process runs."""
    return bool(history.migratable_apps(alias))


@cache
def model_changes() -> tuple[Finding, ...]:
    """The model changes without a migration (E003); the models do not change while the process runs."""
    return tuple(history.model_changes())


def _past(connection: BaseDatabaseWrapper) -> tuple[Finding, ...]:
    """What is wrong with the history: read each time, judged anew only when a row has changed."""
    if not history.migratable_apps(connection.alias):
        return ()
    try:
        return _judged(connection.alias, tuple(history.recorded_rows(connection)))
    except history.HistoryUnreadableError as error:
        return (error.finding,)


@lru_cache(maxsize=8)
def _judged(alias: str, rows: tuple[history.Row, ...]) -> tuple[Finding, ...]:
    return tuple(history.judge(alias, rows))


def cannot_tell(using: str, error: Exception) -> Finding:
    """Why there is no verdict: schema.E002 where a migration's file is missing, schema.E000 for all else."""
    return history.broken_graph(using, error) if isinstance(error, NodeNotFoundError) else unreachable(using, error)


def unreachable(using: str, error: Exception) -> Finding:
    """schema.E000: nothing can be said about the schema, which is not the same as drift."""
    return Finding(
        id="schema.E000",
        database=using,
        expected="a database that answers",
        actual=" ".join(str(error).split()) or type(error).__name__,
        breaks="everything; whether the schema is in line is not known",
        command="check DATABASE_URL, the server, and the rights of its role; then start again",
    )


def _unreadable(found: Iterable[Finding]) -> bool:
    return any(finding.id == "schema.E000" for finding in found)


def _is_ahead(found: Iterable[Finding]) -> bool:
    return any(finding.id == "schema.W001" for finding in found)


@dataclass(frozen=True, slots=True)
class _Comparison:
    """What a full comparison has found: in the history, and between the snapshots."""

    past: tuple[Finding, ...]
    found: tuple[Finding, ...] = ()
    wanted: Snapshot | None = None

    def report(self, using: str, live: str = "") -> Report:
        return Report.of(_told((*self.past, *model_changes(), *self.found)), using, live)


def _built(connection: BaseDatabaseWrapper) -> Snapshot:
    """The expectation from the shadow, built once in a process. Raises ShadowError."""
    key = connection.alias, server_version(connection)
    if key not in _expected:
        _expected[key] = expectation(connection)
    return _expected[key]


def _compare(connection: BaseDatabaseWrapper) -> _Comparison:
    past = _past(connection)
    if _unreadable(past):
        return _Comparison(past)
    wanted = expected(connection.alias)
    actual, found = _settled(connection, wanted)
    found += rows.broken_promises(connection, wanted, actual)
    own = actual.tables.get(AlembicVersion._meta.db_table)
    if own and all(column.readable for column in own.columns) and alembic.adopted(connection):
        found += alembic.findings(connection, present=any(o.name == alembic.TABLE for o in actual.others))
    found = _with_progress(connection, found, wanted, past)
    return _Comparison(past, tuple(_softened(found, wanted, past)), wanted)


def _settled(connection: BaseDatabaseWrapper, wanted: Snapshot) -> tuple[Snapshot, list[Finding]]:
    """The live snapshot and what differs; an error only if a second look shows it, too.

    The server puts expressions into the words of this moment, not of that of the snapshot: while somebody changes the
    schema they fit no other. Raises SnapshotError when that goes on.
    """
    actual, found = _look(connection, wanted)
    for _ in range(_LOOKS):
        errors = {(finding.id, finding.place) for finding in found if finding.is_error}
        if not errors:
            return actual, found
        actual, found = _look(connection, wanted)
        if errors == {(finding.id, finding.place) for finding in found if finding.is_error}:
            return actual, found
    raise SnapshotError(f"the schema was changed while it was compared, {_LOOKS} times: ask again")


def _look(connection: BaseDatabaseWrapper, wanted: Snapshot) -> tuple[Snapshot, list[Finding]]:
    actual = unknown.judged(connection, wanted, snapshot(connection, wanted.tables.keys()))
    return actual, differences(wanted, actual, connection.alias)


def _compare_and_remember(connection: BaseDatabaseWrapper, live: str) -> Report:
    """A full comparison whose outcome this process keeps for as long as the fingerprint stays `live`."""
    try:
        comparison = _compare(connection)
    except ShadowError as error:
        return Report.of([unreachable(connection.alias, error)], connection.alias)
    if not any(finding.is_error for finding in _told(comparison.found)) and fingerprint(connection) == live:
        _compared[connection.alias, live] = comparison.found
    return comparison.report(connection.alias, live)


def _told(found: Iterable[Finding]) -> list[Finding]:
    """The findings without what SCHEMA['OBJECTS'] and SCHEMA['IGNORE'] say of them now."""
    return ignore.applied(finding for finding in found if not _registered(finding))


def _registrable(finding: Finding) -> bool:
    """Whether it is about an object that somebody may have made on purpose."""
    by_hand = isinstance(finding.subject, Trigger | Other) or finding.subject == _REGISTRABLE
    return finding.id == "schema.W002" or by_hand


def _registered(finding: Finding) -> bool:
    """Whether an object that no model makes is named, with a reason, in SCHEMA['OBJECTS']."""
    if not _registrable(finding):
        return False
    part = finding.name or finding.column
    return is_registered(finding.table, part) if part else any(n == finding.table for n, _ in schema_settings().objects)


def _softened(found: list[Finding], wanted: Snapshot, past: Iterable[Finding]) -> list[Finding]:
    """With migrations of newer code applied, what this code can live with is W001: a rollback must start."""
    ahead = {(finding.name or "").partition(".")[0] for finding in past if finding.id == "schema.W001"}
    if not ahead:
        return found
    apps = {name: (table.model or "").partition(".")[0] for name, table in wanted.tables.items()}
    return [
        _beside_newer(finding) if apps.get(finding.table, next(iter(ahead))) in ahead else finding for finding in found
    ]


def _beside_newer(finding: Finding) -> Finding:
    """What is under another name got it from a migration of the newer code, which needs it there."""
    if renames.STATEMENT in finding.command:
        finding = replace(finding, command="deploy the code that has the newer migrations", detail="")
    if finding.id not in _WORKS_WHEN_AHEAD:
        return finding
    subject = _REGISTRABLE if _registrable(finding) else None
    return replace(finding, id="schema.W001", level="warning", subject=subject)


def _with_progress(
    connection: BaseDatabaseWrapper, found: list[Finding], wanted: Snapshot, past: Iterable[Finding]
) -> list[Finding]:
    """Each with the command that comes first, missing tables and columns with the migration that makes them."""
    behind = any(finding.id == "schema.E001" for finding in past)
    if not behind and not any(finding.id in MISSING for finding in found):
        return found
    try:
        progress = Progress(connection, history.recorded_rows(connection))
    except (history.HistoryUnreadableError, NodeNotFoundError):
        # Which is a finding already, and what has run is not known then.
        return found
    sent = sent_to_migrate(found, wanted, progress) if behind else found
    return [_with_origin(finding, progress) for finding in sent]


def _with_origin(finding: Finding, progress: Progress) -> Finding:
    made = progress.maker(finding)
    if made is None:
        return finding
    state = "is not applied" if made in progress.to_come else "is recorded as applied"
    if made in progress.lost:
        state = "has lost its row, though later ones have theirs"
    detail = "; ".join(filter(None, (f"{'.'.join(made)} makes it and {state}", finding.detail)))
    return replace(finding, detail=detail)


def _start(connection: BaseDatabaseWrapper, *, with_history: bool = False) -> _Start:
    """The live fingerprint, the stored entry for it, and the history where it is asked for: one query."""
    sql, params = fingerprint_query(connection)
    statement = f"""
        SELECT ({sql}), v.fingerprint, v.warnings, EXISTS (SELECT 1 FROM schema_alembic_versions),
               ({history.rows_query(connection) if with_history else "NULL"})
        FROM (SELECT 1) AS always
        LEFT JOIN schema_verified v ON v.alias = %s AND v.graph = %s AND v.server = %s"""
    try:
        # Inside a transaction PostgreSQL survives a failing query only by a savepoint.
        savepoint = transaction.atomic(connection.alias) if connection.in_atomic_block else nullcontext()
        with savepoint, connection.cursor() as cursor:
            cursor.execute(statement, [*params, *_key(connection).values()])
            live, known, warnings, adopted, rows = cursor.fetchone()
    except DatabaseError as error:
        if not _lacks_own_tables(error):
            raise
        return _start_without_entry(connection, with_history)
    past = _judged(connection.alias, tuple(history.rows_of(rows))) if with_history else ()
    if live == known:
        return _Start(live, tuple(Finding(**item) for item in json.loads(warnings)), bool(adopted), past)
    return _Start(live, _compared.get((connection.alias, live)), bool(adopted), past)


def _start_without_entry(connection: BaseDatabaseWrapper, with_history: bool) -> _Start:
    """Where a table that the one query needs is missing or damaged: each by itself, so that what is wrong is said."""
    past = _past(connection) if with_history else ()
    if _unreadable(past):
        return _Start("", (), adopted=False, past=past)
    live = fingerprint(connection)
    return _Start(live, _compared.get((connection.alias, live)), adopted=False, past=past)


def _lacks_own_tables(error: DatabaseError) -> bool:
    """Before the first migrate, and when one of the guard's own tables has been damaged."""
    return isinstance(error, ProgrammingError) or str(error).startswith(("no such table", "no such column"))


def _key(connection: BaseDatabaseWrapper) -> dict[str, str]:
    return {"alias": connection.alias, "graph": graph_digest(), "server": server_version(connection)}


def _stored(connection: BaseDatabaseWrapper) -> str | None:
    """The expectation stored for these migrations and this server, as JSON."""
    try:
        entries = VerifiedSchema.objects.using(connection.alias).filter(**_key(connection))
        return entries.values_list("expected", flat=True).first()
    except DatabaseError as error:
        if _lacks_own_tables(error):
            return None
        raise


def _store_if_allowed(connection: BaseDatabaseWrapper, live: str, comparison: _Comparison) -> None:
    """The verdict does not depend on it: each start compares in full then, which is slower and no less true."""
    try:
        _store(connection, live, comparison)
    except DatabaseError as error:
        reason = " ".join(str(error).split())
        logger.warning("The verdict on database %r could not be stored: %s", connection.alias, reason)


def _store(connection: BaseDatabaseWrapper, live: str, comparison: _Comparison) -> None:
    if comparison.wanted is None or VerifiedSchema._meta.db_table not in comparison.wanted.tables:
        return
    # What alembic_version holds is read anew at each start.
    warnings = [_as_stored(finding) for finding in comparison.found if finding.id != "schema.W004"]
    VerifiedSchema.objects.using(connection.alias).update_or_create(
        defaults={
            "fingerprint": live,
            "expected": comparison.wanted.as_json(),
            "warnings": warnings,
            "verified_at": timezone.now(),
        },
        alias=connection.alias,
        graph=graph_digest(),
        server=server_version(connection),
    )


def _as_stored(finding: Finding) -> dict[str, Any]:
    """What `Finding(**…)` makes the finding of again, registrable if it was."""
    return finding.as_dict() | ({"subject": _REGISTRABLE} if _registrable(finding) else {})
