"""Jobs in the API."""

from typing import Any

from rest_framework import serializers

from pipeline.models import Job, JobItem
from prospects.serializers import Done


class JobSerializer(serializers.ModelSerializer[Job]):
    """One run of a step and how far it is."""

    params = serializers.SerializerMethodField(help_text="What the job was asked for.")

    class Meta:
        model = Job
        fields = (
            "id",
            "job_type",
            "status",
            "params",
            "result",
            "error_message",
            "drafts_created",
            "total_targets",
            "done_items",
            "failed_items",
            "activity",
            "attempts",
            "started_at",
            "finished_at",
            "created_at",
            "updated_at",
        )
        read_only_fields = fields

    def get_params(self, job: Job) -> dict[str, Any]:
        return job.params or {}


class JobItemSerializer(serializers.ModelSerializer[JobItem]):
    """What a job did for one prospect."""

    prospect_id = serializers.UUIDField(read_only=True, allow_null=True)

    class Meta:
        model = JobItem
        fields = ("position", "prospect_id", "status", "detail", "attempts", "run_after", "finished_at")
        read_only_fields = fields


class DraftJobSerializer(serializers.ModelSerializer[Job]):
    """How far a drafting job is."""

    job_id = serializers.UUIDField(source="id", read_only=True)

    class Meta:
        model = Job
        fields = ("job_id", "status", "total_targets", "drafts_created", "started_at", "updated_at", "error_message")
        read_only_fields = fields


class JobStatusSerializer(serializers.ModelSerializer[Job]):
    job_id = serializers.UUIDField(source="id", read_only=True)

    class Meta:
        model = Job
        fields = ("job_id", "job_type", "status", "total_targets", "done_items", "failed_items", "error_message")
        read_only_fields = fields


class Cancelled(Done):
    job = JobSerializer()
