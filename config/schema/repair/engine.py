"""Plans repairs for a report and runs them."""

from __future__ import annotations

import getpass
import logging
import re
import socket
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace

from django.db import DatabaseError, connections, transaction
from django.db.backends.base.base import BaseDatabaseWrapper

from config.schema import guard, history
from config.schema.catalog import Check, ForeignKey, Index, Snapshot, snapshot
from config.schema.compare.tables import is_stand_in
from config.schema.conf import schema_settings
from config.schema.findings import Finding, Report
from config.schema.locks import lock_timeout, was_lock_timeout
from config.schema.models import SchemaRepair
from config.schema.progress import Progress
from config.schema.repair import postgresql, sqlite
from config.schema.repair.steps import Refused, Statement, Step
from config.schema.rows import NOT_NULL

logger = logging.getLogger(__name__)

# Tables before columns before what stands on them.
_ORDER = ("schema.E010", "schema.E011", "schema.E017", "schema.E014", "schema.E016", "schema.W003")
_KINDS = (Index, Check, ForeignKey)
_INDEX_BUDGET = "30min"

_COMES_WITH_MIGRATIONS = "it comes with migrations that are not applied: run manage.py migrate first"

_REASONS = {
    "schema.E000": "the database cannot be read",
    "schema.E001": "run manage.py migrate: a repair never stands in for a migration",
    "schema.E002": "manage.py schema history --repair mends rows where the database proves them",
    "schema.E003": "run manage.py makemigrations, then migrate",
    "schema.E012": "nothing is retyped without a migration",
    "schema.E013": "nothing is loosened without a migration",
    "schema.E015": "nothing is dropped or loosened without a migration",
    "schema.E018": "a person decides about rows",
    "schema.E019": "what hides the rows was put there by somebody: nothing is dropped or switched off",
    "schema.W001": "deploy the newer code",
    "schema.W002": "nothing is dropped without a migration",
    "schema.W004": "stop the old deployment",
}


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a run did: statements that ran, the one that failed with the server's words, and the state after it."""

    done: tuple[Statement, ...]
    failed: str
    report: Report


def plan(report: Report) -> list[Step]:
    """A step for each finding of a fresh comparison: statements, or why there are none. Reads, never writes."""
    if any(finding.id == "schema.E000" for finding in report.findings):
        return [Step(finding, refused=_REASONS["schema.E000"]) for finding in report.findings]
    connection, expected = connections[report.database], guard.expected(report.database)
    if not any(finding.id == "schema.E001" for finding in report.findings):
        return plan_for(connection, expected, report.findings)
    progress = Progress(connection, history.recorded_rows(connection))
    brought = [finding for finding in report.findings if progress.brings(finding, expected)]
    due = [finding for finding in report.findings if finding not in brought]
    tables = {**expected.tables, **(progress.expected.tables if progress.expected else {})}
    left = [Step(finding, refused=_COMES_WITH_MIGRATIONS) for finding in brought]
    return [*left, *plan_for(connection, replace(expected, tables=tables), due)]


def plan_for(connection: BaseDatabaseWrapper, expected: Snapshot, findings: Iterable[Finding]) -> list[Step]:
    """The steps that lead from the database as it is to `expected`."""
    live = snapshot(connection, expected.tables.keys())
    kind = sqlite.Planner if connection.vendor == "sqlite" else postgresql.Planner
    planner = kind(connection, expected, live)
    ordered = sorted(findings, key=_rank)
    # Only rows that were found: a search that ran out of time proves nothing, the constraint itself will.
    broken = {(f.table, f.name) for f in ordered if f.id == "schema.E018" and f.is_error}
    # Columns that will not be as expected: what stands on them cannot be made.
    wrong = {(f.table, f.column) for f in ordered if f.id == "schema.E012" and f.is_error}
    steps = []
    for finding in ordered:
        step = _step(planner, finding, broken, wrong)
        if step.refused and finding.id == "schema.E011":
            wrong.add((finding.table, finding.column))
        steps.append(step)
    return [*_without_filled(steps), *planner.finish()]


