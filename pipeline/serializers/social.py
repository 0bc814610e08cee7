"""Social profiles: prospects as the social pages read them."""

from typing import Any

from rest_framework import serializers

from config.api.parameters import TextParameter
from pipeline.counts import SOCIAL_STATS_FIELDS
from prospects.choices import SourcePlatform
from prospects.models import Prospect


class ProfileSerializer(serializers.ModelSerializer[Prospect]):
    """A social profile."""

    platform = serializers.CharField(source="source_platform", read_only=True, allow_null=True)
    full_name = serializers.CharField(source="display_name", read_only=True, allow_null=True)
    bio = serializers.CharField(source="bio_text", read_only=True, allow_null=True)
    followers_count = serializers.SerializerMethodField(help_text="0 where nobody counted.")
    engagement_score = serializers.SerializerMethodField(help_text="0 where nobody measured.")
    location = serializers.CharField(source="discovery_location", read_only=True, allow_null=True)
    category = serializers.CharField(source="discovery_category", read_only=True, allow_null=True)

    class Meta:
        model = Prospect
        fields = (
            "id",
            "platform",
            "username",
            "full_name",
            "profile_url",
            "bio",
            "followers_count",
            "engagement_score",
            "location",
            "category",
            "contact_email",
            "external_links",
            "scraped_at",
            "discovery_status",
            "approval_status",
            "scrape_status",
            "draft_status",
            "send_status",
            "outreach_status",
            "draft_subject",
            "draft_body",
            "last_sent",
            "followups_sent",
            "created_at",
            "updated_at",
        )
        read_only_fields = fields

    # The frontend formats both numbers without looking, so NULL has to be one.
    def get_followers_count(self, profile: Prospect) -> int:
        return profile.follower_count or 0

    def get_engagement_score(self, profile: Prospect) -> float:
        return float(profile.engagement_rate or 0)


class SocialStatusSerializer(serializers.Serializer[Any]):
    """How many profiles are at each step."""

    discovered = serializers.IntegerField(min_value=0, help_text="Length of the list `social_discovered`.")
    reviewed = serializers.IntegerField(min_value=0, help_text="Approved profiles.")
    qualified = serializers.IntegerField(min_value=0, help_text="Scraped profiles.")
    drafted = serializers.IntegerField(min_value=0, help_text="Length of the list `social_drafts`.")
    sent = serializers.IntegerField(min_value=0, help_text="Length of the list `social_sent`.")
    followup_ready = serializers.IntegerField(min_value=0, help_text="Sent at least a week ago.")
    status = serializers.ChoiceField(choices=["active"])
    platform = serializers.CharField(allow_null=True)
    message = serializers.CharField(allow_null=True)
    reason = serializers.CharField(allow_null=True)


class SocialStatsSerializer(serializers.Serializer[Any]):
    """The numbers of the social overview, altogether and by platform."""

    def get_fields(self) -> dict[str, Any]:
        return {field: serializers.IntegerField(min_value=0) for field in SOCIAL_STATS_FIELDS}


class SocialStatusParameters(serializers.Serializer[Any]):
    platform = serializers.ChoiceField(choices=SourcePlatform.choices, required=False)
    category = TextParameter(required=False, allow_blank=True, max_length=500)
