"""The list of prospects and the page of one."""

import uuid
from functools import partial
from typing import Any, cast

from django.contrib import admin
from django.contrib.admin.utils import flatten_fieldsets, unquote
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.urls import path
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.views.decorators.http import require_POST

from config.admin import ModelAdmin, json_field, understood, web_link
from config.api.exports import EXPORTS
from prospects.admin.actions import ACTIONS, DECISION, DELETION, STEP, Action
from prospects.admin.decide import choose, decide, permitted
from prospects.admin.duplicates import duplicates_page
from prospects.admin.filters import (
    CategoryFilter,
    CreatedFilter,
    HasEmailFilter,
    ListFilter,
    ScoreFilter,
    SentFilter,
    UpdatedFilter,
)
from prospects.admin.forms import EDITABLE, ProspectForm, version
from prospects.changes import Cause
from prospects.exports import PROSPECTS
from prospects.models import Prospect, ProspectEvent

PAYLOADS = (
    "dataforseo_payload",
    "serp_signals",
    "scrape_payload",
    "verification_payload",
    "snov_payload",
    "external_links",
    "legacy_values",
)
# What a prospect's name is made of, see Prospect.__str__.
NAME_COLUMNS = ("domain", "username")
LAST_EVENTS = 20
ORDERING = "o"


