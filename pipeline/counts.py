"""The numbers of the pipeline's pages: each is the length of a list, counted by the list's own queryset method."""

from collections.abc import Mapping
from typing import Any

from django.db.models import QuerySet

from config.api.integrity import proven
from pipeline.choices import JobStatus, JobType
from pipeline.models import Job
from prospects.choices import OutreachStatus, SourcePlatform, Stage
from prospects.models import Prospect
from prospects.querysets import ProspectQuerySet

#: The fields of the pipeline's status by the list that each counts; the frontend reads one number by several names.
STATUS_FIELDS = {
    "discovered": "websites",
    "approved": "approved",
    "scraped": "scraped",
    "discovered_for_scraping": "to_scrape",
    "scrape_ready_count": "to_scrape",
    "email_found": "scraped_emails",
    "emails_found": "with_email",
    "leads": "leads",
    "verified": "verified",
    "verified_count": "verified",
    "verified_email_count": "verified",
    "emails_verified": "verified",
    "reviewed": "verified",
    "verified_stage": "verified_stage",
    "drafting_ready": "to_draft",
    "drafting_ready_count": "to_draft",
    "drafted": "drafts",
    "drafted_count": "drafts",
    "sent": "sent",
    "send_ready": "to_send",
    "send_ready_count": "to_send",
}


def status_lists() -> dict[str, ProspectQuerySet]:
    """The lists that the pipeline's status counts, by name."""
    prospects = Prospect.objects.all()
    websites = prospects.website_source()
    return {
        "websites": prospects.websites(),
        "approved": websites.approved(),
        "scraped": websites.scraped(),
        "to_scrape": prospects.to_scrape(),
        "scraped_emails": prospects.scraped_emails(),
        "with_email": websites.with_email(),
        "leads": prospects.leads(),
        "verified": websites.with_email().verified(),
        "verified_stage": websites.filter(stage=Stage.VERIFIED),
        "to_draft": prospects.to_draft(),
        "drafts": prospects.drafts(),
        "sent": prospects.sent(),
        "to_send": prospects.to_send(),
    }


def pipeline_status() -> dict[str, int]:
    """The number of every field of the pipeline's status, from one query. Raises the schema_mismatch problem."""
    counts = proven_counts(Prospect.objects.all(), status_lists())
    return {field: counts[name] for field, name in STATUS_FIELDS.items()}


def proven_counts(
    prospects: ProspectQuerySet, lists: Mapping[str, ProspectQuerySet], **others: QuerySet[Any]
) -> dict[str, int]:
    """How many of the prospects are in each list, and how many rows the other querysets have, from one snapshot.

    Proven like an empty list: any number may be made by rows that are not there, as `to_send` is by suppressions.
    Raises the schema_mismatch problem.
    """
    with proven(prospects.db) as proof:
        counts = prospects.count_each(lists) | {name: rows.count() for name, rows in others.items()}
        proof.of_emptiness()
    return counts


def social_lists() -> dict[str, ProspectQuerySet]:
    """The lists that the social pipeline's status counts, by field."""
    prospects = Prospect.objects.all()
    profiles = prospects.social_source()
    return {
        "discovered": prospects.social_discovered(),
        "reviewed": profiles.approved(),
        "qualified": profiles.scraped(),
        "drafted": prospects.social_drafts(),
        "sent": prospects.social_sent(),
        "followup_ready": prospects.social_to_follow_up(),
    }


def social_status(platform: str = "", category: str = "") -> dict[str, int]:
    """The numbers of the social pipeline, of one platform and category or of all."""
    profiles = Prospect.objects.social_source().in_category(category)
    if platform:
        profiles = profiles.filter(source_platform=platform)
    return proven_counts(profiles, social_lists())


def social_stats() -> dict[str, int]:
    """The numbers of the social overview: of all platforms together, of each with its name in front, and of jobs."""
    profiles = Prospect.objects.social_source()
    lists = social_lists()
    counted = {
        "total_profiles": profiles,
        "pending": profiles.filter(outreach_status=OutreachStatus.PENDING),
        **{field: lists[field] for field in _PER_PLATFORM},
    }
    for platform in SourcePlatform.values:
        of_platform = profiles.filter(source_platform=platform)
        counted[f"{platform}_total"] = of_platform
        counted |= {f"{platform}_{field}": lists[field].filter(source_platform=platform) for field in _PER_PLATFORM}
    running = Job.objects.filter(job_type__in=_RUNNING_TYPES, status__in=(JobStatus.PENDING, JobStatus.RUNNING))
    return proven_counts(Prospect.objects.all(), counted, jobs_running=running)


_RUNNING_TYPES = (JobType.SOCIAL_DISCOVER, JobType.SOCIAL_SCRAPE, JobType.SOCIAL_DRAFT, JobType.SOCIAL_SEND)
_PER_PLATFORM = ("discovered", "drafted", "sent")
#: The fields of the social overview.
SOCIAL_STATS_FIELDS = (
    "total_profiles",
    *_PER_PLATFORM,
    "pending",
    "jobs_running",
    *(f"{platform}_{field}" for platform in SourcePlatform.values for field in ("total", *_PER_PLATFORM)),
)
