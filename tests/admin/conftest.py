"""Rows and people for the tests of the admin pages."""

import pytest
from django.contrib.auth.models import User
from django.test import Client

from pipeline import roles
from pipeline.models import (
    DiscoveryQuery,
    EmailAttachment,
    EmailLog,
    Job,
    JobItem,
    ScraperHistory,
    Setting,
    SocialIntegration,
    Webhook,
    WebhookDelivery,
)
from prospects.choices import DiscoveryStatus, ScrapeStatus
from prospects.models import (
    Import,
    ImportFile,
    ImportMapping,
    ImportRow,
    Merge,
    Prospect,
    ProspectEvent,
    Suppression,
)
from tests.conftest import group


@pytest.fixture
def alice(db: None) -> User:
    return User.objects.create(username="alice", is_staff=True, is_superuser=True)


@pytest.fixture
def bob(db: None) -> User:
    """Bob decides and runs steps."""
    return member("bob", roles.OPERATOR)


@pytest.fixture
def charlie(db: None) -> User:
    """Charlie only looks."""
    return member("charlie", roles.VIEWER)


def member(name: str, role: str) -> User:
    user = User.objects.create(username=name, is_staff=True)
    user.groups.add(group(role))
    return user


@pytest.fixture
def site(client: Client, alice: User) -> Client:
    """A browser in which Alice, who may do everything, is logged in."""
    client.force_login(alice)
    return client


def scraped(number: int, **values: object) -> Prospect:
    """A web site that was found and scraped, with an e-mail."""
    return Prospect(
        **{
            "domain": f"site{number}.example.com",
            "page_title": f"Site number {number}",
            "contact_email": f"office@site{number}.example.com",
            "discovery_status": DiscoveryStatus.DISCOVERED,
            "discovery_category": "Museum" if number % 2 else "Art Lovers",
            "scrape_status": ScrapeStatus.SCRAPED,
            "score": number % 100,
            **values,
        }
    )


def fill_imports(count: int, user: User | None) -> None:
    imports = Import.objects.bulk_create(
        Import(filename="a.csv", format="csv", columns=["domain"], created_by=user) for _ in range(count)
    )
    ImportFile.objects.bulk_create(ImportFile(of=of, content=b"domain") for of in imports)
    ImportRow.objects.bulk_create(
        ImportRow(of=of, number=1, line=2, cells=["a.example"], values={}, planned="created") for of in imports
    )
    ImportMapping.objects.bulk_create(
        ImportMapping(columns=["domain"], columns_key=str(of.pk), mapping={}) for of in imports
    )


def fill(count: int) -> None:
    """That many rows in every table the admin shows, each pointing to rows of its own."""
    # A list that asks who it was for every row must be seen: so somebody it was.
    user = User.objects.first()
    jobs = Job.objects.bulk_create(Job(job_type="discover", started_by=user) for _ in range(count))
    queries = DiscoveryQuery.objects.bulk_create(
        DiscoveryQuery(job=job, keyword="museum", location="Germany") for job in jobs
    )
    prospects = Prospect.objects.bulk_create(
        scraped(number, discovery_query=query) for number, query in enumerate(queries)
    )
    EmailLog.objects.bulk_create(EmailLog(prospect=prospect, subject="Hello") for prospect in prospects)
    EmailAttachment.objects.bulk_create(
        EmailAttachment(
            prospect=prospect,
            filename="a.pdf",
            content_type="application/pdf",
            size_bytes=1,
            data=b"x",
            scope="prospect",
        )
        for prospect in prospects
    )
    ScraperHistory.objects.bulk_create(ScraperHistory() for _ in range(count))
    Setting.objects.bulk_create(Setting(key=str(job.pk), value={"value": 1}) for job in jobs)
    SocialIntegration.objects.bulk_create(SocialIntegration(user_id=str(job.pk), platform="email") for job in jobs)
    fill_imports(count, user)
    JobItem.objects.bulk_create(
        JobItem(job=job, position=0, prospect=row) for job, row in zip(jobs, prospects, strict=True)
    )
    ProspectEvent.objects.bulk_create(
        ProspectEvent(prospect=prospect, kind="created", user=user) for prospect in prospects
    )
    Suppression.objects.bulk_create(
        Suppression(kind="domain", value=str(job.pk), key=str(job.pk), created_by=user) for job in jobs
    )
    Merge.objects.bulk_create(
        Merge(kept=row, merged_id=job.pk, merged_row={}, kept_before={}, kept_after={}, moved={}, created_by=user)
        for row, job in zip(prospects, jobs, strict=True)
    )
    hooks = Webhook.objects.bulk_create(
        Webhook(url="https://example.org/hook", secret="s3cr3t", created_by=user) for _ in range(count)
    )
    WebhookDelivery.objects.bulk_create(
        WebhookDelivery(webhook=hook, event_type="job.finished", subject="x", payload={}) for hook in hooks
    )
