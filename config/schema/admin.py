"""The schema in Django's admin: one page with the verdict and everything behind it, and the logs.

Plain django.contrib.admin, like the rest of this app, so that it works in any project.
"""

import os
import socket
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db import DatabaseError, connections, models, transaction
from django.db.migrations.exceptions import NodeNotFoundError
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils import timezone

from config.schema import guard, history, processes, watch
from config.schema.catalog import Column, Snapshot, SnapshotError, snapshot
from config.schema.conf import guarded_databases
from config.schema.findings import Finding, Report
from config.schema.models import AdoptionEntry, AlembicVersion, ProcessVerification, SchemaRepair, VerifiedSchema
from config.schema.shadow import ShadowError

LATEST = 10
PROCESSES = 50
# Repairs run several statements each, a table that SQLite makes anew about ten.
STATEMENTS = 500
# Between two statements of one repair there is less.
PAUSE = timedelta(seconds=10)

if TYPE_CHECKING:
    _ModelAdmin = admin.ModelAdmin[models.Model]
else:
    _ModelAdmin = admin.ModelAdmin


class LogAdmin(_ModelAdmin):
    """Rows that only the guard writes."""

    show_full_result_count = False

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        return False


@admin.register(AdoptionEntry)
class AdoptionEntryAdmin(LogAdmin):
    list_display = ("table", "column", "action", "rows", "detail", "at")
    list_filter = ("action", "table")
    search_fields = ("table", "column", "detail")


@admin.register(SchemaRepair)
class SchemaRepairAdmin(LogAdmin):
    list_display = ("at", "finding", "place", "outcome", "seconds", "run_by")
    list_filter = ("finding", "at")
    search_fields = ("place", "sql")


@admin.register(AlembicVersion)
class AlembicVersionAdmin(LogAdmin):
    list_display = ("recorded_at", "versions")


@dataclass(frozen=True)
class AppRevision:
    """How far the migrations of an app are applied."""

    app: str
    applied: str
    on_disk: str
    missing: tuple[str, ...]


@dataclass(frozen=True)
class ColumnState:
    name: str
    expected: str
    actual: str
    findings: tuple[Finding, ...]


@dataclass(frozen=True)
class TableState:
    """A table, its columns, and the findings about neither of them in particular."""

    name: str
    model: str
    columns: tuple[ColumnState, ...]
    findings: tuple[Finding, ...]

    @property
    def in_line(self) -> bool:
        return not self.findings and not any(column.findings for column in self.columns)


@admin.register(VerifiedSchema)
class VerifiedSchemaAdmin(LogAdmin):
    """Its list is the page about the schema."""

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        if not self.has_view_permission(request):
            raise PermissionDenied
        using = request.GET.get("database", guarded_databases()[0])
        if using not in guarded_databases():
            raise Http404(f"The guard watches no database {using!r}.")
        context = {**self.admin_site.each_context(request), "opts": self.opts, "title": "State of the schema"}
        return TemplateResponse(request, "schema/report.html", context | page(using) | (extra_context or {}))


def page(using: str) -> dict[str, Any]:
    """What the page about a database shows, from a full comparison made now.

    A part that a broken schema makes unreadable says so; the others are shown all the same.
    """
    report = guard.compare(using)
    return {
        "report": report,
        "looked_at": timezone.now(),
        "process": f"process {os.getpid()} on {socket.gethostname()}",
        "databases": guarded_databases(),
        "revisions": _revisions(using),
        "processes": latest(ProcessVerification.objects.using(using), PROCESSES),
        "processes_unrecorded": processes.failure(using),
        "verified": latest(VerifiedSchema.objects.using(using).order_by("-verified_at").defer("expected")),
        "adoption": latest(AdoptionEntry.objects.using(using).order_by("-id")),
        "watch": _watch(using),
        "repairs": _repairs(using),
        **_states(using, report),
    }


@dataclass(frozen=True)
class Part:
    """Rows for the page, or why they cannot be read."""

    rows: tuple[Any, ...] = ()
    unreadable: str = ""


def latest(rows: QuerySet[Any], limit: int = LATEST) -> Part:
    """The first rows."""
    try:
        with transaction.atomic(rows.db):
            return Part(tuple(rows[:limit]))
    except DatabaseError as error:
        return Part(unreadable=str(error))


