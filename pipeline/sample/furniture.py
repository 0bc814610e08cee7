"""What stands around the prospects: settings, attachments, automatic runs, and the jobs that did not go well."""

import uuid
from datetime import datetime, timedelta
from decimal import Decimal

from django.contrib.auth.models import User

from pipeline.choices import AttachmentScope, JobStatus, JobType, QueryStatus, ScraperRunStatus
from pipeline.models import DiscoveryQuery, EmailAttachment, Job, ScraperHistory, Setting
from pipeline.sample import texts
from prospects import changes
from prospects.changes import Cause
from prospects.choices import DiscoveryStatus, ScrapeStatus
from prospects.models import Prospect

_CATEGORIES = ["Art Lovers", "Home Decor"]
_LOCATIONS = ["Germany", "Canada"]


# So many leads were entered a second time, by hand, for the report of duplicates to find.
DUPLICATES = 4


def furnish(now: datetime, user: User) -> None:
    _settings()
    _duplicates(now, user)
    _attachments(now)
    _automatic_runs(now)
    _unfinished_jobs(now)


def _settings() -> None:
    # The automatic scraper is off, so that nothing starts by itself.
    automation = {
        "enabled": True,
        "automatic_scraper": False,
        "locations": _LOCATIONS,
        "categories": _CATEGORIES,
        "keywords": None,
        "max_results": 50,
    }
    switches = {
        "scraper_master_enabled": True,
        "scraper_auto_enabled": False,
        "scraper_locations": _LOCATIONS,
        "scraper_categories": _CATEGORIES,
        "scraper_interval": "24h",
    }
    values = {"automation": automation, **{key: {"value": value} for key, value in switches.items()}}
    Setting.objects.bulk_create(Setting(key=key, value=value) for key, value in values.items())


def _duplicates(now: datetime, user: User) -> None:
    cause = Cause(user=user, reason="entered by hand")
    for lead in Prospect.objects.leads().order_by("created_at", "pk")[:DUPLICATES]:
        again = Prospect(
            id=uuid.uuid5(lead.pk, "again"),
            domain=lead.domain.removeprefix("www.").title(),
            discovery_status=DiscoveryStatus.DISCOVERED.value,
            discovery_category=lead.discovery_category,
            discovery_location=lead.discovery_location,
            is_manual=True,
            created_at=now,
        )
        changes.create([again], cause)
        found = {"contact_email": lead.contact_email, "scrape_status": ScrapeStatus.ENRICHED.value}
        changes.change(Prospect.objects.filter(pk=again.pk), found, cause)


def _attachments(now: datetime) -> None:
    _attachment("price-list.txt", texts.PRICE_LIST, now - timedelta(days=40))
    prospect = Prospect.objects.drafts().website_source().earliest("created_at", "pk")
    offer = f"An offer for {prospect.domain}\n\n{texts.PRICE_LIST}"
    _attachment("offer.txt", offer, now - timedelta(days=2), prospect)


def _attachment(filename: str, text: str, moment: datetime, prospect: Prospect | None = None) -> None:
    data = text.encode()
    EmailAttachment.objects.create(
        prospect=prospect,
        filename=filename,
        content_type="text/plain",
        size_bytes=len(data),
        scope=AttachmentScope.PROSPECT if prospect else AttachmentScope.GLOBAL,
        data=data,
        created_at=moment,
    )


def _automatic_runs(now: datetime) -> None:
    for days, found, failed in ((55, 21, 2), (41, 34, 0), (27, 28, 1), (13, 0, 6), (6, 17, 1)):
        start = now - timedelta(days=days)
        seconds = 40 + 11 * found
        ScraperHistory.objects.create(
            triggered_at=start,
            completed_at=start + timedelta(seconds=seconds),
            created_at=start,
            success_count=found,
            failed_count=failed,
            duration_seconds=Decimal(seconds),
            status=ScraperRunStatus.COMPLETED if found else ScraperRunStatus.FAILED,
            error_message=None if found else "The search service answered 503.",
        )


def _unfinished_jobs(now: datetime) -> None:
    failed = Job.objects.create(
        job_type=JobType.DISCOVER.value,
        status=JobStatus.FAILED.value,
        params={"categories": ["Museum"], "locations": ["France"]},
        error_message="The search service answered 503 three times. Nothing was saved.",
        attempts=3,
        created_at=now - timedelta(days=13),
        started_at=now - timedelta(days=13),
        finished_at=now - timedelta(days=13) + timedelta(minutes=2),
    )
    DiscoveryQuery.objects.create(
        job=failed,
        keyword="museum blog",
        location="France",
        location_code=texts.LOCATIONS["France"],
        category="Museum",
        status=QueryStatus.FAILED.value,
        error_message="503 Service Unavailable",
        created_at=now - timedelta(days=13),
    )
    Job.objects.create(
        job_type=JobType.SEND.value,
        status=JobStatus.CANCELLED.value,
        params={"prospect_ids": []},
        error_message="Cancelled before the first mail.",
        created_at=now - timedelta(days=8),
    )
