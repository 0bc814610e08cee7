"""Serializer fields that take the JSON type they stand for and no other.

Django REST framework's own turn `true` into 1, 5 into "5" and 1 into a UUID.
"""

import uuid
from collections.abc import Sequence
from typing import Any, ClassVar

from django.utils.datastructures import MultiValueDict
from rest_framework import serializers

_LARGEST_INTEGER = 2**31 - 1


# Refuses a field that it does not know: a value that is not written must not look as if it were. (A docstring would be
# the description of every body that has none.)
class StrictSerializer(serializers.Serializer[Any]):
    #: Fields that clients are known to send and that say nothing here.
    unused: ClassVar[Sequence[str]] = ()

    def to_internal_value(self, data: Any) -> Any:
        if isinstance(data, MultiValueDict) and (repeated := self._repeated(data)):
            raise serializers.ValidationError({name: ["Given more than once."] for name in repeated})
        if isinstance(data, dict) and (unknown := data.keys() - {*self.fields, *self.unused}):
            raise serializers.ValidationError({name: ["Unknown field."] for name in sorted(unknown)})
        return super().to_internal_value(data)

    def _repeated(self, form: "MultiValueDict[str, Any]") -> list[str]:
        """Of a form: the fields of one value that stand in it several times."""
        single = {name for name, field in self.fields.items() if not isinstance(field, serializers.ListField)}
        return sorted(name for name, values in form.lists() if len(values) > 1 and name in single)


class _Typed:
    """Refuses a value whose JSON type is not one of `json_types`; a boolean is never a number."""

    json_types: tuple[type, ...] = (str,)
    expected = "a string"

    def to_internal_value(self, data: Any) -> Any:
        if not isinstance(data, self.json_types) or (isinstance(data, bool) and bool not in self.json_types):
            raise serializers.ValidationError(f"Must be {self.expected}.", code="invalid")
        return super().to_internal_value(data)  # type: ignore[misc]  # a mixin for serializer fields


class CharField(_Typed, serializers.CharField):
    """A text as it was sent, spaces included."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("trim_whitespace", False)
        kwargs.setdefault("max_length", 10_000)
        super().__init__(**kwargs)


class TextField(CharField):
    """A long text, such as a mail's body."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("max_length", 200_000)
        super().__init__(**kwargs)


class IntegerField(_Typed, serializers.IntegerField):
    """An integer; JSON does not tell 5.0 from 5."""

    json_types = (int,)
    expected = "an integer"

    def to_internal_value(self, data: Any) -> Any:
        return super().to_internal_value(int(data) if isinstance(data, float) and data.is_integer() else data)

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("max_value", _LARGEST_INTEGER)
        kwargs.setdefault("min_value", -_LARGEST_INTEGER)
        super().__init__(**kwargs)


class DecimalField(_Typed, serializers.DecimalField):
    json_types = (int, float)
    expected = "a number"


class BooleanField(_Typed, serializers.BooleanField):
    json_types = (bool,)
    expected = "true or false"


class DateTimeField(_Typed, serializers.DateTimeField):
    expected = "a date and time as in 2026-01-31T12:00:00Z"

    def to_internal_value(self, data: Any) -> Any:
        try:
            return super().to_internal_value(data)
        except OverflowError as error:
            raise serializers.ValidationError(f"Must be {self.expected}.", code="invalid") from error


class ChoiceField(_Typed, serializers.ChoiceField):
    pass


class EmailField(_Typed, serializers.EmailField):
    pass


class URLField(_Typed, serializers.URLField):
    pass


class UUIDField(_Typed, serializers.UUIDField):
    expected = "a UUID"

    def to_internal_value(self, data: Any) -> uuid.UUID:
        value: uuid.UUID = super().to_internal_value(data)
        # Python also reads braces, urn: and a number without hyphens; one spelling is enough.
        if str(value) != data.lower():
            raise serializers.ValidationError("Must be a valid UUID.", code="invalid")
        return value
