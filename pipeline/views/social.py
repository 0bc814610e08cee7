"""The social pipeline: profiles, their numbers, decisions and steps."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet
from django.http import FileResponse, StreamingHttpResponse
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from config.api.exports import csv_response, xlsx_response
from config.api.lists import CheckedPagination
from config.api.views import ApiViewSet
from config.words import counted
from pipeline import services, steps, switches
from pipeline.choices import JobType
from pipeline.counts import social_stats, social_status
from pipeline.filters import DraftedProfileFilterSet, PlatformFilterSet, ProfileFilterSet
from pipeline.models import Job
from pipeline.serializers.social import (
    ProfileSerializer,
    SocialStatsSerializer,
    SocialStatusParameters,
    SocialStatusSerializer,
)
from pipeline.serializers.steps import (
    SocialDiscoverInput,
    SocialJobStarted,
    SocialReviewed,
    SocialReviewInput,
    SocialStepInput,
)
from pipeline.views.steps import START
from prospects import decisions
from prospects.changes import Cause
from prospects.exports import PROFILES
from prospects.models import Prospect
from prospects.querysets import ProspectQuerySet
from prospects.serializers import Done, DraftInput
from prospects.views import ORDERINGS, VIEW
from prospects.views.exports import WHOLE, WORKBOOK
from prospects.views.prospects import CHANGE


class ProfilePagination(CheckedPagination):
    """The shape that the frontend reads of `GET /api/social/profiles`."""

    schema_prefix = "ActivePaginated"

    def shape(self, data: Sequence[Any]) -> dict[str, Any]:
        return {**super().shape(data), "status": "active"}

    def get_paginated_response_schema(self, schema: dict[str, Any]) -> dict[str, Any]:
        flat = super().get_paginated_response_schema(schema)
        flat["properties"]["status"] = {"type": "string", "enum": ["active"]}
        return {**flat, "required": list(flat["properties"])}


class SocialViewSet(ApiViewSet):
    """Social profiles are prospects whose source is `social`."""

    permissions = {
        "profiles": VIEW,
        "drafts": VIEW,
        "sent": VIEW,
        "save_draft": CHANGE,
        "stats": VIEW,
        "status": VIEW,
        "profiles_csv": VIEW,
        "drafts_csv": VIEW,
        "sent_csv": VIEW,
        "profiles_workbook": VIEW,
        "drafts_workbook": VIEW,
        "sent_workbook": VIEW,
    }
    queryset = Prospect.objects.social_source()
    serializer_class = ProfileSerializer
    orderings = ORDERINGS
    default_ordering = ("-created_at",)

    @action(detail=False, listing="page", filterset_class=ProfileFilterSet, pagination_class=ProfilePagination)
    def profiles(self, request: Request) -> Response:
        """Profiles, of all stages unless `discovery_status` names a list."""
        return self.paged(Prospect.objects.social_source())

    @action(detail=False, listing="page", filterset_class=DraftedProfileFilterSet)
    def drafts(self, request: Request) -> Response:
        """Profiles with a draft that was not sent."""
        return self.paged(Prospect.objects.social_drafts())

    @action(detail=False, listing="page", filterset_class=PlatformFilterSet, default_ordering=("-last_sent",))
    def sent(self, request: Request) -> Response:
        """Profiles that were written to, the latest first."""
        return self.paged(Prospect.objects.social_sent())

    @action(
        detail=False,
        methods=["put"],
        url_path=r"profiles/(?P<pk>[^/.]+)/draft",
        serializer_class=DraftInput,
        answer_class=Done,
    )
    def save_draft(self, request: Request, pk: UUID) -> Response:
        """Save the subject or the body of a profile's draft, or both."""
        texts = self.body()
        cause, profiles = Cause(user=request.user), Prospect.objects.social_source()
        decisions.save_draft(pk, texts.get("subject"), texts.get("body"), cause, profiles)
        return self.answer({"success": True, "message": "The draft is saved."})

    @action(detail=False, serializer_class=SocialStatsSerializer)
    def stats(self, request: Request) -> Response:
        """The numbers of the social overview."""
        return Response(self.get_serializer(social_stats()).data)

    @action(
        detail=False,
        url_path="pipeline/status",
        serializer_class=SocialStatusSerializer,
        parameters=SocialStatusParameters,
    )
    def status(self, request: Request) -> Response:
        """How many profiles are at each step, of one platform or of all."""
        query = self.query()
        platform = query.get("platform", "")
        counts: dict[str, Any] = dict(social_status(platform, query.get("category", "")))
        words = {"status": "active", "platform": platform or None, "message": None, "reason": None}
        return Response(self.get_serializer(counts | words).data)

    @action(detail=False, url_path="profiles/export/csv", filterset_class=ProfileFilterSet, **WHOLE)
    def profiles_csv(self, request: Request) -> StreamingHttpResponse:
        """The profiles as CSV."""
        return csv_response("profiles.csv", PROFILES, self._rows(Prospect.objects.social_source()))

    @action(detail=False, url_path="drafts/export/csv", filterset_class=DraftedProfileFilterSet, **WHOLE)
    def drafts_csv(self, request: Request) -> StreamingHttpResponse:
        """The list `social_drafts` as CSV."""
        return csv_response("profile-drafts.csv", PROFILES, self._rows(Prospect.objects.social_drafts()))

    @action(detail=False, url_path="sent/export/csv", filterset_class=PlatformFilterSet, **WHOLE)
    def sent_csv(self, request: Request) -> StreamingHttpResponse:
        """The list `social_sent` as CSV."""
        return csv_response("profiles-sent.csv", PROFILES, self._rows(Prospect.objects.social_sent()))

    @action(detail=False, url_path="profiles/export/xlsx", filterset_class=ProfileFilterSet, **WORKBOOK)
    def profiles_workbook(self, request: Request) -> FileResponse:
        """The profiles as an XLSX workbook."""
        return xlsx_response("profiles.xlsx", PROFILES, self._rows(Prospect.objects.social_source()))

    @action(detail=False, url_path="drafts/export/xlsx", filterset_class=DraftedProfileFilterSet, **WORKBOOK)
    def drafts_workbook(self, request: Request) -> FileResponse:
        """The list `social_drafts` as an XLSX workbook."""
        return xlsx_response("profile-drafts.xlsx", PROFILES, self._rows(Prospect.objects.social_drafts()))

    @action(detail=False, url_path="sent/export/xlsx", filterset_class=PlatformFilterSet, **WORKBOOK)
    def sent_workbook(self, request: Request) -> FileResponse:
        """The list `social_sent` as an XLSX workbook."""
        return xlsx_response("profiles-sent.xlsx", PROFILES, self._rows(Prospect.objects.social_sent()))

    def _rows(self, rows: ProspectQuerySet) -> QuerySet[Any]:
        return self.filter_queryset(rows).order_by("-created_at", "pk")


