"""What the API shows of prospects."""

from typing import Any

from rest_framework import serializers

from prospects.models import Prospect


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
