"""What the API shows of prospects."""

import re
from decimal import Decimal
from typing import Any

from django.core.validators import RegexValidator
from rest_framework import serializers

from config.api import fields
from config.api.fields import StrictSerializer
from prospects.choices import DiscoveryStatus, OutreachStatus, SourcePlatform, SourceType, Stage
from prospects.keys import domain_key
from prospects.models import Prospect, ProspectEvent


class ProspectSerializer(serializers.ModelSerializer[Prospect]):
    """A prospect as every list of prospects shows it."""

    class Meta:
        model = Prospect
        fields = (
            "id",
            "domain",
            "page_url",
            "page_title",
            "contact_email",
            "contact_method",
            "da_est",
            "score",
            "outreach_status",
            "last_sent",
            "followups_sent",
            "draft_subject",
            "draft_body",
            "drafted_at",
            "final_body",
            "thread_id",
            "sequence_index",
            "is_manual",
            "serp_intent",
            "serp_confidence",
            "serp_signals",
            "discovery_status",
            "discovery_category",
            "discovery_location",
            "discovery_keywords",
            "approval_status",
            "scrape_status",
            "scrape_source_url",
            "scraped_at",
            "verification_status",
            "verification_confidence",
            "draft_status",
            "send_status",
            "stage",
            "source_type",
            "source_platform",
            "profile_url",
            "username",
            "display_name",
            "follower_count",
            "engagement_rate",
            "bio_text",
            "external_links",
            "created_at",
            "updated_at",
        )
        read_only_fields = fields


_NO_DOMAIN = "Must be a domain such as example.com."
# Of ASCII a host name has letters, digits, hyphens and underscores; what is beyond, IDNA judges.
_LABEL = r"[^\x00-,./:-@\[-^`{-\x9f\s]+"
DOMAIN = RegexValidator(rf"^{_LABEL}(\.{_LABEL})+$", _NO_DOMAIN)
_HOST = re.compile(r"[a-z0-9_-]{1,63}(\.[a-z0-9_-]{1,63})*")


def validate_host(domain: str) -> None:
    """Raise ValidationError for what no host name can hold: markup, invisible and turning characters, long labels."""
    # IDNA drops some characters that nobody sees: then two texts that look the same would be stored as different.
    if not domain.isprintable() or not _HOST.fullmatch(domain_key(domain)):
        raise serializers.ValidationError(_NO_DOMAIN)


class ProspectInput(StrictSerializer):
    """What a person may write. Statuses change by decisions and steps, drafts by `PUT …/draft`."""

    domain = fields.CharField(max_length=253, validators=[DOMAIN, validate_host])
    page_url = fields.URLField(max_length=2000, allow_null=True)
    page_title = fields.CharField(max_length=2000, allow_null=True)
    contact_email = fields.EmailField(max_length=320, allow_null=True)
    contact_method = fields.CharField(max_length=100, allow_null=True)
    da_est = fields.DecimalField(max_digits=5, decimal_places=2, min_value=Decimal(0), allow_null=True)
    score = fields.DecimalField(max_digits=5, decimal_places=2, min_value=Decimal(0), allow_null=True)
    discovery_category = fields.CharField(max_length=200, allow_null=True)
    discovery_location = fields.CharField(max_length=200, allow_null=True)
    discovery_keywords = fields.CharField(max_length=2000, allow_null=True)
    outreach_status = fields.ChoiceField(
        choices=[(value, label) for value, label in OutreachStatus.choices if value != OutreachStatus.SENT],
        help_text="What came of it. `sent` is written by sending.",
    )
    source_type = fields.ChoiceField(choices=SourceType.choices)
    source_platform = fields.ChoiceField(choices=SourcePlatform.choices, allow_null=True)
    profile_url = fields.URLField(max_length=2000, allow_null=True)
    username = fields.CharField(max_length=200, allow_null=True)
    display_name = fields.CharField(max_length=500, allow_null=True)
    follower_count = fields.IntegerField(min_value=0, allow_null=True)
    engagement_rate = fields.DecimalField(max_digits=5, decimal_places=2, min_value=Decimal(0), allow_null=True)
    bio_text = fields.TextField(allow_null=True)

    def get_fields(self) -> dict[str, Any]:
        given = super().get_fields()
        for name, field in given.items():
            field.required = name in self.required_names
        return given

    #: The others keep their value, or get the column's default.
    required_names: tuple[str, ...] = ()


