"""Prospects in the API."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from django.db.models import DecimalField, F, Value
from django.db.models.functions import Coalesce
from rest_framework import mixins, serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from config.api.lists import CheckedPagination, Window
from config.api.parameters import IntegerParameter
from config.api.problems import Problem, as_problem
from config.api.views import ApiViewSet
from prospects.decisions import NotFound, Refused
from prospects.filters import CategoryFilterSet, ProspectFilterSet
from prospects.models import Prospect
from prospects.serializers import ProspectSerializer

VIEW = "prospects.view_prospect"
_NEVER = datetime.min.replace(tzinfo=UTC)

# No expression may be NULL: databases disagree on where NULL sorts, and a cursor could not compare with it.
ORDERINGS = {
    "score": Coalesce("score", Value(-1), output_field=DecimalField(max_digits=5, decimal_places=2)),
    "created_at": F("created_at"),
    "updated_at": F("updated_at"),
    "last_sent": Coalesce("last_sent", Value(_NEVER)),
    "domain": F("domain_key"),
}


@as_problem.register
def _(error: Refused) -> Problem:
    reasons = [{"id": str(pk), "reason": reason} for pk, reason in error.reasons.items()]
    return Problem(409, "refused", f"{error} Nothing was changed.", reasons=reasons)


@as_problem.register
def _(error: NotFound) -> Problem:
    reasons = [{"id": str(pk), "reason": reason} for pk, reason in error.reasons.items()]
    return Problem(404, "not_found", f"{error} Nothing was changed.", reasons=reasons)


class PageWindow(Window):
    page = IntegerParameter(min_value=1, max_value=2**31, required=False, help_text="Counts from 1; excludes `skip`.")

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        attrs = super().validate(attrs)
        if "page" in attrs:
            if {"skip", "cursor"} & set(self.initial_data):
                raise serializers.ValidationError({"page": ["Excludes skip and cursor."]})
            attrs["skip"] = (attrs["page"] - 1) * attrs["limit"]
        return attrs


class NestedPagination(CheckedPagination):
    """The shape that the frontend reads of `GET /api/prospects`."""

    window_class = PageWindow

    def shape(self, data: Sequence[Any]) -> dict[str, Any]:
        flat = super().shape(data)
        page = self.page
        numbers = {"page": page.skip // page.limit + 1, "totalPages": -(-page.total // page.limit)}
        return {"success": True, "data": {**flat, "prospects": data, **numbers}, "error": None}

    def get_paginated_response_schema(self, schema: dict[str, Any]) -> dict[str, Any]:
        flat = super().get_paginated_response_schema(schema)
        flat["properties"] |= {
            "prospects": {**schema, "description": "The same as `data`."},
            "page": {"type": "integer", "minimum": 1},
            "totalPages": {"type": "integer", "minimum": 0},
        }
        flat["required"] = list(flat["properties"])
        properties = {"success": {"type": "boolean", "enum": [True]}, "data": flat, "error": {"type": "null"}}
        return {"type": "object", "properties": properties, "required": list(properties)}


class ProspectViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, ApiViewSet):
    permissions = {"list": VIEW, "retrieve": VIEW, "leads": VIEW, "scraped_emails": VIEW}
    queryset = Prospect.objects.all()
    serializer_class = ProspectSerializer
    pagination_class = NestedPagination
    filterset_class = ProspectFilterSet
    orderings = ORDERINGS
    default_ordering = ("-score", "-created_at")

    @action(
        detail=False,
        listing="page",
        filterset_class=CategoryFilterSet,
        pagination_class=CheckedPagination,
        default_ordering=("-created_at",),
    )
    def leads(self, request: Request) -> Response:
        """Scraped and approved web sites with an e-mail, without a draft and not sent."""
        return self.paged(Prospect.objects.leads())

    @action(
        detail=False,
        url_path="scraped-emails",
        listing="page",
        filterset_class=CategoryFilterSet,
        pagination_class=CheckedPagination,
        default_ordering=("-created_at",),
    )
    def scraped_emails(self, request: Request) -> Response:
        """Web sites that were scraped and have an e-mail."""
        return self.paged(Prospect.objects.scraped_emails())
