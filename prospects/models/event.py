"""The history of prospects."""

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models.functions import Now
from django.utils import timezone

from prospects.choices import EventKind
from prospects.models.fields import one_of
from prospects.models.prospect import Prospect


class ProspectEvent(models.Model):
    """One change to one field of a prospect: who or which job, when, from, to, and why.

    Written in the transaction of the change by `prospects.changes`. The prospect's row may be gone: its history stays.
    """

    prospect = models.ForeignKey(Prospect, on_delete=models.DO_NOTHING, db_constraint=False, related_name="events")
    at = models.DateTimeField(default=timezone.now, db_default=Now())
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True)
    job = models.ForeignKey("pipeline.Job", on_delete=models.SET_NULL, null=True, blank=True)
    kind = models.CharField(choices=EventKind)
    field = models.CharField(default="", db_default="", help_text="Empty for a prospect created or deleted.")
    old = models.JSONField(null=True, encoder=DjangoJSONEncoder)
    new = models.JSONField(null=True, encoder=DjangoJSONEncoder)
    reason = models.TextField(default="", db_default="")

    class Meta:
        db_table = "prospect_events"
        ordering = ("-id",)
        constraints = (one_of("kind", EventKind, "prospect_events_kind_valid"),)

    def __str__(self) -> str:
        return f"{self.field} {self.old} -> {self.new}" if self.kind == EventKind.CHANGED else str(self.kind)
