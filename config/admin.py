"""What the admin pages of every app share."""

import functools
import json
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar, cast

from django.contrib import admin, messages
from django.contrib.admin.options import IncorrectLookupParameters
from django.contrib.admin.templatetags.admin_urls import admin_urlname
from django.contrib.admin.views.main import ERROR_FLAG, ChangeList
from django.core.paginator import Paginator
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models, router
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.html import format_html
from django.utils.safestring import SafeString

from config.api.integrity import DataIntegrityViolation, Proof, snapshot

# A longer list is not counted: people filter it, they do not page to its end.
MAX_COUNT = 10_000

M = TypeVar("M", bound=models.Model)
AnyView = TypeVar("AnyView", bound=Callable[..., HttpResponseBase])

if TYPE_CHECKING:
    from django.contrib.admin import ModelAdmin as _ModelAdmin

    _Paginator = Paginator[QuerySet[Any]]
else:
    _Paginator = Paginator

    class _ModelAdmin(admin.ModelAdmin):
        """Django's own is generic in its type stubs only."""

        def __class_getitem__(cls, model: type[models.Model]) -> type["_ModelAdmin"]:
            return cls


class BoundedPaginator(_Paginator):
    """Counts at most MAX_COUNT rows; `is_bounded` says that there are more."""

    @cached_property
    def _bounded_count(self) -> int:
        return cast(QuerySet[Any], self.object_list).order_by()[: MAX_COUNT + 1].count()

    @property
    def is_bounded(self) -> bool:
        return self._bounded_count > MAX_COUNT

    @cached_property
    def count(self) -> int:
        return min(self._bounded_count, MAX_COUNT)


class LeanChangeList(ChangeList):
    """Leaves the columns of `list_defer` where they are: a page of rows with their payloads would be megabytes.

    Where there is no row, no action is offered.
    """

    def get_results(self, request: HttpRequest) -> None:
        super().get_results(request)
        self.show_admin_actions = self.result_count > 0

    def get_queryset(self, request: HttpRequest, exclude_parameters: Any = None) -> QuerySet[Any]:
        return super().get_queryset(request, exclude_parameters).defer(*getattr(self.model_admin, "list_defer", ()))


class ModelAdmin(_ModelAdmin[M]):
    """Lists that stay fast on large tables, and a word when a filter was not understood."""

    #: Columns that the list does not show and that are too large to read for nothing.
    list_defer: tuple[str, ...] = ()

    paginator = BoundedPaginator
    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER
    list_per_page = 50
    list_max_show_all = 200

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        return LeanChangeList

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        if ERROR_FLAG in request.GET:
            messages.error(request, "A filter of that address was not understood: this is the list without filters.")
        if request.method != "GET":
            return super().changelist_view(request, extra_context)
        proof = Proof(router.db_for_read(self.model))
        with snapshot(proof.using):
            response = super().changelist_view(request, extra_context)
            if isinstance(response, TemplateResponse) and response.context_data:
                _require_what_was_counted(response.context_data["cl"], proof)
        proof.require()
        return response


def understood(view: AnyView) -> AnyView:
    """A method of an admin that reads the list's filters: one that it does not understand leads to the list."""

    @functools.wraps(view)
    def wrapped(self: ModelAdmin[Any], request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        try:
            return view(self, request, *args, **kwargs)
        except IncorrectLookupParameters:
            # As Django's list does: without any filter, and saying so.
            return HttpResponseRedirect(f"{reverse(admin_urlname(self.opts, 'changelist'))}?{ERROR_FLAG}=1")  # type: ignore[arg-type]

    return cast(AnyView, wrapped)


def _require_what_was_counted(shown: ChangeList, proof: Proof) -> None:
    """The rule of the API's lists: as many rows as COUNT promised, and an empty list is proven.

    Raises DataIntegrityViolation. Reads the rows, inside the snapshot in which they were counted.
    """
    shown.result_list = list(shown.result_list)
    promised = shown.result_count
    if shown.multi_page and not (shown.show_all and shown.can_show_all):
        promised = min(shown.list_per_page, shown.result_count - (shown.page_num - 1) * shown.list_per_page)
    if len(shown.result_list) != promised:
        raise DataIntegrityViolation(shown.result_count, len(shown.result_list), promised)
    if shown.result_count == 0:
        proof.of_emptiness()


class ReadOnlyAdmin(ModelAdmin[M]):
    """Rows that only the application writes."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        return False


def web_link(url: str | None) -> SafeString | str:
    """A link to a page of the outside world, or the text as it is where it is no http address."""
    if not url:
        return "-"
    if not url.lower().startswith(("http://", "https://")):
        return url
    return format_html('<a href="{}" rel="noopener noreferrer" target="_blank">{}</a>', url, url)


def json_block(value: Any) -> SafeString | str:
    """The value as indented JSON in a block that opens on demand; `-` for NULL."""
    if value is None:
        return "-"
    text = json.dumps(value, indent=2, ensure_ascii=False, cls=DjangoJSONEncoder)
    return format_html(
        '<details class="json"><summary>{} characters</summary><pre tabindex="0">{}</pre></details>', len(text), text
    )


def json_field(column: str) -> Any:
    """A read-only field of an admin page that shows a JSON column: a callable, for `fields` and `fieldsets`."""

    @admin.display(description=column.replace("_", " "))
    def show(row: models.Model) -> SafeString | str:
        return json_block(getattr(row, column))

    show.__name__ = f"show_{column}"
    return show
