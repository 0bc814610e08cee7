"""Imports in the API."""

from typing import Any

from rest_framework import serializers

from config.api import fields
from prospects.choices import ImportMode
from prospects.imports import FIELDS, OVERWRITABLE
from prospects.imports.reading import ENCODINGS, MAX_BYTES, SEPARATORS
from prospects.models import Import, ImportRow


class ImportSerializer(serializers.ModelSerializer[Import]):
    """A file of prospects, how it is read, and what came or would come of its rows."""

    job_id = serializers.UUIDField(read_only=True, allow_null=True)
    planned = serializers.DictField(
        child=serializers.IntegerField(),
        read_only=True,
        help_text="Rows it would create, update, skip, refuse.",
    )
    outcome = serializers.DictField(
        child=serializers.IntegerField(), read_only=True, help_text="Rows created, updated, skipped, refused."
    )
    columns = serializers.ListField(child=serializers.CharField(), read_only=True)
    mapping = serializers.DictField(
        child=serializers.CharField(), read_only=True, help_text="The field of each column that is read."
    )
    overwrite = serializers.ListField(child=serializers.CharField(), read_only=True)

    class Meta:
        model = Import
        fields = (
            "id",
            "filename",
            "format",
            "encoding",
            "separator",
            "sheet",
            "columns",
            "mapping",
            "mode",
            "overwrite",
            "status",
            "rows_total",
            "planned",
            "outcome",
            "job_id",
            "created_at",
            "updated_at",
        )
        read_only_fields = fields


class ImportInput(fields.StrictSerializer):
    file = serializers.FileField(max_length=255, help_text="CSV or XLSX, at most 20 MB.")
    encoding = serializers.ChoiceField(choices=ENCODINGS, required=False, default="", help_text="Where it is no UTF-8.")
    separator = serializers.ChoiceField(
        choices=[*SEPARATORS], required=False, default="", help_text="Where the first line leaves a choice."
    )
    sheet = serializers.CharField(required=False, default="", max_length=100)

    def validate_file(self, file: Any) -> Any:
        if file.size > MAX_BYTES:
            raise serializers.ValidationError("Must be at most 20 MB.")
        return file


class PreviewInput(fields.StrictSerializer):
    """What is left out stays as it was suggested or said before."""

    mapping = serializers.DictField(
        child=serializers.ChoiceField(choices=[*FIELDS]), required=False, help_text="The field of each column."
    )
    mode = fields.ChoiceField(choices=ImportMode.choices, required=False)
    overwrite = serializers.ListField(
        child=serializers.ChoiceField(choices=[*OVERWRITABLE]),
        required=False,
        max_length=len(OVERWRITABLE),
        help_text="Fields whose present value may be replaced; empty ones are filled in any case.",
    )


class RowProblem(serializers.Serializer[Any]):
    column = serializers.CharField()
    value = serializers.CharField()
    reason = serializers.CharField()


class ImportRowSerializer(serializers.ModelSerializer[ImportRow]):
    """One row: what the preview said (`planned`), what became of it (`status`), and why."""

    cells = serializers.ListField(child=serializers.CharField(), read_only=True)
    problems = RowProblem(many=True, read_only=True)
    prospect_id = serializers.UUIDField(read_only=True, allow_null=True)

    class Meta:
        model = ImportRow
        fields = ("number", "line", "cells", "planned", "status", "problems", "note", "prospect_id")
        read_only_fields = fields


class Reverted(serializers.Serializer[Any]):
    deleted = serializers.IntegerField(help_text="Prospects that the import had created.")
    restored = serializers.IntegerField(help_text="Prospects that have their former values again.")
