"""Query parameters: what is not known is refused by name, never ignored."""

import re
from collections.abc import Callable, Collection
from datetime import datetime
from typing import Any, ClassVar
from uuid import UUID

from django import forms
from django.http import QueryDict
from django_filters import filters
from django_filters.filterset import FilterSet
from django_filters.rest_framework.backends import DjangoFilterBackend
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

# The frontend's cache buster.
ALWAYS_ALLOWED = frozenset({"_t"})
_INTEGER = re.compile(r"-?[0-9]{1,19}", re.ASCII)


def refuse_unknown(given: QueryDict, known: Collection[str]) -> None:
    """Raise ValidationError, naming each parameter that is unknown or given twice."""
    errors = {name: ["Unknown query parameter."] for name in given if name not in {*known, *ALWAYS_ALLOWED}}
    errors |= {name: ["Given more than once."] for name in given if len(given.getlist(name)) > 1 and name not in errors}
    if errors:
        raise serializers.ValidationError(errors)


class TextParameter(serializers.CharField):
    """A text as it was sent, spaces included."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(trim_whitespace=False, **kwargs)


class IntegerParameter(serializers.IntegerField):
    """Digits and nothing else: DRF's own also takes `1.0` and ` 1`."""

    def to_internal_value(self, data: Any) -> int:
        if not isinstance(data, str) or not _INTEGER.fullmatch(data):
            self.fail("invalid")
        return super().to_internal_value(data)


class StrictFilterSet(FilterSet):
    """A filter set that declares its filters and refuses every value that it does not understand.

    Unknown names are refused by the view, which knows all parameters of a request (`ApiViewSet.known_parameters`).
    """

    base_filters: ClassVar[dict[str, filters.Filter]]  # set by the metaclass


class StrictFilterBackend(DjangoFilterBackend):
    def get_filterset_class(self, view: Any, queryset: Any = None) -> type[StrictFilterSet] | None:
        filterset: type[StrictFilterSet] | None = super().get_filterset_class(view, queryset)
        if filterset is not None and not issubclass(filterset, StrictFilterSet):
            raise TypeError(f"{filterset.__name__} is no StrictFilterSet.")
        return filterset

    def filter_queryset(self, request: Any, queryset: Any, view: Any) -> Any:
        filterset = self.get_filterset_class(view)
        known = filterset.base_filters if filterset else {}
        blank = [name for name, text in request.query_params.items() if text == "" and name in known]
        # django-filter takes a blank value for no filter at all, which is right for texts only.
        errors = {name: ["May not be blank."] for name in blank if not isinstance(known[name], filters.CharFilter)}
        if errors:
            raise serializers.ValidationError(errors)
        return super().filter_queryset(request, queryset, view)


@extend_schema_field({"type": "string", "enum": ["true", "false"]})
class BooleanFilter(filters.TypedChoiceFilter):
    """`true` or `false`; django-filter's own takes anything else as no filter at all."""

    def __init__(self, **kwargs: Any) -> None:
        choices = (("true", "true"), ("false", "false"))
        super().__init__(choices=choices, coerce=lambda text: text == "true", empty_value=None, **kwargs)


class CharFilter(filters.CharFilter):
    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("max_length", 500)
        super().__init__(**kwargs)


class ListFilter(filters.ChoiceFilter):
    """One of the querysets' named lists; `lists` maps its name to the method that selects it."""

    def __init__(self, lists: dict[str, Callable[[Any], Any]], **kwargs: Any) -> None:
        self.lists = lists
        super().__init__(choices=[(name, name) for name in lists], **kwargs)

    def filter(self, qs: Any, value: str) -> Any:
        return self.lists[value](qs) if value else qs


class _MomentField(forms.CharField):
    """An ISO 8601 date and time with its offset, or a date (midnight UTC)."""

    def to_python(self, value: Any) -> datetime | None:  # type: ignore[override]  # a CharField's texts become moments
        if value in self.empty_values:
            return None
        try:
            return serializers.DateTimeField().to_internal_value(value)
        except (serializers.ValidationError, OverflowError) as error:
            text = "Must be a date and time as in 2026-01-31T12:00:00Z."
            raise forms.ValidationError(text, code="invalid") from error


class MomentFilter(filters.Filter):
    field_class: type[forms.Field] = _MomentField


def as_uuid(field: str, text: str) -> UUID:
    """The UUID in a path. Raises ValidationError, naming the field, for any other text."""
    if not is_uuid(text):
        raise serializers.ValidationError({field: ["Must be a valid UUID."]})
    return UUID(text)


def is_uuid(text: str) -> bool:
    """Whether the text is a UUID in its usual spelling; Python also reads braces, urn: and digits without hyphens."""
    return bool(re.fullmatch(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}", text, re.ASCII))