@dataclass(frozen=True)
class Repair:
    """What one run did about one finding; `last` is its last statement, whose outcome is the repair's."""

    last: SchemaRepair
    statements: int


def _repairs(using: str) -> Part:
    found = latest(SchemaRepair.objects.using(using).order_by("-id").defer("sql"), STATEMENTS)
    return Part(tuple(grouped(found.rows)[:LATEST]), found.unreadable)


def grouped(rows: Iterable[SchemaRepair]) -> list[Repair]:
    """The statements, the newest first, by the repair that ran them."""
    runs: list[list[SchemaRepair]] = []
    for row in rows:
        if runs and _follows(runs[-1][-1], row):
            runs[-1].append(row)
        else:
            runs.append([row])
    return [Repair(run[0], len(run)) for run in runs]


def _follows(later: SchemaRepair, earlier: SchemaRepair) -> bool:
    """Whether the later statement began when the earlier one of the same repair had ended."""
    same = (later.finding, later.place, later.run_by) == (earlier.finding, earlier.place, earlier.run_by)
    return same and later.at - timedelta(seconds=later.seconds) - earlier.at < PAUSE


def _watch(using: str) -> Part | None:
    """Who changed the schema outside of migrate; None where nobody watches."""
    connection = connections[using]
    if connection.vendor != "postgresql":
        return None
    try:
        with transaction.atomic(using):
            entries = watch.log(connection, LATEST)
    except DatabaseError as error:
        return Part(unreadable=str(error))
    return None if entries is None else Part(tuple(entries))


def _revisions(using: str) -> Part:
    try:
        return Part(tuple(revisions(using)))
    except (history.HistoryUnreadableError, NodeNotFoundError) as error:
        return Part(unreadable=str(error))


def revisions(using: str) -> list[AppRevision]:
    """Applied against on disk, for each app with migrations, those that lack some first."""
    rows = history.recorded_rows(connections[using])
    loader = history.HistoryLoader(row.key for row in rows)
    labels = history.migratable_apps(using)
    on_disk: dict[str, list[str]] = defaultdict(list)
    for app, name in loader.graph.nodes:
        if app in labels:
            on_disk[app].append(name)
    found = [_revision(app, sorted(names), loader.applied_migrations) for app, names in on_disk.items()]
    return sorted(found, key=lambda revision: (not revision.missing, revision.app))


def _revision(app: str, names: list[str], applied: Iterable[tuple[str, str]]) -> AppRevision:
    done = [name for name in names if (app, name) in applied]
    return AppRevision(app, done[-1] if done else "none", names[-1], tuple(name for name in names if name not in done))


def _states(using: str, report: Report) -> dict[str, Any]:
    """Every table with its state, or why that cannot be told."""
    try:
        wanted = guard.expected(using)
        actual = snapshot(connections[using], wanted.tables.keys())
    except (ShadowError, SnapshotError, DatabaseError) as error:
        return {"tables": (), "tables_unknown": str(error)}
    return {"tables": table_states(wanted, actual, report.findings), "server": f"{actual.engine} {actual.version}"}


def table_states(wanted: Snapshot, actual: Snapshot, findings: Iterable[Finding]) -> list[TableState]:
    """Each expected table beside the actual one, with the findings about it; those with findings first."""
    about: dict[tuple[str, str | None], list[Finding]] = defaultdict(list)
    for finding in findings:
        about[finding.table, finding.column].append(finding)
    states = []
    for name, table in wanted.tables.items():
        live = actual.tables.get(name)
        columns = []
        for column in table.columns:
            found = live.column(column.name) if live else None
            state = ColumnState(column.name, _words(column), _words(found), tuple(about.pop((name, column.name), ())))
            columns.append(state)
        # What is left of a table's findings is about its columns that no model knows, its indexes and constraints.
        rest = [finding for key, items in about.items() if key[0] == name for finding in items]
        states.append(TableState(name, table.model or "", tuple(columns), tuple(rest)))
    return sorted(states, key=lambda state: (state.in_line, state.name))


def _words(column: Column | None) -> str:
    if column is None:
        return "missing"
    return f"{column.type}{'' if column.nullable else ' NOT NULL'}"
