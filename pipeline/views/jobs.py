"""Jobs: what runs, what ran, and ending one."""

from uuid import UUID

from django.db.models import F
from django.http import Http404
from rest_framework import mixins
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from config.api.views import ApiViewSet
from pipeline import jobs
from pipeline.filters import JobFilterSet
from pipeline.models import Job
from pipeline.serializers.jobs import Cancelled, JobSerializer, JobStatusSerializer

VIEW = "pipeline.view_job"


class JobViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, ApiViewSet):
    """Jobs, the newest first."""

    permissions = {"list": VIEW, "retrieve": VIEW, "status": VIEW, "cancel": "pipeline.change_job"}
    queryset = Job.objects.all()
    serializer_class = JobSerializer
    filterset_class = JobFilterSet
    orderings = {"created_at": F("created_at"), "updated_at": F("updated_at")}
    default_ordering = ("-created_at",)

    @action(detail=True, serializer_class=JobStatusSerializer)
    def status(self, request: Request, pk: UUID) -> Response:
        """How far a job is, in few words."""
        return Response(self.get_serializer(self.get_object()).data)

    @action(
        detail=False, methods=["post"], url_path=r"cancel/(?P<pk>[^/.]+)", serializer_class=None, answer_class=Cancelled
    )
    def cancel(self, request: Request, pk: UUID) -> Response:
        """End a pending or running job; what it has done stays."""
        job = Job.objects.filter(pk=pk).first()
        if job is None:
            raise Http404("There is no job with this id.")
        return self.answer({"success": True, "message": "The job is cancelled.", "job": jobs.cancel(job)})
