"""Starting the steps of the pipeline. Each answers with the job that was made."""

from typing import Any
from uuid import UUID

from django.http import Http404
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from config.api.views import ApiViewSet
from config.words import counted
from pipeline import services, steps, switches
from pipeline.choices import JobType
from pipeline.models import Job
from pipeline.serializers.jobs import DraftJobSerializer
from pipeline.serializers.steps import (
    CategoryDraftInput,
    CategoryTemplateInput,
    DiscoverInput,
    JobStarted,
    SendInput,
    StepInput,
)
from prospects.changes import Cause

START = "pipeline.add_job"


class StepViewSet(ApiViewSet):
    permissions = {
        "discover": START,
        "scrape": START,
        "verify": START,
        "draft": START,
        "draft_job": "pipeline.view_job",
        "category_template": START,
        "draft_category": START,
        "send": START,
    }
    serializer_class = StepInput
    answer_class = JobStarted

    @action(detail=False, methods=["post"], serializer_class=DiscoverInput)
    def discover(self, request: Request) -> Response:
        """Search for web sites of the categories at the locations."""
        params = self.body()
        switches.require_master()
        job = steps.make_job(JobType.DISCOVER, "Discovering", Cause(user=request.user), params)
        return self._started(job, "Discovery", 0)

    @action(detail=False, methods=["post"])
    def scrape(self, request: Request) -> Response:
        """Look for contacts on web sites that were found and not rejected."""
        return self._start(steps.SCRAPE)

    @action(detail=False, methods=["post"])
    def verify(self, request: Request) -> Response:
        """Verify e-mails found by scraping."""
        return self._start(steps.VERIFY)

    @action(detail=False, methods=["post"])
    def draft(self, request: Request) -> Response:
        """Write drafts for prospects that have an e-mail and no draft."""
        return self._start(steps.DRAFT)

    @action(
        detail=False,
        url_path=r"draft/jobs/(?P<job_id>[^/.]+)",
        serializer_class=DraftJobSerializer,
        answer_class=None,
    )
    def draft_job(self, request: Request, job_id: UUID) -> Response:
        """How far a drafting job is."""
        job = Job.objects.filter(pk=job_id, job_type__in=(JobType.DRAFT, JobType.SOCIAL_DRAFT)).first()
        if job is None:
            raise Http404("There is no drafting job with this id.")
        return Response(self.get_serializer(job).data)

    @action(
        detail=False,
        methods=["post"],
        url_path="draft/category/template",
        serializer_class=CategoryTemplateInput,
        always_fails=True,
    )
    def category_template(self, request: Request) -> Response:
        """Have a template written for a category."""
        self.body()
        raise services.unavailable("Writing a template", services.GEMINI)

    @action(detail=False, methods=["post"], url_path="draft/category", serializer_class=CategoryDraftInput)
    def draft_category(self, request: Request) -> Response:
        """Write drafts from a template for the prospects of a category."""
        return self._start(steps.DRAFT, "category", "concept", "subject_template", "body_template")

    @action(detail=False, methods=["post"], serializer_class=SendInput)
    def send(self, request: Request) -> Response:
        """Send the drafts of verified prospects."""
        return self._start(steps.SEND, "cc_map")

    def _start(self, step: steps.Step, *params: str) -> Response:
        body = self.body()
        category = body.get("category") or (body.get("filters") or {}).get("category") or ""
        given: dict[str, Any] = {name: body[name] for name in params if body.get(name)}
        job, count = steps.start(step, Cause(user=self.request.user), body.get("prospect_ids"), category, given)
        return self._started(job, step.doing, count)

    def _started(self, job: Job, doing: str, count: int) -> Response:
        message = f"{doing} was started." if not count else f"{doing} was started for {counted(count, 'prospect')}."
        return self.answer({"success": True, "job_id": job.pk, "message": message, "prospects_count": count})
