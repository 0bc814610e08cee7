"""Who is told of what happens here, and the outbox of what is still to be told."""

import uuid

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import Q

from pipeline.choices import DeliveryStatus
from pipeline.models.fields import created_field, updated_field
from prospects.models import one_of, status_field


class Webhook(models.Model):
    """A subscription: events of these types are posted to the URL, signed with the secret."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    url = models.CharField()
    event_types = models.JSONField(default=list)
    secret = models.TextField(editable=False, help_text="Encrypted; shown once when it is made.")
    active = models.BooleanField(default=True, db_default=True)
    disabled_reason = models.TextField(default="", db_default="", blank=True, editable=False)
    failing_since = models.DateTimeField(null=True, blank=True, editable=False)
    last_success_at = models.DateTimeField(null=True, blank=True, editable=False)
    lease_token = models.UUIDField(null=True, blank=True, editable=False)
    lease_until = models.DateTimeField(null=True, blank=True, editable=False)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    created_at = created_field()
    updated_at = updated_field()

    class Meta:
        db_table = "webhooks"
        ordering = ("-created_at", "id")

    def __str__(self) -> str:
        return self.url


class WebhookDelivery(models.Model):
    """One event for one subscription: written in the transaction of what happened, kept until it was received."""

    webhook = models.ForeignKey(Webhook, on_delete=models.CASCADE, db_index=False, related_name="deliveries")
    event_id = models.UUIDField(default=uuid.uuid4, help_text="The same for every subscription and every attempt.")
    event_type = models.CharField()
    subject = models.CharField(help_text="Events of one subject, such as a prospect, are delivered in their order.")
    payload = models.JSONField(encoder=DjangoJSONEncoder)
    status = status_field(DeliveryStatus, DeliveryStatus.PENDING)
    attempts = models.PositiveIntegerField(default=0, db_default=0)
    run_after = models.DateTimeField(null=True, blank=True)
    response_status = models.PositiveIntegerField(null=True, blank=True)
    error = models.TextField(default="", db_default="", blank=True)
    created_at = created_field()
    delivered_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "webhook_deliveries"
        ordering = ("id",)
        verbose_name_plural = "webhook deliveries"
        constraints = (one_of("status", DeliveryStatus, "webhook_deliveries_status_valid"),)
        indexes = (
            models.Index(fields=("webhook", "id"), name="webhook_deliveries_newest"),
            models.Index(
                fields=("webhook", "subject", "id"), name="webhook_deliveries_pending", condition=Q(status="pending")
            ),
        )

    def __str__(self) -> str:
        return f"{self.event_type} {self.status}"
