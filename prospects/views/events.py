"""The history of a prospect."""

from uuid import UUID

from django.db.models import F
from django.http import Http404
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from config.api.views import ApiViewSet
from prospects.models import Prospect, ProspectEvent
from prospects.serializers import EventSerializer


class EventViewSet(ApiViewSet):
    permissions = {"events": "prospects.view_prospectevent"}
    queryset = ProspectEvent.objects.all()
    serializer_class = EventSerializer
    orderings = {"id": F("id")}
    default_ordering = ("-id",)

    @action(detail=True, listing="page")
    def events(self, request: Request, pk: UUID) -> Response:
        """What was changed, the latest first. The history of a deleted prospect stays."""
        events = ProspectEvent.objects.filter(prospect_id=pk)
        if not events.exists() and not Prospect.objects.filter(pk=pk).exists():
            raise Http404("There is no such prospect, and there never was.")
        return self.paged(events.select_related("user"))