def _without_filled(steps: list[Step]) -> Iterator[Step]:
    """Rows that hold NULL need nobody's decision where the step for their column fills in what its field declares."""
    filled = {(s.finding.table, s.finding.column) for s in steps if s.finding.id == "schema.E014" and not s.refused}
    for step in steps:
        found = step.finding
        of_nulls = found.id == "schema.E018" and found.subject == NOT_NULL
        yield replace(step, refused="") if of_nulls and (found.table, found.column) in filled else step


def _rank(finding: Finding) -> tuple[bool, int, int, str]:
    """The log of repairs first, so that the others can be kept in it; keys before what refers to them."""
    of_others = finding.table != SchemaRepair._meta.db_table
    order = _ORDER.index(finding.id) if finding.id in _ORDER else -1
    kind = next((place for place, kind in enumerate(_KINDS) if isinstance(finding.subject, kind)), 0)
    return of_others, order, kind, finding.table


def _step(
    planner: postgresql.Planner | sqlite.Planner,
    finding: Finding,
    broken: set[tuple[str, str | None]],
    wrong: set[tuple[str, str | None]],
) -> Step:
    if finding.id not in _ORDER:
        return Step(finding, refused=_REASONS[finding.id])
    if finding.subject is None:
        renamed = finding.id == "schema.E011" and finding.column
        reason = "it was perhaps renamed" if renamed else "no additive change mends it"
        return Step(finding, refused=f"{reason}: {finding.command}")
    if (live := planner.live.tables.get(finding.table)) and is_stand_in(live):
        return Step(finding, refused=f"a {live.kind} stands in its place")
    if finding.name and (finding.table, finding.name) in broken:
        return Step(finding, refused="rows break it (see schema.E018): a person decides about them first")
    if column := next((c for table, c in wrong if table == finding.table and _stands_on(finding.subject, c)), None):
        return Step(finding, refused=f"it stands on {column}, which has to be mended first")
    try:
        return Step(finding, tuple(planner.statements(finding)))
    except Refused as reason:
        return Step(finding, refused=str(reason))


def _stands_on(subject: object, column: str | None) -> bool:
    if isinstance(subject, Index):
        text = f"{' '.join(subject.columns)} {subject.condition or ''} {' '.join(subject.include)}"
    elif isinstance(subject, Check):
        text = subject.expression
    elif isinstance(subject, ForeignKey):
        text = " ".join(subject.columns)
    else:
        return False
    return column is not None and re.search(rf"(?<!\w){re.escape(column)}(?!\w)", text) is not None


def run(using: str, steps: Iterable[Step]) -> Outcome:
    """Runs the statements, each in a short transaction of its own, and compares again.

    Stops at the first statement that fails. Every statement is written to the repairs table. When the comparison
    afterwards finds nothing worse than warnings, the schema is stored as verified.
    """
    done, failed = execute(connections[using], steps)
    return Outcome(done, failed, guard.store_verified(using))


def execute(connection: BaseDatabaseWrapper, steps: Iterable[Step]) -> tuple[tuple[Statement, ...], str]:
    """Runs the statements; those that ran, and what went wrong with the next one ("" if nothing did)."""
    done: list[Statement] = []
    for step in steps:
        try:
            done += _run_step(connection, step)
        except DatabaseError as error:
            return tuple(done), f"{step.finding.id} {step.finding.place}: {' '.join(str(error).split())}"
    return tuple(done), ""


def _run_step(connection: BaseDatabaseWrapper, step: Step) -> Iterator[Statement]:
    if step.together:
        _patiently(lambda: _run_together(connection, step.statements))
        for statement in step.statements:
            _log(connection, step.finding, statement, "done", 0.0)
            yield statement
        return
    for statement in step.statements:
        started = time.monotonic()
        try:
            _run_statement(connection, statement)
        except DatabaseError as error:
            _log(connection, step.finding, statement, str(error), time.monotonic() - started)
            _clear_away(connection, statement)
            raise
        _log(connection, step.finding, statement, "done", time.monotonic() - started)
        yield statement


