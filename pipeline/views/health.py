"""Whether code and database are in line, for people with the permission to see it."""

from typing import Any

from django.conf import settings
from django.db import connection, models
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from config.api.permissions import AUTHENTICATED
from config.api.problems import Problem
from config.api.views import ApiViewSet
from config.schema import guard
from config.schema.findings import Report
from config.schema.models import AlembicVersion
from pipeline.models import DiscoveryQuery, EmailLog, Job, Setting
from prospects.models import Prospect

_OLD_TABLES: tuple[type[models.Model], ...] = (Prospect, Job, EmailLog, Setting, DiscoveryQuery)


class FindingSerializer(serializers.Serializer[Any]):
    id = serializers.CharField()
    level = serializers.CharField()
    place = serializers.CharField()
    expected = serializers.CharField()
    actual = serializers.CharField()
    breaks = serializers.CharField()
    command = serializers.CharField()


class SchemaHealth(serializers.Serializer[Any]):
    """The state of the schema. The first nine fields speak of `prospects` as the older system did."""

    status = serializers.ChoiceField(choices=["ok", "error"])
    alembic_revision = serializers.CharField(allow_null=True, help_text="As it was at adoption.")
    database_name = serializers.CharField()
    db_columns = serializers.ListField(child=serializers.CharField())
    model_columns = serializers.ListField(child=serializers.CharField())
    schema_match = serializers.BooleanField(help_text="No finding is an error.")
    all_tables_valid = serializers.BooleanField()
    missing_columns = serializers.ListField(child=serializers.CharField())
    extra_columns = serializers.ListField(child=serializers.CharField())
    findings = FindingSerializer(many=True)


class HealthViewSet(ApiViewSet):
    permissions = {"schema_health": "schema.view_verifiedschema", "migrate": AUTHENTICATED}

    @action(detail=False, url_path="schema", answer_class=SchemaHealth)
    def schema_health(self, request: Request) -> Response:
        """The guard's findings. 500 with the same members when there are errors."""
        health = SchemaHealth(state_of_schema(guard.verify())).data
        if health["status"] == "error":
            places = ", ".join(finding["place"] for finding in health["findings"] if finding["level"] == "error")
            health.pop("status")
            raise Problem(500, "schema_mismatch", f"The database does not match this code: {places}.", **health)
        return Response(health)

    @action(
        detail=False,
        methods=["post"],
        serializer_class=None,
        always_fails=True,
        further_problems=(410,),
    )
    def migrate(self, request: Request) -> Response:
        """Gone: a web request cannot change the schema."""
        raise Problem(410, "gone", "The schema is changed by `python manage.py migrate` on the server, and only there.")


def state_of_schema(report: Report) -> dict[str, Any]:
    with connection.cursor() as cursor:
        tables = set(connection.introspection.table_names(cursor))
        columns = columns_of(Prospect._meta.db_table) if Prospect._meta.db_table in tables else []
    recorded = AlembicVersion.objects.first()
    expected = [field.column for field in Prospect._meta.concrete_fields]
    return {
        "status": "ok" if report.ok else "error",
        "alembic_revision": ", ".join(recorded.versions) if recorded else None,
        "database_name": str(settings.DATABASES["default"]["NAME"]).rpartition("/")[2],
        "db_columns": columns,
        "model_columns": expected,
        "schema_match": report.ok,
        "all_tables_valid": all(model._meta.db_table in tables for model in _OLD_TABLES),
        "missing_columns": sorted(set(expected) - set(columns)),
        "extra_columns": sorted(set(columns) - set(expected)),
        "findings": report.findings,
    }


def columns_of(table: str) -> list[str]:
    with connection.cursor() as cursor:
        return [column.name for column in connection.introspection.get_table_description(cursor, table)]
