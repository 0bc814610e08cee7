"""Filters of the prospect list. Those that stand for a list call the queryset method of that name."""

import datetime
from collections.abc import Iterator
from typing import Any, cast

from django import forms
from django.contrib import admin
from django.contrib.admin.options import IncorrectLookupParameters
from django.contrib.admin.views.main import ChangeList
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone

from prospects.categories import used_categories
from prospects.querysets import ProspectQuerySet

# Value in the address, name on the page; the value is the queryset's method.
LISTS = (
    ("websites", "websites to decide on"),
    ("scraped_emails", "scraped e-mails"),
    ("leads", "leads"),
    ("drafts", "drafts"),
    ("sent", "sent"),
    ("to_scrape", "ready to scrape"),
    ("to_verify", "ready to verify"),
    ("to_draft", "ready to draft"),
    ("to_send", "ready to send"),
    ("social_discovered", "social: to decide on"),
    ("social_leads", "social: leads"),
    ("social_drafts", "social: drafts"),
    ("social_sent", "social: sent"),
)


class MethodFilter(admin.SimpleListFilter):
    """A choice between queryset methods, so that the page shows what the API lists and counts."""

    methods: tuple[tuple[str, str], ...]

    def lookups(self, request: HttpRequest, model_admin: Any) -> tuple[tuple[str, str], ...]:
        return self.methods

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        value = self.value()
        if value is None:
            return queryset
        if value not in dict(self.methods):
            raise IncorrectLookupParameters(f"{self.parameter_name}: there is no list {value!r}")
        return cast(QuerySet[Any], getattr(queryset, value)())


class ListFilter(MethodFilter):
    # Unfolded when the page opens; the others are once they filter.
    opened = True
    title = "list"
    parameter_name = "list"
    methods = LISTS


class HasEmailFilter(MethodFilter):
    title = "e-mail"
    parameter_name = "email"
    methods = (("with_email", "has an e-mail"), ("without_email", "has none"))


class CategoryFilter(admin.SimpleListFilter):
    title = "category"
    parameter_name = "category"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [(category, category) for category in used_categories()]

    def has_output(self) -> bool:
        # Django does not apply a filter without output, and would show every row for a category that is gone.
        return bool(self.lookup_choices) or self.value() is not None

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return cast(ProspectQuerySet, queryset).in_category(self.value() or "")


class InputFilter(admin.ListFilter):
    """A filter by what a person types in, sent by a plain form."""

    template = "admin/input_filter.html"
    # Parameter in the address, label, type of the HTML input.
    inputs: tuple[tuple[str, str, str], ...]

    def __init__(self, request: HttpRequest, params: dict[str, Any], model: Any, model_admin: Any) -> None:
        super().__init__(request, params, model, model_admin)
        given = {name: params.pop(name, [""])[-1].strip() for name, _, _ in self.inputs}
        self.values = {name: text for name, text in given.items() if text}

    def expected_parameters(self) -> list[str | None]:
        return [name for name, _, _ in self.inputs]

    def has_output(self) -> bool:
        return True

    def choices(self, changelist: ChangeList) -> Iterator[dict[str, Any]]:
        """One entry for the template: the inputs, and the parameters that the form must carry along."""
        own = [name for name, _, _ in self.inputs]
        yield {
            "inputs": [
                {"name": name, "label": label, "type": kind, "value": self.values.get(name, "")}
                for name, label, kind in self.inputs
            ],
            "others": [
                (name, value)
                for name, values in changelist.filter_params.items()
                if name not in own
                for value in values
            ],
            "clear": changelist.get_query_string(remove=own) if self.values else None,
        }


class ScoreFilter(InputFilter):
    title = "score"
    inputs = (("min_score", "at least", "number"),)

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        if not (text := self.values.get("min_score")):
            return queryset
        try:
            # As in the API: what the column could hold, which NaN and the infinities are not.
            least = forms.DecimalField(max_digits=5, decimal_places=2).clean(text)
        except ValidationError as error:
            raise IncorrectLookupParameters(f"min_score: {text!r} is not a score") from error
        return queryset.filter(score__gte=least)


class DateFilter(InputFilter):
    """From and to, both days included."""

    field: str

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        (start, _, _), (end, _, _) = self.inputs
        if since := self._midnight(start):
            queryset = queryset.filter(**{f"{self.field}__gte": since})
        if until := self._midnight(end, later=1):
            queryset = queryset.filter(**{f"{self.field}__lt": until})
        return queryset

    def _midnight(self, name: str, later: int = 0) -> datetime.datetime | None:
        """Where the day that was typed in begins, or one so many days later."""
        if not (text := self.values.get(name)):
            return None
        try:
            day = datetime.date.fromisoformat(text) + datetime.timedelta(days=later)
        except (ValueError, OverflowError) as error:
            raise IncorrectLookupParameters(f"{name}: {text!r} is not a date like 2026-01-31") from error
        return timezone.make_aware(datetime.datetime.combine(day, datetime.time.min))


class CreatedFilter(DateFilter):
    title = "date found"
    field = "created_at"
    inputs = (("created_from", "from", "date"), ("created_to", "to", "date"))


class UpdatedFilter(DateFilter):
    title = "last change"
    field = "updated_at"
    inputs = (("updated_from", "from", "date"), ("updated_to", "to", "date"))


class SentFilter(DateFilter):
    title = "last mail"
    field = "last_sent"
    inputs = (("sent_from", "from", "date"), ("sent_to", "to", "date"))
