"""What the API shows of the pipeline."""

from typing import Any

from rest_framework import serializers

from pipeline.counts import STATUS_FIELDS


class PipelineStatusSerializer(serializers.Serializer[Any]):
    """How many prospects are at each step. Several names for one number are what the frontend reads."""

    def get_fields(self) -> dict[str, Any]:
        return {
            field: serializers.IntegerField(min_value=0, help_text=f"Length of the list `{name}`.")
            for field, name in STATUS_FIELDS.items()
        }
