"""Rows beside prospects, made on purpose."""

from datetime import UTC, datetime
from typing import Any

from django.contrib.auth.models import User
from django.core.files.uploadedfile import SimpleUploadedFile
from knox.models import AuthToken

from pipeline import webhooks
from pipeline.models import DiscoveryQuery, EmailAttachment, Job, JobItem, SocialIntegration, WebhookDelivery
from pipeline.models import Webhook as WebhookRow
from prospects import duplicates, imports, suppression
from prospects.changes import Cause
from prospects.models import Import, Merge, Prospect
from tests.api.rows import save
from tests.imports import files

NOW = datetime(2026, 1, 31, 12, tzinfo=UTC)

#: A social profile with everything that the pages show.
PROFILE: dict[str, Any] = {
    "source_platform": "instagram",
    "profile_url": "https://instagram.com/ann",
    "username": "ann",
    "display_name": "Ann",
    "follower_count": 1200,
    "engagement_rate": 2.5,
    "bio_text": "Paints.",
    "discovery_location": "USA",
    "external_links": ["https://ann.example.com"],
}
COLUMNS = ["Site", "Mail"]


def a_job(count: int = 1, **values: Any) -> Job:
    """That many jobs; one of them."""
    job, *_ = [
        Job.objects.create(**{"job_type": "draft", "params": {"category": "Museum"}, "total_targets": 3, **values})
        for _ in range(count)
    ]
    return job


def a_job_with_items(count: int, status: str = "done") -> tuple[Job, list[Prospect]]:
    rows = save("lead", count)
    job = a_job(status="completed", total_targets=count)
    for position, row in enumerate(rows):
        JobItem.objects.create(job=job, position=position, prospect=row, status=status, detail="said why")
    return job, rows


def accounts(count: int) -> None:
    """That many accounts at Instagram, the first of them of the user whom the frontend knows."""
    for number in range(count):
        user_id = f"user-{number}-of-{count}" if number else "default-user-id"
        SocialIntegration.objects.update_or_create(
            user_id=user_id, platform="instagram", defaults={"access_token": "x"}
        )


def an_attachment(count: int = 1) -> EmailAttachment:
    """That many attachments; one of them."""
    values = {"filename": "a.pdf", "content_type": "application/pdf", "size_bytes": 1, "data": b"x"}
    made, *_ = [EmailAttachment.objects.create(**values) for _ in range(count)]
    return made


def a_discovery_query() -> DiscoveryQuery:
    return DiscoveryQuery.objects.create(job=a_job(job_type="discover"), keyword="museum", location="USA")


def merged() -> Merge:
    keep, other = save("website", 2)
    return duplicates.merge(keep.pk, other.pk, Cause())


def suppressed(count: int) -> list[str]:
    keys = [f"x{number}-of-{count}@example.com" for number in range(count)]
    suppression.add([suppression.Entry(key, "complaint", "by phone") for key in keys])
    return keys


def a_webhook(deliveries: int = 0) -> WebhookRow:
    hook, _ = webhooks.subscribe("https://hooks.example.com/x", ["job.finished"])
    for number in range(deliveries):
        WebhookDelivery.objects.create(
            webhook=hook, event_type="job.finished", subject=f"job {number}", payload={"status": "completed"}
        )
    return hook


def a_file(name: str = "list.csv", content: bytes = b"Site,Mail\na.example,x@a.example\n") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content, content_type="text/csv")


def _csv(count: int) -> bytes:
    """As many rows that can be imported, and one that is refused."""
    sites = [f"site{number}-of-{count}.example" for number in range(count)]
    return files.csv_file(COLUMNS, *([site, f"office@{site}"] for site in sites), ["wrong", ""])


def uploaded(count: int) -> Import:
    return imports.upload("list.csv", _csv(count))


def previewed(count: int) -> Import:
    return files.previewed(_csv(count))


def finished(count: int) -> Import:
    return files.run(_csv(count))


def tokens(name: str, count: int, key: str = "") -> None:
    """That many tokens of the user with this name, one of them with the key."""
    user, _ = User.objects.get_or_create(username=name)
    made = [AuthToken.objects.create(user)[0] for _ in range(count)]
    if key:
        AuthToken.objects.filter(pk=made[0].pk).update(token_key=key)
