"""What the schema guard keeps in the database."""

from django.db import models
from django.db.models.functions import Now
from django.utils import timezone


class AdoptionEntry(models.Model):
    """One thing that `migrate` found, added, changed or kept aside in a table that was there before."""

    at = models.DateTimeField(default=timezone.now, db_default=Now())
    table = models.CharField()
    column = models.CharField(default="", db_default="")
    action = models.CharField(help_text="One of the actions of config.schema.adoption.report.")
    detail = models.TextField(default="", db_default="")
    rows = models.BigIntegerField(null=True, help_text="How many rows it concerned; NULL where rows do not matter.")
    data = models.JSONField(null=True, help_text="Ids, or whole rows that had to give way.")

    class Meta:
        db_table = "schema_adoption_entries"
        ordering = ("id",)
        verbose_name_plural = "adoption entries"

    def __str__(self) -> str:
        place = f"{self.table}.{self.column}" if self.column else self.table
        return f"{place}: {self.action}"


class VerifiedSchema(models.Model):
    """A schema that a full comparison has found in line, so that a start need only compare fingerprints.

    `expected` comes from the shadow and never from the live database, or the check could not fail.
    """

    alias = models.CharField(help_text="The database alias; routers may give each other tables.")
    graph = models.CharField(help_text="Digest of the migrations on disk and of Django's version.")
    server = models.CharField(help_text="The server's version, whose words the expectation is in.")
    fingerprint = models.CharField(help_text="Computed by the server over the live schema.")
    expected = models.TextField(help_text="The expected snapshot as JSON.")
    warnings = models.JSONField(default=list, help_text="What the comparison reported; never an error.")
    verified_at = models.DateTimeField(default=timezone.now, db_default=Now())

    class Meta:
        db_table = "schema_verified"
        constraints = (models.UniqueConstraint(fields=("alias", "graph", "server"), name="schema_verified_once"),)
        verbose_name = "verified schema"

    def __str__(self) -> str:
        return f"{self.alias}: {self.fingerprint[:12]}"


class SchemaRepair(models.Model):
    """One statement that a repair ran, and what came of it."""

    at = models.DateTimeField(default=timezone.now, db_default=Now())
    finding = models.CharField(help_text="The id of the finding it mends.")
    place = models.CharField(help_text="The object, as the finding names it.")
    sql = models.TextField()
    outcome = models.TextField(help_text="'done', or the server's words.")
    seconds = models.FloatField()
    run_by = models.CharField(help_text="Operating system user and host.")

    class Meta:
        db_table = "schema_repairs"
        ordering = ("-id",)
        verbose_name = "schema repair"

    def __str__(self) -> str:
        return f"{self.finding} {self.place}: {self.outcome}"


class ProcessVerification(models.Model):
    """What a process that serves or works found when it last verified the schema; config.schema.processes writes it."""

    alias = models.CharField(help_text="The database alias under which the process knows this database.")
    host = models.CharField()
    pid = models.BigIntegerField()
    kind = models.CharField(help_text="For example wsgi (gunicorn), asgi (uvicorn), db_worker.")
    version = models.CharField(default="", db_default="", help_text="SCHEMA['VERSION'] of its code.")
    verified_at = models.DateTimeField(default=timezone.now, db_default=Now())
    errors = models.JSONField(default=list, help_text="Ids of the findings; empty when it found the schema in line.")
    warnings = models.JSONField(default=list, help_text="Ids of the warnings.")
    fingerprint = models.CharField(default="", db_default="", help_text="Of the live schema, as it found it.")

    class Meta:
        db_table = "schema_process_verifications"
        ordering = ("-verified_at",)
        constraints = (models.UniqueConstraint(fields=("alias", "host", "pid"), name="schema_process_once"),)
        verbose_name = "verification by a process"
        verbose_name_plural = "verifications by processes"

    def __str__(self) -> str:
        return f"{self.kind} {self.pid}@{self.host}"


class AlembicVersion(models.Model):
    """What the old tool's version table held when the database was adopted."""

    recorded_at = models.DateTimeField(default=timezone.now, db_default=Now())
    versions = models.JSONField(help_text="The rows of alembic_version, sorted.")

    class Meta:
        db_table = "schema_alembic_versions"
        ordering = ("-id",)
        verbose_name = "recorded alembic version"

    def __str__(self) -> str:
        return ", ".join(self.versions)