class ProspectEdit(ProspectInput):
    """At least one field to change."""

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if not attrs:
            raise serializers.ValidationError("Give at least one field to change.", code="empty")
        return attrs


class NewProspect(ProspectInput):
    required_names = ("domain",)
    discovery_status = fields.ChoiceField(
        choices=DiscoveryStatus.choices, help_text="`DISCOVERED` puts a web site on the list that waits for approval."
    )


class Reasoned(StrictSerializer):
    reason = fields.CharField(
        max_length=1000, required=False, allow_blank=True, help_text="Why; each prospect's history keeps it."
    )


class ProspectIds(StrictSerializer):
    prospect_ids = serializers.ListField(child=fields.UUIDField(), allow_empty=False, min_length=1, max_length=10_000)


class BulkValues(ProspectEdit):
    """At least one field to change. What a prospect is known by is changed one prospect at a time."""

    single = ("domain", "source_type", "source_platform", "profile_url")

    def get_fields(self) -> dict[str, Any]:
        return {name: field for name, field in super().get_fields().items() if name not in self.single}

    def to_internal_value(self, data: Any) -> Any:
        if isinstance(data, dict) and (given := data.keys() & set(self.single)):
            raise serializers.ValidationError(
                {name: ["Is changed one prospect at a time, by PATCH /api/prospects/ID."] for name in sorted(given)}
            )
        return super().to_internal_value(data)


class BulkEdit(Reasoned):
    """The same values for several prospects."""

    prospect_ids = serializers.ListField(child=fields.UUIDField(), allow_empty=False, min_length=1, max_length=10_000)
    values = BulkValues()


class DraftInput(StrictSerializer):
    subject = fields.CharField(max_length=1000, required=False, allow_null=True, allow_blank=True)
    body = fields.TextField(required=False, allow_null=True, allow_blank=True)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if all(attrs.get(name) is None for name in ("subject", "body")):
            raise serializers.ValidationError("Give subject, body or both.", code="empty")
        return attrs


class Done(serializers.Serializer[Any]):
    success = serializers.BooleanField()
    message = serializers.CharField()


class Promoted(Done):
    stage = serializers.ChoiceField(choices=Stage.choices)


class Updated(Done):
    updated_count = serializers.IntegerField(min_value=0)


class Categories(serializers.Serializer[Any]):
    categories = serializers.ListField(child=serializers.CharField())
    count = serializers.IntegerField(min_value=0)
    from_database = serializers.IntegerField(min_value=0, help_text="How many of them prospects have.")


class EventSerializer(serializers.ModelSerializer[ProspectEvent]):
    """One change: who or which job, when, which field, from, to, and why."""

    user = serializers.SerializerMethodField(help_text="The name of the user who made the change.")
    old = serializers.JSONField(allow_null=True)
    new = serializers.JSONField(allow_null=True)

    class Meta:
        model = ProspectEvent
        fields = ("id", "at", "user", "job_id", "kind", "field", "old", "new", "reason")
        read_only_fields = fields

    def get_user(self, event: ProspectEvent) -> str | None:
        return event.user.get_username() if event.user else None


class WebsiteSerializer(serializers.ModelSerializer[Prospect]):
    """A web site that was found, as the websites page shows it."""

    url = serializers.SerializerMethodField(help_text="The page that was found, or the site's start page.")
    title = serializers.SerializerMethodField(help_text="The page's title, or the domain.")
    category = serializers.SerializerMethodField()
    location = serializers.SerializerMethodField()
    discovery_job_id = serializers.SerializerMethodField(help_text="The job that found it.")
    discovered_at = serializers.DateTimeField(source="created_at", read_only=True)

    class Meta:
        model = Prospect
        fields = (
            "id",
            "domain",
            "url",
            "title",
            "category",
            "location",
            "discovery_job_id",
            "discovered_at",
            "scrape_status",
            "approval_status",
        )
        read_only_fields = fields

    def get_url(self, prospect: Prospect) -> str:
        return prospect.page_url or f"https://{prospect.domain}"

    def get_title(self, prospect: Prospect) -> str:
        return prospect.page_title or prospect.domain

    def get_category(self, prospect: Prospect) -> str:
        return prospect.discovery_category or "Unknown"

    def get_location(self, prospect: Prospect) -> str:
        return prospect.discovery_location or "Unknown"

    def get_discovery_job_id(self, prospect: Prospect) -> str | None:
        query: Any = prospect.discovery_query
        return str(query.job_id) if query and query.job_id else None
