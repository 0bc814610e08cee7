"""The suppression list in the API."""

from typing import Any

from django.db.models import F, QuerySet
from django.http import FileResponse, Http404, StreamingHttpResponse
from django_filters import filters
from rest_framework import mixins, serializers
from rest_framework.decorators import action
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from config.api import fields
from config.api.exports import csv_response, xlsx_response
from config.api.parameters import CharFilter, StrictFilterSet
from config.api.problems import Problem, as_problem
from config.api.views import ApiViewSet
from prospects import suppression
from prospects.choices import SuppressionKind, SuppressionReason, SuppressionSource
from prospects.exports import SUPPRESSIONS
from prospects.imports.reading import ENCODINGS, SEPARATORS
from prospects.imports.suppressions import read_file
from prospects.models import Suppression
from prospects.suppression import Entry, NotSuppressible
from prospects.views.exports import WHOLE, WORKBOOK

VIEW, ADD, DELETE = (f"prospects.{verb}_suppression" for verb in ("view", "add", "delete"))


@as_problem.register
def _(error: NotSuppressible) -> Problem:
    return Problem(400, "not_suppressible", f"{error} Nothing was added.")


class SuppressionSerializer(serializers.ModelSerializer[Suppression]):
    """An address or a domain that is never written to."""

    created_by: Any = serializers.SlugRelatedField(slug_field="username", read_only=True, allow_null=True)

    class Meta:
        model = Suppression
        fields = ("key", "kind", "value", "reason", "source", "note", "created_at", "created_by")
        read_only_fields = fields


class EntryInput(fields.StrictSerializer):
    value = fields.CharField(max_length=320, help_text="An e-mail address, or a domain with all below it.")
    reason = fields.ChoiceField(choices=SuppressionReason.choices, default=SuppressionReason.OTHER.value)
    note = fields.CharField(max_length=2000, default="", allow_blank=True)


class EntriesInput(fields.StrictSerializer):
    entries = EntryInput(many=True, help_text="At most 1000.")

    def validate_entries(self, entries: list[Any]) -> list[Any]:
        if len(entries) > 1000:
            raise serializers.ValidationError("Must be at most 1000. Import a file for more.")
        return entries


class FileInput(fields.StrictSerializer):
    file = serializers.FileField(
        max_length=255, help_text="CSV or XLSX with a column value, email or domain; reason and note are read too."
    )
    reason = serializers.ChoiceField(
        choices=SuppressionReason.choices,
        default=SuppressionReason.OTHER.value,
        help_text="For rows whose own `reason` is empty or in other words, which then begin the note.",
    )
    encoding = serializers.ChoiceField(choices=ENCODINGS, required=False, default="", help_text="Where it is no UTF-8.")
    separator = serializers.ChoiceField(
        choices=[*SEPARATORS], required=False, default="", help_text="Where the first line leaves a choice."
    )
    sheet = serializers.CharField(required=False, default="", max_length=100)


class Added(serializers.Serializer[Any]):
    added = serializers.IntegerField(help_text="How many were not on the list before.")


class SuppressionFilterSet(StrictFilterSet):
    kind = filters.ChoiceFilter(choices=SuppressionKind.choices)
    reason = filters.ChoiceFilter(choices=SuppressionReason.choices)
    source = filters.ChoiceFilter(choices=SuppressionSource.choices)
    q = CharFilter(field_name="key", lookup_expr="icontains", help_text="A part of the address or domain.")

    class Meta:
        model = Suppression
        fields: tuple[str, ...] = ()


class SuppressionViewSet(mixins.ListModelMixin, ApiViewSet):
    """Who is never written to."""

    permissions = {
        "list": VIEW,
        "create": ADD,
        "destroy": DELETE,
        "export": VIEW,
        "export_workbook": VIEW,
        "upload": ADD,
    }
    queryset = Suppression.objects.select_related("created_by")
    serializer_class = SuppressionSerializer
    input_classes = {"create": EntriesInput}
    filterset_class = SuppressionFilterSet
    orderings = {"created_at": F("created_at"), "key": F("key")}
    default_ordering = ("-created_at",)
    lookup_field = "key"
    # A domain or an address has a dot: so "import" and "export" are no keys.
    lookup_value_regex = r"[^/]*\.[^/]*"

    def create(self, request: Request) -> Response:
        """Add addresses and domains, all or none. Those on the list already stay as they are."""
        entries = [Entry(**entry) for entry in self.body()["entries"]]
        return Response({"added": suppression.add(entries, request.user)}, status=201)

    def get_serializer_class(self) -> Any:
        return Added if self.action == "create" else super().get_serializer_class()

    def destroy(self, request: Request, key: str) -> Response:
        """Take an address or domain, in any of its spellings, off the list: it may be written to again."""
        if not suppression.remove(key):
            raise Http404("It is not on the list.")
        return Response(status=204)

    @action(detail=False, url_path="export/csv", **WHOLE)
    def export(self, request: Request) -> StreamingHttpResponse:
        """The list as CSV."""
        return csv_response("suppressions.csv", SUPPRESSIONS, self._rows())

    @action(detail=False, url_path="export/xlsx", **WORKBOOK)
    def export_workbook(self, request: Request) -> FileResponse:
        """The list as an XLSX workbook."""
        return xlsx_response("suppressions.xlsx", SUPPRESSIONS, self._rows())

    @action(
        detail=False,
        methods=["post"],
        url_path="import",
        serializer_class=FileInput,
        answer_class=Added,
        parser_classes=(MultiPartParser,),
    )
    def upload(self, request: Request) -> Response:
        """Add what a CSV or XLSX file lists, all or none.

        A file that leaves a choice (encoding, separator, sheet) is refused with what there is to choose from.
        """
        body = self.body()
        how = {name: body[name] for name in ("encoding", "separator", "sheet")}
        entries = read_file(body["file"].name, body["file"].read(), body["reason"], **how)
        return self.answer({"added": suppression.add(entries, request.user, SuppressionSource.IMPORT)})

    def _rows(self) -> QuerySet[Suppression]:
        return self.filter_queryset(Suppression.objects.order_by("key", "pk"))
