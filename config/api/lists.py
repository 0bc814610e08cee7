"""The one pagination of all list endpoints: skip/limit or cursor, and a list that cannot lie.

COUNT and SELECT are read in one snapshot and must agree before and after serialising:
`len(rows) == min(limit, max(total - skip, 0))`. A page past the end is empty and honest. An empty list is proven.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from django.core import signing
from django.db import connections
from django.db.models import Count, DateTimeField, ForeignKey, Model, Q, QuerySet, TextField, Value
from django.db.models.expressions import BaseExpression, F
from django.db.models.functions import Cast
from rest_framework import serializers
from rest_framework.pagination import BasePagination
from rest_framework.request import Request
from rest_framework.response import Response

from config.api.integrity import DataIntegrityViolation, Proof, snapshot
from config.api.parameters import ALWAYS_ALLOWED, IntegerParameter

if TYPE_CHECKING:
    # At run time the views need this module first.
    from rest_framework.views import APIView

MAX_LIMIT = 1000
DEFAULT_LIMIT = 50
# From here on the page's keys are found first, from an index alone, and then its rows.
DEEP = 1000
_SALT = "config.api.lists.cursor"


class Window(serializers.Serializer[Any]):
    """Which rows of a list are asked for."""

    skip = IntegerParameter(min_value=0, max_value=2**63 - 1, default=0, help_text="Rows to leave out at the start.")
    limit = IntegerParameter(
        min_value=1, max_value=MAX_LIMIT, default=DEFAULT_LIMIT, help_text="Rows to return at most."
    )
    cursor = serializers.CharField(
        required=False,
        max_length=2000,
        help_text="`next_cursor` of the page before; excludes `skip`. Finds its place however deep it is.",
    )

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if "cursor" in attrs and "skip" in self.initial_data:
            raise serializers.ValidationError({"cursor": ["Excludes skip."]})
        return attrs


class Ordering(serializers.Serializer[Any]):
    """How a list is sorted."""

    ordering = serializers.CharField(
        required=False, max_length=200, help_text="Names separated by commas, each with `-` in front for descending."
    )


@dataclass(frozen=True)
class Term:
    """One part of an ordering: an expression that is never NULL, so that a cursor can compare with it."""

    name: str
    expression: BaseExpression | F
    descending: bool

    @property
    def alias(self) -> str:
        return f"order_{self.name}"

    @property
    def stored(self) -> str:
        return f"stored_{self.name}"

    def after(self, value: Any) -> Q:
        return Q(**{f"{self.alias}__{'lt' if self.descending else 'gt'}": value})


@dataclass(frozen=True)
class Page:
    rows: list[Model]
    total: int
    skip: int
    limit: int

    @property
    def expected(self) -> int:
        return min(self.limit, max(self.total - self.skip, 0))

    def require(self, returned: int) -> None:
        """Raise DataIntegrityViolation unless this many rows are what COUNT promised for the page."""
        if returned != self.expected:
            raise DataIntegrityViolation(self.total, returned, self.expected)


class CheckedPagination(BasePagination):
    """`{data, total, skip, limit, next_cursor}`, checked."""

    window_class: type[Window] = Window
    #: Of the component's name in the API description; another shape needs another one.
    schema_prefix = "Paginated"
    page: Page
    #: The list and its filters.
    asked: str
    #: What the list's cursors belong to.
    signature: str

    def paginate_queryset(  # type: ignore[override]  # of querysets only: a sequence has no COUNT
        self, queryset: QuerySet[Any], request: Request, view: "APIView | None" = None
    ) -> list[Any]:
        self.parameters = self.read_parameters(request)
        self.terms = ordering_terms(request, view)
        self.asked = self._asked(request)
        proof = Proof(queryset.db)
        with snapshot(queryset.db):
            self.page = self._read(queryset)
            self.page.require(sum(map(is_whole, self.page.rows)))
            if self.page.total == 0:
                proof.of_emptiness()
        proof.require()
        return self.page.rows

    def get_paginated_response(self, data: Any) -> Response:
        self.page.require(len(data))
        return Response(self.shape(data))

    def shape(self, data: Sequence[Any]) -> dict[str, Any]:
        page = self.page
        return {
            "data": data,
            "total": page.total,
            "skip": page.skip,
            "limit": page.limit,
            "next_cursor": self._next_cursor(),
        }

    def read_parameters(self, request: Request) -> dict[str, Any]:
        names = self.window_class().get_fields()
        window = self.window_class(data={name: request.query_params[name] for name in names if name in request.GET})
        window.is_valid(raise_exception=True)
        validated: dict[str, Any] = window.validated_data
        return validated

    def _read(self, queryset: QuerySet[Any]) -> Page:
        limit = self.parameters["limit"]
        self.signature = signature(queryset, self.terms, self.asked)
        rows = with_order(queryset, self.terms)
        if cursor := self.parameters.get("cursor"):
            after = after_cursor(rows, self.terms, self.signature, cursor)
            counts = rows.order_by().aggregate(total=Count("*"), remaining=Count("pk", filter=after))
            skip = counts["total"] - counts["remaining"]
            return Page(list(rows.filter(after)[:limit]), counts["total"], skip, limit)
        total = queryset.count()
        skip = self.parameters["skip"]
        # An offset past the end is no more than the end: if there is a row after it, COUNT was wrong.
        return Page(fetch(rows, min(skip, total), limit), total, skip, limit)

    def _asked(self, request: Request) -> str:
        """Which list this is and what it is narrowed by: all of the request's address but the window and the order."""
        window = {*self.window_class().get_fields(), *Ordering().get_fields(), *ALWAYS_ALLOWED}
        filters = sorted((name, text) for name, text in request.query_params.items() if name not in window)
        return f"{request.path}?{urlencode(filters)}"

    def _next_cursor(self) -> str | None:
        page = self.page
        if not page.rows or page.skip + len(page.rows) >= page.total:
            return None
        return encode_cursor(self.terms, self.signature, page.rows[-1])

    def get_schema_operation_parameters(self, view: "APIView") -> list[dict[str, Any]]:
        """None here: the view declares Window and Ordering to the API description."""
        return []

    def get_paginated_response_schema(self, schema: dict[str, Any]) -> dict[str, Any]:
        properties: dict[str, Any] = {
            "data": schema,
            "total": {"type": "integer", "minimum": 0, "description": "Rows of the whole list."},
            "skip": {"type": "integer", "minimum": 0},
            "limit": {"type": "integer", "minimum": 1, "maximum": MAX_LIMIT},
            "next_cursor": {"type": ["string", "null"], "description": "`cursor` of the next page; null on the last."},
        }
        return {"type": "object", "properties": properties, "required": list(properties)}


