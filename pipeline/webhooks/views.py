"""Webhooks in the API."""

from typing import Any
from uuid import UUID

from django.db.models import F
from django.http import Http404
from django_filters import filters
from rest_framework import mixins, serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from config.api import fields
from config.api.parameters import StrictFilterSet
from config.api.problems import Problem, as_problem
from config.api.views import ApiViewSet
from pipeline import webhooks
from pipeline.choices import DeliveryStatus
from pipeline.models import Webhook, WebhookDelivery
from pipeline.webhooks.subscriptions import UnknownEventType

VIEW, ADD, CHANGE, DELETE = (f"pipeline.{verb}_webhook" for verb in ("view", "add", "change", "delete"))


@as_problem.register
def _(error: webhooks.TargetRefused) -> Problem:
    return Problem(400, "target_refused", str(error))


@as_problem.register
def _(error: UnknownEventType) -> Problem:
    return Problem(400, "invalid", str(error))


class WebhookSerializer(serializers.ModelSerializer[Webhook]):
    """A subscription, without its secret."""

    event_types = serializers.ListField(child=serializers.CharField(), read_only=True)

    class Meta:
        model = Webhook
        fields = (
            "id",
            "url",
            "event_types",
            "active",
            "disabled_reason",
            "failing_since",
            "last_success_at",
            "created_at",
        )
        read_only_fields = fields


class WebhookInput(fields.StrictSerializer):
    url = fields.CharField(max_length=2000, help_text="https; inner hosts only where a setting names them.")
    event_types = serializers.ListField(
        child=fields.ChoiceField(choices=[(name, name) for name in webhooks.EVENT_TYPES]), min_length=1, max_length=10
    )


class WithSecret(WebhookSerializer):
    """A subscription with its secret, which is shown this once."""

    secret = serializers.CharField(read_only=True)

    class Meta(WebhookSerializer.Meta):
        fields = read_only_fields = (*WebhookSerializer.Meta.fields, "secret")  # type: ignore[assignment]


class ActiveInput(fields.StrictSerializer):
    active = fields.BooleanField()


class DeliverySerializer(serializers.ModelSerializer[WebhookDelivery]):
    """One event for one subscription."""

    payload = serializers.DictField(read_only=True)

    class Meta:
        model = WebhookDelivery
        fields = (
            "event_id",
            "event_type",
            "subject",
            "payload",
            "status",
            "attempts",
            "run_after",
            "response_status",
            "error",
            "created_at",
            "delivered_at",
        )
        read_only_fields = fields


class DeliveryFilterSet(StrictFilterSet):
    status = filters.ChoiceFilter(choices=DeliveryStatus.choices)

    class Meta:
        model = WebhookDelivery
        fields: tuple[str, ...] = ()


class WebhookViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, mixins.DestroyModelMixin, ApiViewSet):
    """Subscriptions to what happens here."""

    permissions = {
        "list": VIEW,
        "retrieve": VIEW,
        "create": ADD,
        "destroy": DELETE,
        "active": CHANGE,
        "secret": CHANGE,
    }
    queryset = Webhook.objects.all()
    serializer_class = WebhookSerializer
    input_classes = {"create": WebhookInput}
    orderings = {"created_at": F("created_at")}
    default_ordering = ("-created_at",)

    def get_serializer_class(self) -> Any:
        return WithSecret if self.action == "create" else super().get_serializer_class()

    def create(self, request: Request) -> Response:
        """Subscribe. The secret that signs every event is in this answer and never again."""
        body = self.body()
        hook, secret = webhooks.subscribe(body["url"], body["event_types"], request.user)
        return Response({**WebhookSerializer(hook).data, "secret": secret}, status=201)

    @action(detail=True, methods=["post"], serializer_class=ActiveInput, answer_class=WebhookSerializer)
    def active(self, request: Request, pk: UUID) -> Response:
        """Switch a subscription on or off. What waits by then is sent when it is on; nothing is kept meanwhile."""
        hook = self._hook(pk)
        webhooks.enable(hook, active=self.body()["active"])
        return Response(WebhookSerializer(hook).data)

    @action(detail=True, methods=["post"], serializer_class=None, answer_class=WithSecret)
    def secret(self, request: Request, pk: UUID) -> Response:
        """Replace the secret, at once; the new one is in this answer and never again."""
        hook = self._hook(pk)
        return Response({**WebhookSerializer(hook).data, "secret": webhooks.replace_secret(hook)})

    def _hook(self, pk: UUID) -> Webhook:
        hook = Webhook.objects.filter(pk=pk).first()
        if hook is None:
            raise Http404("There is no webhook with this id.")
        return hook


class DeliveryViewSet(ApiViewSet):
    """What a subscription was told, or is still to be told."""

    permissions = {"deliveries": VIEW}
    queryset = WebhookDelivery.objects.all()
    serializer_class = DeliverySerializer
    filterset_class = DeliveryFilterSet

    @action(detail=False, url_path="(?P<webhook_id>[^/.]+)/deliveries", listing="page")
    def deliveries(self, request: Request, webhook_id: UUID) -> Response:
        """The events of a subscription in the order in which they happened."""
        if not Webhook.objects.filter(pk=self.kwargs["webhook_id"]).exists():
            raise Http404("There is no webhook with this id.")
        return self.paged(WebhookDelivery.objects.filter(webhook=self.kwargs["webhook_id"]))
