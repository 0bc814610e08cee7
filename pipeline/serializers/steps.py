"""Bodies and answers of the actions that decide and start steps."""

from typing import Any

from rest_framework import serializers

from config.api import fields
from config.api.parameters import is_uuid
from prospects.choices import SourcePlatform
from prospects.serializers import Done, ProspectIds, Reasoned

MAX_IDS = 10_000


def ids_field(**kwargs: Any) -> serializers.ListField:
    return serializers.ListField(
        child=fields.UUIDField(), allow_empty=False, min_length=1, max_length=MAX_IDS, **kwargs
    )


def texts_field(**kwargs: Any) -> serializers.ListField:
    return serializers.ListField(child=fields.CharField(max_length=200), max_length=200, **kwargs)


class Approval(ProspectIds, Reasoned):
    action = fields.ChoiceField(choices=["approve", "reject", "delete"])


class Approved(Done):
    approved_count = serializers.IntegerField(min_value=0)
    rejected_count = serializers.IntegerField(min_value=0)
    deleted_count = serializers.IntegerField(min_value=0)


class StepFilters(fields.StrictSerializer):
    category = fields.CharField(max_length=500, required=False, allow_blank=True, allow_null=True)


class StepInput(fields.StrictSerializer):
    """Which prospects; without ids all that are ready."""

    prospect_ids = ids_field(required=False, allow_null=True)
    filters = StepFilters(required=False, allow_null=True)


class SendInput(fields.StrictSerializer):
    prospect_ids = ids_field(required=False, allow_null=True)
    cc_map = serializers.DictField(
        child=fields.EmailField(), required=False, allow_null=True, help_text="A further address by prospect id."
    )

    def validate_cc_map(self, addresses: dict[str, str] | None) -> dict[str, str] | None:
        if addresses is None:
            return None
        wrong = {key: ["Must be the id of a prospect."] for key in addresses if not is_uuid(key)}
        if wrong:
            raise serializers.ValidationError(wrong)
        return {key.lower(): address for key, address in addresses.items()}


class DiscoverInput(fields.StrictSerializer):
    categories = texts_field(allow_empty=False, min_length=1)
    locations = texts_field(allow_empty=False, min_length=1)
    keywords = fields.CharField(max_length=2000, required=False, allow_blank=True, allow_null=True)
    max_results = fields.IntegerField(min_value=1, max_value=10_000, required=False, default=100)


class CategoryTemplateInput(fields.StrictSerializer):
    category = fields.CharField(max_length=200)
    notes = fields.TextField(required=False, allow_blank=True, allow_null=True)


class CategoryDraftInput(StepInput):
    category = fields.CharField(max_length=200, required=False, allow_blank=True, allow_null=True)
    concept = fields.TextField(allow_blank=True)
    subject_template = fields.CharField(max_length=1000)
    body_template = fields.TextField()


class JobStarted(Done):
    job_id = serializers.UUIDField()
    prospects_count = serializers.IntegerField(min_value=0)


class CategoryInput(ProspectIds, Reasoned):
    category = fields.CharField(max_length=200)


class Categorized(Done):
    categorized_count = serializers.IntegerField(min_value=0)


class CategoriesMigrated(Done):
    migrated_count = serializers.IntegerField(min_value=0)
    category_mapping = serializers.DictField(child=serializers.CharField())


class SocialDiscoverInput(fields.StrictSerializer):
    platform = fields.ChoiceField(choices=SourcePlatform.choices)
    categories = texts_field(allow_empty=False, min_length=1)
    locations = texts_field(allow_empty=False, min_length=1)
    keywords = texts_field(required=False, allow_null=True)
    parameters = serializers.DictField(required=False, allow_null=True)
    max_results = fields.IntegerField(min_value=1, max_value=10_000, required=False, default=100)


class SocialReviewInput(Reasoned):
    profile_ids = ids_field()
    action = fields.ChoiceField(choices=["qualify", "reject"])


class SocialReviewed(Done):
    updated = serializers.IntegerField(min_value=0)
    action = serializers.CharField()
    job_id = serializers.UUIDField(allow_null=True, help_text="The job that scrapes the profiles, if one was started.")


class SocialStepInput(fields.StrictSerializer):
    profile_ids = ids_field(required=False, allow_null=True)
    is_followup = fields.BooleanField(required=False, default=False)


class SocialJobStarted(Done):
    job_id = serializers.UUIDField()
    profiles_count = serializers.IntegerField(min_value=0)
    drafts_created = serializers.IntegerField(min_value=0)
    messages_sent = serializers.IntegerField(min_value=0)
    followups_created = serializers.IntegerField(min_value=0)