class SocialStepViewSet(ApiViewSet):
    """The steps of the social pipeline."""

    permissions = {
        "discover": START,
        "review": CHANGE,
        "scrape": START,
        "draft": START,
        "send": START,
        "followup": START,
    }
    serializer_class = SocialStepInput
    answer_class = SocialJobStarted

    @action(detail=False, methods=["post"], serializer_class=SocialDiscoverInput)
    def discover(self, request: Request) -> Response:
        """Search for profiles on a platform."""
        params = self.body()
        switches.require_master()
        job = steps.make_job(JobType.SOCIAL_DISCOVER, "Discovering profiles", Cause(user=request.user), params)
        return self._started(job, "Discovery", 0)

    @action(detail=False, methods=["post"], serializer_class=SocialReviewInput, answer_class=SocialReviewed)
    def review(self, request: Request) -> Response:
        """Qualify profiles, which also starts scraping them where that is possible, or reject them."""
        body = self.body()
        cause = Cause(user=request.user, reason=body.get("reason", ""))
        ids, decision = body["profile_ids"], body["action"]
        job, note = None, ""
        if decision == "reject":
            count = decisions.reject(ids, cause, profiles_only=True)
        else:
            count = decisions.approve(ids, cause, profiles_only=True)
            job, note = self._scrape_if_possible(ids, cause)
        message = f"{counted(count, 'profile')} {'rejected' if decision == 'reject' else 'qualified'}.{note}"
        job_id = job.pk if job else None
        return self.answer(
            {"success": True, "updated": count, "action": decision, "message": message, "job_id": job_id}
        )

    @action(detail=False, methods=["post"])
    def scrape(self, request: Request) -> Response:
        """Read approved profiles."""
        return self._start(steps.SOCIAL_SCRAPE)

    @action(detail=False, methods=["post"])
    def draft(self, request: Request) -> Response:
        """Write drafts for approved profiles, or follow-ups for those written to."""
        return self._start(steps.SOCIAL_FOLLOW_UP if self.body()["is_followup"] else steps.SOCIAL_DRAFT)

    @action(detail=False, methods=["post"])
    def send(self, request: Request) -> Response:
        """Send the drafts of profiles."""
        return self._start(steps.SOCIAL_SEND)

    @action(detail=False, methods=["post"])
    def followup(self, request: Request) -> Response:
        """Write follow-ups for profiles written to at least a week ago."""
        return self._start(steps.SOCIAL_FOLLOW_UP)

    def _start(self, step: steps.Step) -> Response:
        params = {"is_followup": True} if step is steps.SOCIAL_FOLLOW_UP else {}
        job, count = steps.start(step, Cause(user=self.request.user), self.body().get("profile_ids"), params=params)
        return self._started(job, step.doing, count)

    def _started(self, job: Job, doing: str, count: int) -> Response:
        message = f"{doing} was started." if not count else f"{doing} was started for {counted(count, 'profile')}."
        zeros = {"drafts_created": 0, "messages_sent": 0, "followups_created": 0}
        return self.answer({"success": True, "job_id": job.pk, "message": message, "profiles_count": count, **zeros})

    def _scrape_if_possible(self, ids: list[UUID], cause: Cause) -> tuple[Job | None, str]:
        """Qualifying stands by itself; that scraping could not be started is said, not hidden."""
        ready = Prospect.objects.filter(pk__in=ids).social_to_scrape()
        try:
            with transaction.atomic():
                switches.require_master()
                job = steps.make_job(JobType.SOCIAL_SCRAPE, "Scraping profiles", cause, {}, ready)
        except (switches.SwitchedOff, switches.UnreadableSetting, services.NotAvailable) as error:
            return None, f" They are not being scraped: {error}"
        return job, ""