def _run_statement(connection: BaseDatabaseWrapper, statement: Statement) -> None:
    if statement.alone:
        _run_alone(connection, statement)
    else:
        _patiently(lambda: _run_short(connection, statement.sql))


def _patiently(work: Callable[[], None]) -> None:
    """Waits for a lock only so long that nobody queues behind it, and tries again with a growing pause."""
    retries = schema_settings().lock_retries
    for attempt in range(retries + 1):
        try:
            work()
        except DatabaseError as error:
            if not was_lock_timeout(error) or attempt == retries:
                raise
            time.sleep(0.2 * 2**attempt)
        else:
            return


def _run_short(connection: BaseDatabaseWrapper, sql: str) -> None:
    with transaction.atomic(using=connection.alias):
        if connection.vendor == "postgresql":
            _execute(connection, f"SET LOCAL lock_timeout = {_milliseconds()}")
        _execute(connection, sql)


def _run_together(connection: BaseDatabaseWrapper, statements: Iterable[Statement]) -> None:
    with _foreign_keys_off(connection), transaction.atomic(using=connection.alias):
        for statement in statements:
            _execute(connection, statement.sql)


def _run_alone(connection: BaseDatabaseWrapper, statement: Statement) -> None:
    """A build beside the traffic: nobody waits for it, so that it may wait itself, within a budget of its own.

    It is not tried again: what an interrupted one leaves is an invalid index, which the next repair removes first.
    """
    with lock_timeout(connection, 0):
        _execute(connection, f"SET statement_timeout = '{_INDEX_BUDGET}'")
        try:
            _execute(connection, statement.sql)
        finally:
            if connection.is_usable():
                _execute(connection, "RESET statement_timeout")


def _clear_away(connection: BaseDatabaseWrapper, statement: Statement) -> None:
    """The failure is the one to tell, whatever becomes of this; the next repair finds what is left."""
    if not statement.on_failure:
        return
    try:
        _patiently(lambda: _run_short(connection, statement.on_failure))
    except DatabaseError as error:
        logger.warning("%s failed: %s", statement.on_failure, " ".join(str(error).split()))


def _milliseconds() -> int:
    return int(schema_settings().lock_timeout * 1000)


def _execute(connection: BaseDatabaseWrapper, sql: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql)


@contextmanager
def _foreign_keys_off(connection: BaseDatabaseWrapper) -> Iterator[None]:
    """While a table is made anew nothing may cascade from dropping the old one; only outside of a transaction."""
    if connection.in_atomic_block:
        raise transaction.TransactionManagementError("A repair that makes a table anew cannot run in a transaction.")
    connection.disable_constraint_checking()
    _execute(connection, "PRAGMA legacy_alter_table = ON")
    try:
        yield
    finally:
        _execute(connection, "PRAGMA legacy_alter_table = OFF")
        connection.enable_constraint_checking()


def _log(connection: BaseDatabaseWrapper, finding: Finding, statement: Statement, outcome: str, seconds: float) -> None:
    """A log that cannot be written stops no repair: its table may be the damaged one, or not this role's to write."""
    logger.info("%s %s: %s (%s)", finding.id, finding.place, statement.sql, outcome.strip())
    table = SchemaRepair._meta.db_table
    try:
        with transaction.atomic(using=connection.alias):
            if table in connection.introspection.table_names():
                _keep(connection, finding, statement, outcome.strip(), seconds)
    except DatabaseError as error:
        logger.warning("not kept in %s: %s", table, " ".join(str(error).split()))


def _keep(
    connection: BaseDatabaseWrapper, finding: Finding, statement: Statement, outcome: str, seconds: float
) -> None:
    SchemaRepair.objects.using(connection.alias).create(
        finding=finding.id,
        place=finding.place,
        sql=statement.sql,
        outcome=outcome,
        seconds=round(seconds, 3),
        run_by=f"{getpass.getuser()}@{socket.gethostname()}",
    )
