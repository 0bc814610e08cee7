"""Prospects: the lists, one prospect, and what may be written to it."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from django.db.models import F, Value
from django.db.models.functions import Coalesce
from rest_framework import mixins, serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from config.api.integrity import proven
from config.api.lists import CheckedPagination, Window
from config.api.parameters import IntegerParameter
from config.api.problems import Problem
from config.api.views import ApiViewSet
from prospects import decisions
from prospects.changes import Cause
from prospects.choices import OFFERED_CATEGORIES
from prospects.etags import etag, matches
from prospects.filters import CategoryFilterSet, ProspectFilterSet
from prospects.models import Prospect
from prospects.querysets import best_first
from prospects.serializers import Categories, NewProspect, ProspectEdit, ProspectSerializer

VIEW = "prospects.view_prospect"
ADD = "prospects.add_prospect"
CHANGE = "prospects.change_prospect"
DELETE = "prospects.delete_prospect"
_NEVER = datetime.min.replace(tzinfo=UTC)

# No expression may be NULL: databases disagree on where NULL sorts, and a cursor could not compare with it.
ORDERINGS = {
    "score": best_first(),
    "created_at": F("created_at"),
    "updated_at": F("updated_at"),
    "last_sent": Coalesce("last_sent", Value(_NEVER)),
    "domain": F("domain_key"),
}


#: A list in the plain shape, newest first.
FLAT: dict[str, Any] = {
    "listing": "page",
    "filterset_class": CategoryFilterSet,
    "pagination_class": CheckedPagination,
    "default_ordering": ("-created_at",),
}


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
    schema_prefix = "NestedPaginated"

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


class ProspectViewSet(mixins.ListModelMixin, ApiViewSet):
    """Prospects of every source, the best score first."""

    permissions = {
        "list": VIEW,
        "retrieve": VIEW,
        "create": ADD,
        "partial_update": CHANGE,
        "destroy": DELETE,
        "leads": VIEW,
        "scraped_emails": VIEW,
        "categories": VIEW,
    }
    queryset = Prospect.objects.all()
    serializer_class = ProspectSerializer
    input_classes = {"create": NewProspect, "partial_update": ProspectEdit}
    tagged = frozenset({"retrieve", "create", "partial_update"})
    pagination_class = NestedPagination
    filterset_class = ProspectFilterSet
    orderings = ORDERINGS
    default_ordering = ("-score", "-created_at")

    def retrieve(self, request: Request, pk: UUID) -> Response:
        """One prospect, with the `ETag` that a change of it needs."""
        return shown(self.get_object())

    def create(self, request: Request) -> Response:
        """Add a prospect. 409 when the web site or profile is there already."""
        prospect = decisions.add(self.body(), Cause(user=request.user))
        return shown(prospect, status=201)

    def partial_update(self, request: Request, pk: UUID) -> Response:
        """Change fields of a prospect that has not changed since it was read. 409 when another is the same."""
        header = request.headers.get("If-Match")
        if header is None:
            detail = "Send the ETag of the prospect you have read as If-Match, so that no change of others is lost."
            raise Problem(428, "if_match_required", detail)
        prospect = decisions.edit(
            pk,
            self.body(),
            Cause(user=request.user),
            unless_stale=lambda row: matches(header, etag(row)),
        )
        return shown(prospect)

    def destroy(self, request: Request, pk: UUID) -> Response:
        """Delete a prospect that was never written to. 409 when a mail has gone out to it."""
        decisions.delete([pk], Cause(user=request.user))
        return Response(status=204)

    @action(detail=False, **FLAT)
    def leads(self, request: Request) -> Response:
        """Scraped and approved web sites with an e-mail, without a draft and not sent."""
        return self.paged(Prospect.objects.leads())

    @action(detail=False, url_path="scraped-emails", **FLAT)
    def scraped_emails(self, request: Request) -> Response:
        """Web sites that were scraped and have an e-mail."""
        return self.paged(Prospect.objects.scraped_emails())

    @action(detail=False, answer_class=Categories)
    def categories(self, request: Request) -> Response:
        """Every category that prospects have, and those that the pages offer."""
        found = proven_categories()
        every = sorted({*found, *OFFERED_CATEGORIES})
        return self.answer({"categories": every, "count": len(every), "from_database": len(found)})


def shown(prospect: Prospect, status: int = 200) -> Response:
    return Response(ProspectSerializer(prospect).data, status=status, headers={"ETag": etag(prospect)})


def proven_categories() -> list[str]:
    """The categories of all prospects; that there are none is proven like an empty list."""
    prospects = Prospect.objects.all()
    with proven(prospects.db) as proof:
        found = [name for name in prospects.categories() if name]
        if not found and not prospects.count():
            proof.of_emptiness()
    return found
