"""Addresses and domains that are never written to again."""

from django.conf import settings
from django.db import models
from django.db.models.functions import Now
from django.utils import timezone

from prospects.choices import SuppressionKind, SuppressionReason, SuppressionSource
from prospects.models.fields import one_of, status_field


class Suppression(models.Model):
    """One e-mail address, or one domain with all below it. Rows are made by `prospects.suppression`."""

    kind = models.CharField(choices=SuppressionKind)
    value = models.CharField(help_text="The address or domain as it was given.")
    key = models.CharField(editable=False, help_text="The value normalised.")
    reason = status_field(SuppressionReason, SuppressionReason.OTHER)
    source = status_field(SuppressionSource, SuppressionSource.MANUAL)
    note = models.TextField(default="", db_default="", blank=True)
    created_at = models.DateTimeField(default=timezone.now, db_default=Now(), editable=False)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )

    class Meta:
        db_table = "suppressions"
        ordering = ("-created_at", "-id")
        constraints = (
            models.UniqueConstraint(fields=("key", "kind"), name="suppressions_once"),
            one_of("kind", SuppressionKind, "suppressions_kind_valid"),
            one_of("reason", SuppressionReason, "suppressions_reason_valid"),
            one_of("source", SuppressionSource, "suppressions_source_valid"),
        )

    def __str__(self) -> str:
        return self.value