def fetch(rows: QuerySet[Any], offset: int, limit: int) -> list[Any]:
    """The page's rows; for a deep page by way of their keys, so that the skipped rows themselves are not read."""
    if offset < DEEP:
        return list(rows[offset : offset + limit])
    keys = list(rows.values_list("pk", flat=True)[offset : offset + limit])
    found = {row.pk: row for row in rows.order_by().filter(pk__in=keys)}
    return [found[key] for key in keys if key in found]


def is_whole(row: Model) -> bool:
    """Whether every row that this one refers to, and that was selected with it, is there."""
    return not any(
        field.is_cached(row) and field.get_cached_value(row) is None and getattr(row, field.attname) is not None
        for field in row._meta.concrete_fields
        if isinstance(field, ForeignKey)
    )


def ordering_terms(request: Request, view: Any) -> tuple[Term, ...]:
    """The request's ordering or the view's default, ending in the key so that no two rows are equal.

    `view.orderings` maps names to expressions without NULLs; `view.default_ordering` is the default; `view.unique` is
    the field of the key. Raises ValidationError for an unknown name.
    """
    orderings: Mapping[str, Any] = getattr(view, "orderings", {})
    text = request.query_params.get("ordering") if orderings else None
    names: Iterable[str] = getattr(view, "default_ordering", ()) if text is None else text.split(",")
    terms: dict[str, Term] = {}
    for name in names:
        key = name.removeprefix("-")
        if key not in orderings:
            raise serializers.ValidationError({"ordering": [f"Cannot sort by {key!r}; use {', '.join(orderings)}."]})
        terms.setdefault(key, Term(key, orderings[key], name.startswith("-")))
    unique: str = getattr(view, "unique", "pk")
    return (*terms.values(), Term(unique, F(unique), descending=False))


def with_order(queryset: QuerySet[Any], terms: Sequence[Term]) -> QuerySet[Any]:
    """The rows in the order of the terms, each with what a cursor needs to find its place again.

    SQLite keeps a time as text, and one instant can be written in several ways ('.945' by its own clock, '.945000' by
    Python). It sorts by that text, so the cursor has to compare with it as well: with the instant alone, rows of the
    same time would come twice or never.
    """
    rows: QuerySet[Any] = queryset.annotate(**{term.alias: term.expression for term in terms})
    if connections[queryset.db].vendor == "sqlite":
        times = [term for term in terms if _is_time(rows, term)]
        rows = rows.annotate(**{term.stored: Cast(term.alias, TextField()) for term in times})
    return rows.order_by(*(f"-{term.alias}" if term.descending else term.alias for term in terms))


def _is_time(rows: QuerySet[Any], term: Term) -> bool:
    return isinstance(rows.query.annotations[term.alias].output_field, DateTimeField)


def after_cursor(rows: QuerySet[Any], terms: Sequence[Term], signature: str, cursor: str) -> Q:
    """The condition of the rows behind the cursor in the ordering. Raises ValidationError for one of another list."""
    values = [
        Value(value, TextField()) if term.stored in rows.query.annotations else value
        for term, value in zip(terms, _decode_cursor(signature, cursor), strict=True)
    ]
    condition, same = Q(), Q()
    for term, value in zip(terms, values, strict=True):
        condition |= same & term.after(value)
        same &= Q(**{term.alias: value})
    first = Q(**{f"{terms[0].alias}__{'lte' if terms[0].descending else 'gte'}": values[0]})
    # Says nothing new, but lets an index find the place: OR alone makes the database walk to it.
    return first & condition


def encode_cursor(terms: Sequence[Term], signature: str, row: Model) -> str:
    return signing.dumps([[signature], [_place(row, term) for term in terms]], salt=_SALT)


def _decode_cursor(signature: str, cursor: str) -> list[str]:
    try:
        (given,), values = signing.loads(cursor, salt=_SALT)
    except signing.BadSignature as error:
        raise serializers.ValidationError({"cursor": ["Is not one that this list gave out."]}) from error
    if given != signature:
        raise serializers.ValidationError({"cursor": ["Belongs to another list, another ordering or other filters."]})
    return list(values)


def signature(rows: QuerySet[Any], terms: Sequence[Term], asked: str) -> str:
    """What a cursor belongs to: a place in one list says nothing in another, and its values may be of other types.

    `asked` is the list's address with its filters, of which a cursor carries the digest: it may be long.
    """
    ordering = ",".join(f"{'-' if term.descending else ''}{term.name}" for term in terms)
    return f"{rows.model._meta.label_lower}:{ordering}:{sha256(asked.encode()).hexdigest()[:16]}"


def _place(row: Model, term: Term) -> str:
    value = getattr(row, term.stored, None) or getattr(row, term.alias)
    return value.isoformat() if isinstance(value, datetime) else str(value)
