"""The base of every view of the API: what cannot be forgotten because it is here."""

from collections.abc import Iterator, Mapping, Sequence
from http import HTTPStatus
from typing import Any, ClassVar, Literal

from django.db import DatabaseError, InterfaceError
from django.db.models import QuerySet
from rest_framework import serializers
from rest_framework.exceptions import APIException
from rest_framework.permissions import SAFE_METHODS
from rest_framework.renderers import BaseRenderer, JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet

from config.api.fields import StrictSerializer
from config.api.integrity import prove_absence
from config.api.lists import CheckedPagination, Ordering
from config.api.parameters import StrictFilterSet, as_uuid, refuse_unknown
from config.api.parsers import UNSTORABLE, is_storable
from config.api.permissions import NO_ACTION, HasPermission
from config.api.problems import Problem, as_problem
from config.api.unreadable import not_finite


class FileRenderer(JSONRenderer):
    """Of an export: clients ask for the file's media type. What is rendered are its problems; the file makes itself."""

    def __init__(self, media_type: str) -> None:
        self.media_type = media_type


class ApiViewSet(GenericViewSet[Any]):
    """Every action names its permission; unknown query parameters are refused; lists are paged and checked.

    A class with an action that `permissions` lacks cannot be defined.
    """

    permissions: ClassVar[Mapping[str, str]] = {}
    permission_classes = (HasPermission,)
    pagination_class = CheckedPagination
    #: "page": a list with window, ordering and filters. "whole": all of it (an export), with filters.
    listing: Literal["", "page", "whole"] = ""
    #: What a successful answer holds, where that is not what `serializer_class` shows.
    answer_class: type[serializers.Serializer[Any]] | None = None
    #: What the API description has to know of an action beyond its classes.
    always_fails = False
    answers_many = False
    #: Of an export.
    media_type = "text/csv"
    further_problems: tuple[int, ...] = ()
    #: By action: what is read where that is not `serializer_class`.
    input_classes: ClassVar[Mapping[str, type[serializers.BaseSerializer[Any]]]] = {}
    #: The actions whose answers carry an ETag.
    tagged: ClassVar[frozenset[str]] = frozenset()
    #: What there is of each name in a path, where that is known; 404 for any other.
    path_choices: ClassVar[Mapping[str, Sequence[str]]] = {}
    #: Further query parameters of the action.
    parameters: type[serializers.Serializer[Any]] | None = None
    filterset_class: type[StrictFilterSet] | None = None
    orderings: ClassVar[Mapping[str, Any]] = {}
    default_ordering: tuple[str, ...] = ()
    #: The field that tells any two rows apart. Whoever gets a cursor can read its value of the last row.
    unique = "pk"

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        missing = sorted(set(_actions(cls)) - cls.permissions.keys())
        if missing:
            raise TypeError(f"{cls.__name__} names no permission for {', '.join(missing)}.")

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        if self.action in NO_ACTION:
            return
        refuse_unknown(request.query_params, self.known_parameters())
        if self.parameters is not None:
            self.query()  # wrong ones are refused even where the action would not look at them
        for name, text in self.kwargs.items():
            if name == "pk" or name.endswith("_id"):
                self.kwargs[name] = as_uuid("id" if name == "pk" else name, text)
            elif not is_storable(text):
                raise serializers.ValidationError({name: [UNSTORABLE]})
        if request.method not in SAFE_METHODS:
            self.read_body()

    def handle_exception(self, exc: Exception) -> Response:
        """A refusal that speaks of rows ("there is no such job", "nothing is ready") is proven like an empty list.

        What a database said by itself, and what is wrong with the request, needs no proof.
        """
        if not isinstance(exc, APIException | DatabaseError) and refuses(exc):
            try:
                prove_absence()
            except (Problem, DatabaseError, InterfaceError) as error:
                exc = error
        return super().handle_exception(exc)

    def finalize_response(self, request: Request, response: Any, *args: Any, **kwargs: Any) -> Any:
        """The answer as text already, so that what JSON cannot hold is still a problem, and not a broken answer."""
        response = super().finalize_response(request, response, *args, **kwargs)
        if not isinstance(response, Response):
            return response
        try:
            return response.render()
        except ValueError:
            if (problem := not_finite(response.data)) is None:
                raise
        return super().finalize_response(request, self.handle_exception(problem), *args, **kwargs).render()

    def read_body(self) -> None:
        """Read the body of every write: a wrong one is refused even where the action would not look at it.

        What always fails does nothing, whatever was sent to it.
        """
        if "Transfer-Encoding" in self.request.headers:
            # Django reads as much as Content-Length says: such a body would look like none, which often means "all".
            detail = "Send the body with Content-Length, not with Transfer-Encoding. Nothing was changed."
            raise Problem(HTTPStatus.LENGTH_REQUIRED, "length_required", detail)
        data = None if self.always_fails else self.request.data
        if data is not None and self.body_class() is None:
            validated(StrictSerializer, data)

    def get_renderers(self) -> list[BaseRenderer]:
        files = [FileRenderer(self.media_type)] if self.listing == "whole" else []
        return [*files, *super().get_renderers()]

    @property
    def is_paged(self) -> bool:
        return self.listing == "page" or self.action == "list"

    def parameter_serializers(self) -> Iterator[type[serializers.Serializer[Any]]]:
        """What the action reads from the query string, filters apart."""
        if self.parameters:
            yield self.parameters
        if self.is_paged:
            yield self.pagination_class.window_class
            if self.orderings:
                yield Ordering

    def known_parameters(self) -> set[str]:
        known = {name for serializer in self.parameter_serializers() for name in serializer().get_fields()}
        if self.filterset_class is not None and (self.is_paged or self.listing == "whole"):
            known |= set(self.filterset_class.base_filters)
        return known

    def query(self) -> dict[str, Any]:
        """The validated query parameters of `parameters`."""
        assert self.parameters is not None, "the action declares no parameters"  # noqa: S101  # a programming error
        given = self.request.query_params
        return validated(
            self.parameters, {name: given[name] for name in self.parameters().get_fields() if name in given}
        )

    def body(self) -> dict[str, Any]:
        """The validated body, read by the action's serializer."""
        serializer_class = self.body_class()
        assert serializer_class is not None, "the action reads no body"  # noqa: S101  # a programming error
        return validated(serializer_class, self.request.data)

    def body_class(self) -> type[serializers.BaseSerializer[Any]] | None:
        """What the action reads of the body; None for nothing."""
        if self.action == "destroy":
            return None
        return self.input_classes.get(self.action, self.serializer_class)

    def require(self, permission: str) -> None:
        """Raise the 403 problem unless the user has a permission that depends on more than the action."""
        if not self.request.user.has_perm(permission):
            self.permission_denied(self.request, HasPermission.message)

    def answer(self, data: Mapping[str, Any], status: int = 200) -> Response:
        """A successful answer, shaped by `answer_class`."""
        return Response((self.answer_class or self.get_serializer_class())(data).data, status=status)

    def paged(self, queryset: QuerySet[Any]) -> Response:
        """The answer of a list endpoint: filtered, paged, checked."""
        rows = self.paginate_queryset(self.filter_queryset(queryset))
        return self.get_paginated_response(self.get_serializer(rows, many=True).data)


def validated(serializer_class: type[serializers.BaseSerializer[Any]], data: Any) -> dict[str, Any]:
    """The data as the serializer reads them. Raises ValidationError."""
    serializer = serializer_class(data=data)
    serializer.is_valid(raise_exception=True)
    values: dict[str, Any] = serializer.validated_data
    return values


def refuses(error: Exception) -> bool:
    """Whether the error tells the client that the request cannot be met (4xx)."""
    problem = as_problem(error)
    return problem is not None and problem.status < HTTPStatus.INTERNAL_SERVER_ERROR


def _actions(view: type[ApiViewSet]) -> Iterator[str]:
    standard = ("list", "retrieve", "create", "update", "partial_update", "destroy")
    yield from (name for name in standard if hasattr(view, name))
    yield from (action.__name__ for action in view.get_extra_actions())
