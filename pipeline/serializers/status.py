"""What the API shows of the pipeline."""

from typing import Any

from rest_framework import serializers

from pipeline.counts import STATUS_FIELDS
from prospects.models import Prospect


class PipelineStatusSerializer(serializers.Serializer[Any]):
    """How many prospects are at each step. Several names for one number are what the frontend reads."""

    def get_fields(self) -> dict[str, Any]:
        return {
            field: serializers.IntegerField(min_value=0, help_text=f"Length of the list `{name}`.")
            for field, name in STATUS_FIELDS.items()
        }


class ReviewSerializer(serializers.ModelSerializer[Prospect]):
    """An e-mail found by scraping."""

    email = serializers.CharField(source="contact_email", read_only=True)
    type = serializers.CharField(source="contact_method", read_only=True, allow_null=True)
    confidence = serializers.FloatField(source="verification_confidence", read_only=True, allow_null=True)

    def get_fields(self) -> dict[str, Any]:
        # A class attribute of this name would hide the serializer's own `source`.
        source = serializers.CharField(source="scrape_source_url", read_only=True, allow_null=True)
        return super().get_fields() | {"source": source}

    class Meta:
        model = Prospect
        fields = (
            "id",
            "domain",
            "email",
            "contact_email",
            "type",
            "confidence",
            "verification_confidence",
            "verification_status",
        )
        read_only_fields = fields
