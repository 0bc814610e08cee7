"""Jobs: what runs, how far it is, what came of it; retry and cancel."""

from collections.abc import Callable
from typing import Any

from django.contrib import admin, messages
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import Count, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import path, reverse
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.views.decorators.http import require_POST

from config.admin import ReadOnlyAdmin, json_field
from pipeline import jobs
from pipeline.choices import JobItemStatus, JobStatus
from pipeline.models import Job, JobItem
from prospects.changes import Cause
from prospects.models import Prospect

ITEMS_PER_PAGE = 100
ENDED = (JobStatus.COMPLETED, JobStatus.FAILED, JobStatus.CANCELLED)
# What a person may do with a job, by the name in the address.
CONTROLS: dict[str, tuple[str, Callable[[Job, Cause], Job]]] = {
    "cancel": ("Cancelled", jobs.cancel),
    "retry": ("Started again", jobs.retry),
}


@admin.register(Job)
class JobAdmin(ReadOnlyAdmin[Job]):
    list_display = ("job_type", "status_badge", "progress", "attempts", "duration", "error", "started_by", "created_at")
    list_filter = ("status", "job_type", "created_at")
    list_defer = ("params", "result", "legacy_values")
    search_fields = ("id", "error_message")
    search_help_text = "A job's id, or part of its error."
    fieldsets = (
        (
            None,
            {
                "fields": (
                    "id",
                    ("status_badge", "progress"),
                    "activity",
                    "error_message",
                    ("started_by", "created_at"),
                    ("started_at", "finished_at", "duration"),
                    ("attempts", "run_after"),
                    ("worker", "heartbeat_at", "lease_until"),
                )
            },
        ),
        (
            "Details",
            {
                "fields": (*map(json_field, ("params", "result")), "drafts_created", json_field("legacy_values")),
                "classes": ("collapse",),
            },
        ),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Job]:
        return super().get_queryset(request).select_related("started_by")

    def get_urls(self) -> list[Any]:
        view = self.admin_site.admin_view(self.control_view)
        return [path("<path:object_id>/control/<str:name>/", view, name="pipeline_job_control"), *super().get_urls()]

    @method_decorator(require_POST)
    def control_view(self, request: HttpRequest, object_id: str, name: str) -> HttpResponse:
        if not request.user.has_perm("pipeline.change_job"):
            raise PermissionDenied("Retrying and cancelling jobs needs the permission pipeline.change_job.")
        job = self.get_object(request, unquote(object_id))
        if job is None or name not in CONTROLS:
            raise Http404(f"There is no job {object_id} or no such thing to do as {name!r}.")
        done, control = CONTROLS[name]
        try:
            control(job, Cause(user=request.user))
            messages.success(request, f"{done}: {job.get_job_type_display()} job.")
        except (jobs.Refused, jobs.CannotStart) as refused:
            messages.error(request, str(refused))
        return HttpResponseRedirect(reverse("admin:pipeline_job_change", args=[job.pk]))

    def render_change_form(
        self,
        request: HttpRequest,
        context: dict[str, Any],
        add: bool = False,
        change: bool = False,
        form_url: str = "",
        obj: Job | None = None,
    ) -> HttpResponse:
        if obj:
            counts = _item_counts(obj)
            context |= {
                "title": "Job",
                "item_counts": counts,
                **_items(obj, request),
                "controls": _controls(obj, counts) if request.user.has_perm("pipeline.change_job") else (),
                # A page about something that moves looks again by itself.
                "refresh": obj.status not in ENDED,
            }
        return super().render_change_form(request, context, add, change, form_url, obj)

    @admin.display(description="status", ordering="status")
    def status_badge(self, job: Job) -> SafeString:
        return format_html('<span class="badge job-{}">{}</span>', job.status, job.get_status_display())

    @admin.display(description="progress")
    def progress(self, job: Job) -> SafeString | str:
        """A bar drawn as SVG, with its meaning in words beside it."""
        at = jobs.progress(job)
        # Jobs of the older system counted no items.
        if at.fraction is None or (job.status in ENDED and job.started_at is None and not at.done + at.failed):
            return "-"
        failed = f", {at.failed} failed" if at.failed else ""
        return format_html(
            '<svg class="progress" width="100" height="10" role="img" aria-label="{} %">'
            '<rect class="whole" width="100" height="10" rx="3"/><rect width="{}" height="10" rx="3"/></svg> '
            "{} of {}{}",
            percent := round(100 * at.fraction),
            percent,
            at.done + at.failed,
            at.total,
            failed,
        )

    @admin.display(description="duration")
    def duration(self, job: Job) -> str:
        if job.started_at is None:
            return "-"
        seconds = ((job.finished_at or timezone.now()) - job.started_at).total_seconds()
        minutes, rest = divmod(round(seconds), 60)
        return f"{minutes} min {rest} s" if minutes else f"{rest} s"

    @admin.display(description="error")
    def error(self, job: Job) -> str:
        text = job.error_message or ""
        return f"{text[:80]}…" if len(text) > 80 else text


@admin.register(JobItem)
class JobItemAdmin(ReadOnlyAdmin[JobItem]):
    """The items of all jobs; a job's own are on its page."""

    list_display = ("job", "position", "prospect_id", "status", "attempts", "run_after", "detail", "finished_at")
    list_filter = ("status", "finished_at")
    list_select_related = ("job",)
    search_fields = ("=job__id", "=prospect__id", "detail")
    search_help_text = "A job's or a prospect's id, or part of the detail."
    fields = (("job", "position"), ("prospect_id", "status"), ("attempts", "run_after", "finished_at"), "detail")


def _controls(job: Job, counts: list[tuple[str, str, int]]) -> list[tuple[str, str, str]]:
    """What can be done now: names of CONTROLS with the texts of their buttons, and why one cannot be used."""
    if job.status not in ENDED:
        return [("cancel", "Cancel", "")]
    if jobs.retryable(job):
        failed = any(status == JobItemStatus.FAILED for status, _, _ in counts)
        return [("retry", "Do the failed items again" if failed else "Start again", _cannot_start(job))]
    return []


def _cannot_start(job: Job) -> str:
    try:
        jobs.handler_for(job.job_type)
    except jobs.NoHandler as error:
        return str(error)
    return ""


def _item_counts(job: Job) -> list[tuple[str, str, int]]:
    """Value and name of each status of the job's items, and how many have it."""
    counts = dict(job.items.order_by().values_list("status").annotate(Count("pk")))
    return [(status.value, str(status.label), counts[status]) for status in JobItemStatus if status in counts]


def _items(job: Job, request: HttpRequest) -> dict[str, Any]:
    """One page of the job's items, with `?items=failed` those of one status, each with its prospect's name."""
    rows: QuerySet[JobItem] = job.items.order_by("position")
    if (wanted := request.GET.get("items")) in JobItemStatus.values:
        rows = rows.filter(status=wanted)
    page = Paginator(rows, ITEMS_PER_PAGE).get_page(request.GET.get("p"))
    ids = [item.prospect_id for item in page.object_list if item.prospect_id]
    names = {row.pk: str(row) for row in Prospect.objects.filter(pk__in=ids).only("domain", "username")}
    named = [(item, names.get(item.prospect_id) if item.prospect_id else None) for item in page.object_list]
    return {"items_page": page, "items": named}
