"""Prospects that were merged, and what it takes to undo that."""

import uuid

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models.functions import Now
from django.utils import timezone

from prospects.models.prospect import Prospect


class Merge(models.Model):
    """One prospect that was merged into another."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    # The kept prospect may be deleted later; the record stays.
    kept = models.ForeignKey(
        Prospect, on_delete=models.DO_NOTHING, db_constraint=False, db_index=False, related_name="merges"
    )
    merged_id = models.UUIDField(help_text="The prospect that is no more.")
    merged_row = models.JSONField(encoder=DjangoJSONEncoder, help_text="Its columns.")
    kept_before = models.JSONField(encoder=DjangoJSONEncoder, help_text="The kept prospect's changed columns.")
    kept_after = models.JSONField(encoder=DjangoJSONEncoder)
    moved = models.JSONField(help_text="Keys of the rows that went over, by table and column.")
    created_at = models.DateTimeField(default=timezone.now, db_default=Now(), editable=False)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    undone_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "prospect_merges"
        ordering = ("-created_at", "id")
        indexes = (models.Index(fields=("kept",), name="prospect_merges_kept"),)

    def __str__(self) -> str:
        return f"{self.merged_id} into {self.kept_id}"
