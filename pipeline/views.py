"""The pipeline in the API."""

from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from config.api.views import ApiViewSet
from pipeline.counts import pipeline_status
from pipeline.serializers import PipelineStatusSerializer
from prospects.filters import CategoryFilterSet
from prospects.models import Prospect
from prospects.serializers import WebsiteSerializer
from prospects.views import ORDERINGS, VIEW


class PipelineViewSet(ApiViewSet):
    permissions = {"status": VIEW, "websites": VIEW}

    @action(detail=False, serializer_class=PipelineStatusSerializer)
    def status(self, request: Request) -> Response:
        """How many prospects are at each step; each number is the total of the list it stands for."""
        return Response(self.get_serializer(pipeline_status()).data)

    @action(
        detail=False,
        listing="page",
        serializer_class=WebsiteSerializer,
        filterset_class=CategoryFilterSet,
        orderings=ORDERINGS,
        default_ordering=("-created_at",),
    )
    def websites(self, request: Request) -> Response:
        """Web sites that were found and wait for a decision."""
        return self.paged(Prospect.objects.websites().select_related("discovery_query"))
