"""Imports as a resource: upload, preview, run, report, revert."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.db.models import F
from django.http import Http404, StreamingHttpResponse
from django_filters import filters
from rest_framework import mixins
from rest_framework.decorators import action
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from config.api.exports import streamed
from config.api.parameters import StrictFilterSet
from config.api.problems import Problem, as_problem
from config.api.views import ApiViewSet
from pipeline import imports as import_jobs
from pipeline.imports.serializers import (
    ImportInput,
    ImportRowSerializer,
    ImportSerializer,
    PreviewInput,
    Reverted,
)
from prospects import imports
from prospects.changes import Cause
from prospects.choices import ImportStatus, RowStatus
from prospects.imports import ImportConflict, ImportRefused
from prospects.models import Import, ImportRow

VIEW, ADD, CHANGE = (f"prospects.{verb}_import" for verb in ("view", "add", "change"))


@as_problem.register
def _(error: ImportRefused) -> Problem:
    members: Mapping[str, Any] = {"asks_for": error.asks_for} if error.asks_for else {}
    return Problem(400, "import_refused", str(error), **members)


@as_problem.register
def _(error: ImportConflict) -> Problem:
    return Problem(409, "refused", str(error))


class ImportFilterSet(StrictFilterSet):
    status = filters.ChoiceFilter(choices=ImportStatus.choices)

    class Meta:
        model = Import
        fields: tuple[str, ...] = ()


class RowFilterSet(StrictFilterSet):
    status = filters.ChoiceFilter(choices=RowStatus.choices)
    planned = filters.ChoiceFilter(choices=RowStatus.choices)

    class Meta:
        model = ImportRow
        fields: tuple[str, ...] = ()


class ImportViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, ApiViewSet):
    """Files of prospects."""

    permissions = {
        "list": VIEW,
        "retrieve": VIEW,
        "create": ADD,
        "preview": CHANGE,
        "start": CHANGE,
        "revert": CHANGE,
        "refused": VIEW,
    }
    queryset = Import.objects.all()
    serializer_class = ImportSerializer
    input_classes = {"create": ImportInput}
    filterset_class = ImportFilterSet
    orderings = {"created_at": F("created_at")}
    default_ordering = ("-created_at",)

    def get_parsers(self) -> list[Any]:
        # Asked for before the action is known: a file is uploaded, all else is JSON.
        action = getattr(self, "action", None) or self.action_map.get((self.request.method or "").lower())
        return [MultiPartParser()] if action == "create" else super().get_parsers()

    def create(self, request: Request) -> Response:
        """Upload a CSV or XLSX file; nothing is imported yet. The answer has its columns and a mapping to start from.

        A file that leaves a choice (encoding, separator, sheet) is refused with what there is to choose from.
        """
        body = self.body()
        of = imports.upload(
            body["file"].name,
            body["file"].read(),
            request.user,
            encoding=body["encoding"],
            separator=body["separator"],
            sheet=body["sheet"],
        )
        return Response(self.get_serializer(of).data, status=201)

    @action(detail=True, methods=["post"], serializer_class=PreviewInput, answer_class=ImportSerializer)
    def preview(self, request: Request, pk: UUID) -> Response:
        """Say what every row would do, without doing it. A large file is read by a job: then status is `previewing`.

        When another preview is begun meanwhile, that one counts and this answers 409.
        """
        of, body = self._import(pk), self.body()
        imports.configure(
            of, body.get("mapping", of.mapping), body.get("mode", of.mode), body.get("overwrite", of.overwrite)
        )
        import_jobs.start_preview(of, Cause(user=request.user))
        return self.answer(self._import(pk))  # type: ignore[arg-type]  # serializers take rows as well

    @action(detail=True, methods=["post"], url_path="run", serializer_class=None, answer_class=ImportSerializer)
    def start(self, request: Request, pk: UUID) -> Response:
        """Do what the preview showed, as a job: `job_id` tells which. 409 unless the import is `previewed`."""
        import_jobs.start(self._import(pk), Cause(user=request.user))
        return self.answer(self._import(pk))  # type: ignore[arg-type]

    @action(detail=True, methods=["post"], serializer_class=None, answer_class=Reverted)
    def revert(self, request: Request, pk: UUID) -> Response:
        """Delete what the import created and put back what it changed: all of it, or nothing when anything was
        changed since."""
        counts = import_jobs.revert(self._import(pk), Cause(user=request.user))
        return self.answer({"deleted": counts.get("deleted", 0), "restored": counts.get("restored", 0)})

    @action(detail=True, url_path="refused/csv", listing="whole", serializer_class=None, filterset_class=None)
    def refused(self, request: Request, pk: UUID) -> StreamingHttpResponse:
        """The refused rows as CSV with what is wrong in a first column, to be corrected and uploaded again."""
        return streamed("refused.csv", imports.refused_rows(self._import(pk)))

    def _import(self, pk: UUID) -> Import:
        found = Import.objects.filter(pk=pk).first()
        if found is None:
            raise Http404("There is no import with this id.")
        return found


class ImportRowViewSet(ApiViewSet):
    """The rows of an import, in the file's order."""

    permissions = {"rows": VIEW}
    queryset = ImportRow.objects.all()
    serializer_class = ImportRowSerializer
    filterset_class = RowFilterSet

    @action(
        detail=False, url_path="(?P<import_id>[^/.]+)/rows", listing="page", orderings={"number": F("number")},
        default_ordering=("number",),
    )  # fmt: skip
    def rows(self, request: Request, import_id: UUID) -> Response:
        """The rows of an import, in the file's order."""
        if not Import.objects.filter(pk=self.kwargs["import_id"]).exists():
            raise Http404("There is no import with this id.")
        return self.paged(ImportRow.objects.filter(of=self.kwargs["import_id"]))
