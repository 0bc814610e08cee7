"""Files of prospects, row by row, and what became of each row."""

import uuid

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models.functions import Now
from django.utils import timezone

from prospects.choices import ImportFormat, ImportMode, ImportStatus, RowStatus
from prospects.models.fields import one_of, status_field
from prospects.models.prospect import Prospect


class Import(models.Model):
    """One uploaded file: how it is read, what it would do, and what it did. See prospects.imports."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    filename = models.CharField()
    format = models.CharField(choices=ImportFormat)
    encoding = models.CharField(default="", db_default="", blank=True, help_text="Of a CSV file.")
    separator = models.CharField(default="", db_default="", blank=True, help_text="Of a CSV file.")
    sheet = models.CharField(default="", db_default="", blank=True, help_text="Of an XLSX file.")
    columns = models.JSONField(help_text="The names in the first line, in their order.")
    mapping = models.JSONField(default=dict, help_text="The prospect's field for each column that is read.")
    mode = status_field(ImportMode, ImportMode.BOTH)
    overwrite = models.JSONField(default=list, help_text="Fields whose present value may be replaced.")
    status = status_field(ImportStatus, ImportStatus.UPLOADED)
    # Who makes the preview: one that is begun later gets a new token, and only its holder can write.
    preview_token = models.UUIDField(null=True, blank=True, editable=False)
    rows_total = models.PositiveIntegerField(default=0, db_default=0)
    planned = models.JSONField(default=dict, help_text="How many rows the preview would create, update, skip, refuse.")
    outcome = models.JSONField(default=dict, help_text="How many rows were created, updated, skipped, refused.")
    job = models.ForeignKey("pipeline.Job", on_delete=models.SET_NULL, null=True, blank=True, related_name="imports")
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    created_at = models.DateTimeField(default=timezone.now, db_default=Now(), editable=False)
    updated_at = models.DateTimeField(auto_now=True, db_default=Now())

    class Meta:
        db_table = "imports"
        ordering = ("-created_at", "id")
        constraints = (
            one_of("format", ImportFormat, "imports_format_valid"),
            one_of("mode", ImportMode, "imports_mode_valid"),
            one_of("status", ImportStatus, "imports_status_valid"),
        )

    def __str__(self) -> str:
        return self.filename


class ImportFile(models.Model):
    """The file's bytes, apart from what lists of imports read."""

    of = models.OneToOneField(Import, on_delete=models.CASCADE, primary_key=True, related_name="file")
    content = models.BinaryField()

    class Meta:
        db_table = "import_files"

    def __str__(self) -> str:
        return str(self.of_id)


class ImportRow(models.Model):
    """One row of a file. `planned` is what the preview said, `status` what was done."""

    of = models.ForeignKey(Import, on_delete=models.CASCADE, db_index=False, related_name="rows")
    number = models.PositiveIntegerField(help_text="From 1, without the line of names and blank lines.")
    line = models.PositiveIntegerField(help_text="The line in the file on which the row begins, from 1.")
    cells = models.JSONField(help_text="The texts as they stand in the file.")
    values = models.JSONField(encoder=DjangoJSONEncoder, help_text="What was read, by field.")
    planned = models.CharField(choices=RowStatus)
    status = status_field(RowStatus, RowStatus.PENDING)
    problems = models.JSONField(default=list, help_text="Why the row is refused: column, value, reason.")
    note = models.TextField(default="", db_default="", blank=True, help_text="Why it was skipped.")
    # The row's story stays when the prospect goes.
    prospect = models.ForeignKey(
        Prospect, on_delete=models.DO_NOTHING, db_constraint=False, null=True, blank=True, db_index=False
    )
    before = models.JSONField(null=True, encoder=DjangoJSONEncoder, help_text="The columns it changed, as they were.")
    after = models.JSONField(null=True, encoder=DjangoJSONEncoder)

    class Meta:
        db_table = "import_rows"
        ordering = ("of", "number")
        constraints = (
            models.UniqueConstraint(fields=("of", "number"), name="import_rows_number"),
            one_of("planned", RowStatus, "import_rows_planned_valid"),
            one_of("status", RowStatus, "import_rows_status_valid"),
        )
        indexes = (
            models.Index(fields=("of", "status", "number"), name="import_rows_status"),
            models.Index(fields=("of", "planned", "number"), name="import_rows_planned"),
            models.Index(fields=("prospect",), name="import_rows_prospect"),
        )

    def __str__(self) -> str:
        return f"line {self.line}: {self.status}"


class ImportMapping(models.Model):
    """The mapping that was used last for files with these columns."""

    columns = models.JSONField()
    columns_key = models.CharField(unique=True, help_text="A digest of the columns' names.")
    mapping = models.JSONField()
    updated_at = models.DateTimeField(auto_now=True, db_default=Now())

    class Meta:
        db_table = "import_mappings"
        ordering = ("-updated_at", "id")

    def __str__(self) -> str:
        return ", ".join(self.columns)
