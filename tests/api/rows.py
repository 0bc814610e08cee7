"""Prospects made on purpose, by the list they are in."""

from datetime import UTC, datetime, timedelta
from typing import Any

from prospects.models import Prospect

WEBSITE = {"discovery_status": "DISCOVERED", "approval_status": "pending"}
SCRAPED = {"discovery_status": "DISCOVERED", "scrape_status": "SCRAPED"}
LEAD = {**SCRAPED, "approval_status": "approved"}
DRAFT = {**LEAD, "verification_status": "verified", "draft_status": "drafted", "draft_subject": "s", "draft_body": "b"}
SENT = {**LEAD, "verification_status": "verified", "send_status": "sent", "outreach_status": "sent"}
SOCIAL = {"source_type": "social", "source_platform": "instagram", "discovery_status": "DISCOVERED"}
FIRST = datetime(2026, 1, 1, tzinfo=UTC)
KINDS = {"website": WEBSITE, "scraped": SCRAPED, "lead": LEAD, "draft": DRAFT, "sent": SENT, "social": SOCIAL}


def prospect(kind: str = "website", number: int = 0, **values: Any) -> Prospect:
    """An unsaved prospect; whoever was scraped has an e-mail."""
    values = {**KINDS[kind], "domain": f"{kind}{number}.example.com", "discovery_category": "Museum", **values}
    values = {"created_at": FIRST + timedelta(seconds=number), **values}
    if "scrape_status" in values:
        values = {"contact_email": f"office@{values['domain']}", **values}
    return Prospect(score=number, **values)


def save(kind: str, count: int = 1, **values: Any) -> list[Prospect]:
    return Prospect.objects.bulk_create(prospect(kind, number, **values) for number in range(count))


def one_of_each(count: int = 1) -> None:
    for kind in KINDS:
        save(kind, count)
