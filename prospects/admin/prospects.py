"""The list of prospects and the page of one."""

from typing import Any

from django.contrib import admin
from django.contrib.admin.views.main import ChangeList
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.safestring import SafeString

from config.admin import ModelAdmin, json_field
from prospects.admin.filters import (
    CategoryFilter,
    CreatedFilter,
    HasEmailFilter,
    ListFilter,
    ScoreFilter,
    SentFilter,
    UpdatedFilter,
)
from prospects.models import Prospect

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
# What a person may decide; everything else is written by the steps.
EDITABLE = (
    "contact_email",
    "discovery_category",
    "discovery_location",
    "outreach_status",
    "draft_subject",
    "draft_body",
)
# The list shows these only; payloads and texts of a page of rows would be megabytes.
LIST_COLUMNS = (
    "domain",
    "page_url",
    "stage",
    "approval_status",
    "contact_email",
    "discovery_category",
    "discovery_location",
    "source_type",
    "source_platform",
    "username",
    "profile_url",
    "score",
    "updated_at",
)


class ProspectList(ChangeList):
    def get_queryset(
        self, request: HttpRequest, exclude_parameters: list[str | None] | None = None
    ) -> QuerySet[Prospect]:
        return super().get_queryset(request, exclude_parameters).only(*LIST_COLUMNS)


@admin.register(Prospect)
class ProspectAdmin(ModelAdmin[Prospect]):
    list_display = (
        "name",
        "stage_badge",
        "approval_status",
        "email",
        "category",
        "location",
        "source",
        "score",
        "updated_at",
    )
    list_display_links = ("name",)
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
        (None, {"fields": ("name", "stage_badge", "source_type", "is_manual", "score", "created_at", "updated_at")}),
        (
            "Discovery",
            {
                "fields": (
                    "discovery_status",
                    "discovery_query",
                    "discovery_category",
                    "discovery_location",
                    "discovery_keywords",
                    "page_url",
                    "page_title",
                    "da_est",
                    "serp_intent",
                    "serp_confidence",
                )
            },
        ),
        ("Approval", {"fields": ("approval_status",)}),
        (
            "Scraping",
            {"fields": ("scrape_status", "contact_email", "contact_method", "scrape_source_url", "scraped_at")},
        ),
        ("Verification", {"fields": ("verification_status", "verification_confidence")}),
        ("Draft", {"fields": ("draft_status", "draft_subject", "draft_body", "drafted_at")}),
        (
            "Sending",
            {
                "fields": (
                    "send_status",
                    "outreach_status",
                    "last_sent",
                    "followups_sent",
                    "sequence_index",
                    "thread_id",
                    "final_body",
                )
            },
        ),
        (
            "Social profile",
            {
                "fields": (
                    "source_platform",
                    "username",
                    "display_name",
                    "profile_url",
                    "follower_count",
                    "engagement_rate",
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

    class Media:
        css = {"all": ("prospects/admin.css",)}

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def get_readonly_fields(self, request: HttpRequest, obj: Prospect | None = None) -> list[Any]:
        shown = [name for _, options in self.fieldsets for name in options["fields"]]
        return [name for name in shown if name not in EDITABLE]

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        return ProspectList

    @admin.display(description="prospect", ordering="domain")
    def name(self, prospect: Prospect) -> str:
        return f"{prospect.username} ({prospect.domain})" if prospect.username else prospect.domain

    @admin.display(description="stage", ordering="stage")
    def stage_badge(self, prospect: Prospect) -> SafeString:
        return format_html(
            '<span class="badge stage-{}">{}</span>', prospect.stage.lower(), prospect.get_stage_display()
        )

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