@admin.register(Prospect)
class ProspectAdmin(ModelAdmin[Prospect]):
    list_display = (
        "name",
        "stage_badge",
        "approval",
        "email",
        "category",
        "location",
        "source",
        "score",
        "changed",
    )
    list_display_links = ("name",)
    list_defer = (*PAYLOADS, "discovery_keywords", "bio_text", "draft_subject", "draft_body", "final_body")
    list_filter = (
        ListFilter,
        "stage",
        "approval_status",
        HasEmailFilter,
        CategoryFilter,
        ScoreFilter,
        CreatedFilter,
        UpdatedFilter,
        SentFilter,
        "discovery_status",
        "scrape_status",
        "verification_status",
        "draft_status",
        "send_status",
        "outreach_status",
        "source_type",
        "source_platform",
    )
    search_fields = ("domain", "contact_email", "username", "page_title")
    search_help_text = "Part of a domain, an e-mail address, a user name or a page title."
    fieldsets = (
        (None, {"fields": (("stage_badge", "score"), ("source", "is_manual"), ("created_at", "updated_at"))}),
        (
            "Discovery",
            {
                "fields": (
                    ("discovery_status", "discovery_query"),
                    ("discovery_category", "discovery_location"),
                    "discovery_keywords",
                    "page",
                    "page_title",
                    ("da_est", "serp_intent", "serp_confidence"),
                )
            },
        ),
        ("Approval", {"fields": ("approval_status",)}),
        (
            "Scraping",
            {"fields": (("scrape_status", "scraped_at"), "contact_email", "contact_method", "scraped_page")},
        ),
        ("Verification", {"fields": (("verification_status", "verification_confidence"),)}),
        ("Draft", {"fields": (("draft_status", "drafted_at"), "draft_subject", "draft_body")}),
        (
            "Sending",
            {
                "fields": (
                    ("send_status", "last_sent"),
                    "outreach_status",
                    ("followups_sent", "sequence_index", "thread_id"),
                    "final_body",
                )
            },
        ),
        (
            "Social profile",
            {
                "fields": (
                    ("source_platform", "username", "display_name"),
                    "profile",
                    ("follower_count", "engagement_rate"),
                    "bio_text",
                ),
                "classes": ("collapse",),
            },
        ),
        (
            "Raw answers and kept-aside values",
            {"fields": tuple(map(json_field, PAYLOADS)), "classes": ("collapse",)},
        ),
    )
    form = ProspectForm

    def get_urls(self) -> list[Any]:
        view = self.admin_site.admin_view
        return [
            path("decide/<str:name>/", view(self.decide_view), name="prospects_prospect_decide"),
            path("duplicates/", view(self.duplicates_view), name="prospects_prospect_duplicates"),
            path("export/<str:kind>/", view(self.export_view), name="prospects_prospect_export"),
            *super().get_urls(),
        ]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Prospect | None = None) -> bool:
        # Deleting is one of the actions, by the same function as in the API.
        return False

    def get_readonly_fields(self, request: HttpRequest, obj: Prospect | None = None) -> list[Any]:
        return [name for name in flatten_fieldsets(self.fieldsets) if name not in EDITABLE]

    def get_object(self, request: HttpRequest, object_id: str, from_field: str | None = None) -> Prospect | None:
        prospect = super().get_object(request, object_id, from_field)
        if prospect and request.method == "POST":
            # Held until the changes are written, so that nobody's are overwritten unseen.
            return Prospect.objects.select_for_update().get(pk=prospect.pk)
        return prospect

    def get_search_results(
        self, request: HttpRequest, queryset: Any, search_term: str
    ) -> tuple[QuerySet[Prospect], bool]:
        return queryset.search(search_term), False

    def save_model(self, request: HttpRequest, obj: Prospect, form: Any, change: bool) -> None:
        form.write(Cause(user=request.user))

    def get_actions(self, request: HttpRequest) -> dict[str, Any]:
        decisions = {
            action.name: (partial(_chosen, action), action.name, _in_a_menu(action))
            for action in permitted_actions(request)
        }
        exports = {
            f"export_{kind}": (partial(_exported, kind), f"export_{kind}", f"Export as {kind.upper()}")
            for kind in EXPORTS
        }
        return decisions | exports

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        if request.method == "POST":
            for name in set(request.POST.getlist("action")) & ACTIONS.keys():
                permitted(request, name)
        remember_ordering(request)
        return super().changelist_view(request, extra_context)

    @method_decorator(require_POST)
    def decide_view(self, request: HttpRequest, name: str) -> HttpResponse:
        return decide(self.admin_site, request, name)

    def duplicates_view(self, request: HttpRequest) -> HttpResponse:
        if not self.has_view_permission(request):
            raise PermissionDenied
        return duplicates_page(self.admin_site, request)

    @understood
    def export_view(self, request: HttpRequest, kind: str) -> HttpResponseBase:
        """The list with the address's filters and search, whole, as CSV or XLSX."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        if kind not in EXPORTS:
            raise Http404(f"There is no export as {kind!r}.")
        shown = self.get_changelist_instance(request)
        return _exported(kind, self, request, shown.get_queryset(request))

    def render_change_form(
        self,
        request: HttpRequest,
        context: dict[str, Any],
        add: bool = False,
        change: bool = False,
        form_url: str = "",
        obj: Prospect | None = None,
    ) -> HttpResponse:
        if obj:
            context |= {
                "title": "Prospect",
                "events": events_of(obj.pk)[:LAST_EVENTS],
                "version": version(obj),
                **_buttons(request),
            }
        return super().render_change_form(request, context, add, change, form_url, obj)

    def history_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        if self.get_object(request, unquote(object_id)) is None:
            # Django says so, and goes on to the first page.
            return super().history_view(request, object_id, extra_context)
        page = Paginator(events_of(unquote(object_id)), 100).get_page(request.GET.get("p"))
        return super().history_view(request, object_id, {"events": page} | (extra_context or {}))

    @admin.display(description="prospect", ordering="domain")
    def name(self, prospect: Prospect) -> SafeString | str:
        if not prospect.username:
            return prospect.domain
        return format_html("{} <small>{}</small>", prospect.username, prospect.domain)

    @admin.display(description="stage", ordering="stage")
    def stage_badge(self, prospect: Prospect) -> SafeString:
        return format_html(
            '<span class="badge stage-{}">{}</span>', prospect.stage.lower(), prospect.get_stage_display()
        )

    @admin.display(description="approval", ordering="approval_status")
    def approval(self, prospect: Prospect) -> str:
        return prospect.get_approval_status_display()

    @admin.display(description="e-mail", ordering="contact_email")
    def email(self, prospect: Prospect) -> str | None:
        return prospect.contact_email

    @admin.display(description="category", ordering="discovery_category")
    def category(self, prospect: Prospect) -> str | None:
        return prospect.discovery_category

    @admin.display(description="location", ordering="discovery_location")
    def location(self, prospect: Prospect) -> str | None:
        return prospect.discovery_location

    @admin.display(description="source", ordering="source_type")
    def source(self, prospect: Prospect) -> str:
        return prospect.get_source_platform_display() or prospect.get_source_type_display()

    @admin.display(description="last change", ordering="updated_at")
    def changed(self, prospect: Prospect) -> SafeString:
        at = timezone.localtime(prospect.updated_at)
        return format_html('<time datetime="{}" title="{}">{}</time>', at.isoformat(), at.strftime("%H:%M"), at.date())

    @admin.display(description="page")
    def page(self, prospect: Prospect) -> SafeString | str:
        return web_link(prospect.page_url or f"https://{prospect.domain}")

    @admin.display(description="found on")
    def scraped_page(self, prospect: Prospect) -> SafeString | str:
        return web_link(prospect.scrape_source_url)

    @admin.display(description="profile")
    def profile(self, prospect: Prospect) -> SafeString | str:
        return web_link(prospect.profile_url)


def _exported(
    kind: str, model_admin: ProspectAdmin, request: HttpRequest, rows: QuerySet[Prospect]
) -> HttpResponseBase:
    # The list leaves large columns out; an export reads what its columns need.
    return EXPORTS[kind](f"prospects.{kind}", PROSPECTS, rows.defer(None))


def permitted_actions(request: HttpRequest) -> list[Action]:
    return [action for action in ACTIONS.values() if request.user.has_perm(action.permission)]


def _in_a_menu(action: Action) -> str:
    return f"{action.label} (not available)" if action.unavailable() else action.label


def _buttons(request: HttpRequest) -> dict[str, Any]:
    """The actions on a prospect's page by kind, and the reasons why nobody can do some of them at present."""
    actions = [(action, action.unavailable()) for action in permitted_actions(request)]
    by_kind = ((kind, [row for row in actions if row[0].kind == kind]) for kind in (DECISION, STEP, DELETION))
    return {
        "buttons": [(kind, rows) for kind, rows in by_kind if rows],
        "reasons": [(action, reason) for action, reason in actions if reason],
    }


def events_of(prospect_id: uuid.UUID | str) -> QuerySet[ProspectEvent]:
    """A prospect's events, the newest first, with what names their user and job."""
    events = ProspectEvent.objects.filter(prospect_id=prospect_id).select_related("user", "job")
    own = (field.name for field in ProspectEvent._meta.concrete_fields)
    return events.only(*own, "user__username", "job__job_type")


def remember_ordering(request: HttpRequest) -> None:
    """Keep the list's ordering for as long as the person stays logged in; `o=` forgets it."""
    key = "prospects_ordering"
    if ORDERING in request.GET:
        if request.GET[ORDERING] != request.session.get(key, ""):
            request.session[key] = request.GET[ORDERING]
    elif request.session.get(key):
        query = request.GET.copy()
        query[ORDERING] = request.session[key]
        request.GET = cast(Any, query)


def _chosen(
    action: Action, model_admin: ProspectAdmin, request: HttpRequest, chosen: QuerySet[Prospect]
) -> HttpResponse | None:
    return choose(model_admin.admin_site, request, action, chosen)
