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
from pipeline.filters import JobFilterSet, JobItemFilterSet
from pipeline.models import Job, JobItem
from pipeline.serializers.jobs import Cancelled, JobItemSerializer, JobSerializer, JobStatusSerializer
from prospects.changes import Cause

VIEW, CHANGE = "pipeline.view_job", "pipeline.change_job"


class JobViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, ApiViewSet):
    """Jobs, the newest first."""

    permissions = {
        "list": VIEW,
        "retrieve": VIEW,
        "status": VIEW,
        "cancel": CHANGE,
        "retry": CHANGE,
        "score": VIEW,
        "send": VIEW,
        "followup": VIEW,
    }
    queryset = Job.objects.all()
    serializer_class = JobSerializer
    filterset_class = JobFilterSet
    orderings = {"created_at": F("created_at"), "updated_at": F("updated_at")}
    default_ordering = ("-created_at",)

    @action(detail=False, methods=["post"], serializer_class=None, always_fails=True)
    def score(self, request: Request) -> Response:
        """There are no scoring jobs: 404."""
        raise Http404("There are no scoring jobs; a prospect's score comes from its discovery.")

    @action(detail=False, methods=["post"], serializer_class=None, always_fails=True)
    def send(self, request: Request) -> Response:
        """Sending is started elsewhere: 404."""
        raise Http404("Sending is started by POST /api/pipeline/send.")

    @action(detail=False, methods=["post"], serializer_class=None, always_fails=True)
    def followup(self, request: Request) -> Response:
        """Follow-ups are started elsewhere: 404."""
        raise Http404("Follow-ups are started by POST /api/social/pipeline/followup.")

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
        cancelled = jobs.cancel(job, Cause(user=request.user))
        return self.answer({"success": True, "message": "The job is cancelled.", "job": cancelled})

    @action(detail=True, methods=["post"], serializer_class=None, answer_class=JobSerializer)
    def retry(self, request: Request, pk: UUID) -> Response:
        """Do the failed items of a job again, or go on with a failed or cancelled one; what was done stays done."""
        job = Job.objects.filter(pk=pk).first()
        if job is None:
            raise Http404("There is no job with this id.")
        return Response(JobSerializer(jobs.retry(job, Cause(user=request.user))).data)


class JobItemViewSet(ApiViewSet):
    """What a job did for each prospect."""

    permissions = {"items": VIEW}
    queryset = JobItem.objects.all()
    serializer_class = JobItemSerializer
    filterset_class = JobItemFilterSet

    @action(
        detail=False, url_path="(?P<job_id>[^/.]+)/items", listing="page", orderings={"position": F("position")},
        default_ordering=("position",),
    )  # fmt: skip
    def items(self, request: Request, job_id: UUID) -> Response:
        """The items of a job in their order: what was done, or why not."""
        if not Job.objects.filter(pk=self.kwargs["job_id"]).exists():
            raise Http404("There is no job with this id.")
        return self.paged(JobItem.objects.filter(job=self.kwargs["job_id"]))
