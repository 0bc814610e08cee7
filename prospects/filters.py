"""The query parameters that select prospects."""

from decimal import Decimal
from typing import Any

from django import forms
from django_filters import filters
from drf_spectacular.utils import extend_schema_field

from config.api.parameters import BooleanFilter, CharFilter, ListFilter, MomentFilter, StrictFilterSet
from prospects.choices import (
    ApprovalStatus,
    DiscoveryStatus,
    DraftStatus,
    OutreachStatus,
    ScrapeStatus,
    SendStatus,
    SourcePlatform,
    SourceType,
    Stage,
    VerificationStatus,
)
from prospects.models import Prospect
from prospects.querysets import ProspectQuerySet

#: The lists by the names the API gives them.
LISTS = {
    name: getattr(ProspectQuerySet, name)
    for name in (
        "websites",
        "scraped_emails",
        "leads",
        "drafts",
        "sent",
        "to_scrape",
        "to_verify",
        "to_draft",
        "to_send",
        "social_discovered",
        "social_leads",
        "social_drafts",
        "social_sent",
    )
}


@extend_schema_field({"type": "number", "minimum": -999.99, "maximum": 999.99})
class ScoreFilter(filters.Filter):
    """A number that the score's column could hold."""

    field_class: type[forms.Field] = forms.DecimalField

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            min_value=Decimal("-999.99"), max_value=Decimal("999.99"), max_digits=5, decimal_places=2, **kwargs
        )


class CategoryFilterSet(StrictFilterSet):
    """What every list of prospects can be narrowed by."""

    category = CharFilter(method="in_category", help_text="In any case; empty or `all` means every row.")

    class Meta:
        model = Prospect
        fields: tuple[str, ...] = ()

    def in_category(self, queryset: ProspectQuerySet, name: str, value: str) -> ProspectQuerySet:
        return queryset.in_category(value)


class ProspectFilterSet(CategoryFilterSet):
    list = ListFilter(LISTS, help_text="The rows of a named list.")
    status = filters.ChoiceFilter(
        method="with_status",
        choices=[*OutreachStatus.choices, ("drafted", "drafted")],
        help_text="The outreach status; `sent` is the list of that name, `drafted` the list `drafts`.",
    )
    discovery_status = filters.ChoiceFilter(choices=DiscoveryStatus.choices)
    approval_status = filters.ChoiceFilter(choices=ApprovalStatus.choices)
    scrape_status = filters.ChoiceFilter(choices=ScrapeStatus.choices)
    verification_status = filters.ChoiceFilter(choices=VerificationStatus.choices)
    draft_status = filters.ChoiceFilter(choices=DraftStatus.choices)
    send_status = filters.ChoiceFilter(choices=SendStatus.choices)
    outreach_status = filters.ChoiceFilter(choices=OutreachStatus.choices)
    stage = filters.ChoiceFilter(choices=Stage.choices)
    source_type = filters.ChoiceFilter(choices=SourceType.choices)
    source_platform = filters.ChoiceFilter(choices=SourcePlatform.choices)
    location = CharFilter(field_name="discovery_location", lookup_expr="iexact")
    min_score = ScoreFilter(field_name="score", lookup_expr="gte")
    max_score = ScoreFilter(field_name="score", lookup_expr="lte")
    has_email = BooleanFilter(method="having_email")
    created_after = MomentFilter(field_name="created_at", lookup_expr="gte")
    created_before = MomentFilter(field_name="created_at", lookup_expr="lt")
    updated_after = MomentFilter(field_name="updated_at", lookup_expr="gte")
    updated_before = MomentFilter(field_name="updated_at", lookup_expr="lt")
    sent_after = MomentFilter(field_name="last_sent", lookup_expr="gte")
    sent_before = MomentFilter(field_name="last_sent", lookup_expr="lt")
    q = CharFilter(method="search", help_text="A part of the domain, e-mail, username or page title, in any case.")

    def with_status(self, queryset: ProspectQuerySet, name: str, value: str) -> ProspectQuerySet:
        match value:
            case OutreachStatus.SENT.value:
                return queryset.sent()
            case "drafted":
                return queryset.drafts()
        return queryset.filter(outreach_status=value)

    def having_email(self, queryset: ProspectQuerySet, name: str, value: bool) -> ProspectQuerySet:
        return queryset.with_email() if value else queryset.without_email()

    def search(self, queryset: ProspectQuerySet, name: str, value: str) -> ProspectQuerySet:
        return queryset.search(value)


class ExportFilterSet(ProspectFilterSet):
    """As the lists, except that `source_type` names the page whose export button sends it."""

    source_type = filters.ChoiceFilter(
        method="of_page",
        choices=[("website", "the list `websites`"), ("social", "social profiles"), ("sent", "the list `sent`")],
        help_text="`website` is the list `websites` and `sent` the list `sent`, as the pages with these tables ask.",
    )

    def of_page(self, queryset: ProspectQuerySet, name: str, value: str) -> ProspectQuerySet:
        match value:
            case SourceType.WEBSITE.value:
                return queryset.websites()
            case SourceType.SOCIAL.value:
                return queryset.social_source()
        return queryset.sent()
