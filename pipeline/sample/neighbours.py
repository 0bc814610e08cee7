"""What comes from outside and goes there: a file that was imported, who must not be written to, accounts, receivers.

Nothing here holds a secret, and nobody is told of anything: the webhook is off.
"""

import csv
import io
from datetime import datetime, timedelta

from django.contrib.auth.models import User

from pipeline.choices import ConnectionStatus, DeliveryStatus, IntegrationPlatform, JobStatus, JobType
from pipeline.models import Job, SocialIntegration, Webhook, WebhookDelivery
from pipeline.sample import texts
from pipeline.sample.moments import dated
from pipeline.views.integrations import DEFAULT_USER
from pipeline.webhooks.outbox import IMPORT_FINISHED, STAGE_CHANGED
from prospects import imports, suppression
from prospects.changes import Cause
from prospects.choices import ImportMode, OutreachStatus, SuppressionReason, SuppressionSource
from prospects.imports import FIELDS
from prospects.models import Import, Prospect, ProspectEvent, Suppression
from prospects.suppression import Entry

IMPORTED = 8


def surround(now: datetime, user: User) -> None:
    of = _import(now - timedelta(days=2), user)
    _suppressions(now, user)
    _integration(now - timedelta(days=50))
    _webhook(now - timedelta(days=30), user, of)


def _import(moment: datetime, user: User) -> Import:
    """A file with rows that change something, that are skipped and that are refused, run by a job."""
    of = imports.upload("fair-visitors.csv", _file(moment), user)
    assert of.mapping["Bio"] in FIELDS  # noqa: S101  # the file's names are those the importer knows
    imports.configure(of, of.mapping, ImportMode.UPDATE, [])
    imports.preview(of)
    job = Job.objects.create(
        job_type=JobType.IMPORT.value,
        params={"import_id": str(of.pk), "filename": of.filename},
        started_by=user,
        created_at=moment,
        started_at=moment,
        finished_at=moment + timedelta(seconds=2),
    )
    imports.claim(of)
    with dated(moment):
        while imports.run_batch(of, Cause(user=user, job_id=job.pk, reason=f"import of {of.filename}")):
            pass
    outcome = imports.finish(of)
    refused = outcome["refused"]
    Job.objects.filter(pk=job.pk).update(
        status=JobStatus.COMPLETED.value,
        total_targets=of.rows_total,
        done_items=of.rows_total - refused,
        failed_items=refused,
        result=outcome,
    )
    Import.objects.filter(pk=of.pk).update(job=job, created_at=moment - timedelta(minutes=4))
    of.refresh_from_db()
    return of


def _file(moment: datetime) -> bytes:
    # Rows are dated later: whoever is in the file must have no younger history.
    younger = ProspectEvent.objects.filter(at__gte=moment).values("prospect_id")
    known = Prospect.objects.sent().website_source().exclude(pk__in=younger).order_by("created_at", "pk")[:IMPORTED]
    text = io.StringIO()
    rows = csv.writer(text)
    rows.writerow(["Website", "E-Mail", "Bio"])
    rows.writerows([row.domain, "", texts.FAIR_NOTE] for row in known)
    rows.writerow(["never-heard-of.example.org", "", texts.FAIR_NOTE])
    rows.writerow([known[0].domain, "", texts.FAIR_NOTE])
    rows.writerow(["no website", "", texts.FAIR_NOTE])
    rows.writerow([known[1].domain, "somebody at the fair", ""])
    return text.getvalue().encode()


def _suppressions(now: datetime, user: User) -> None:
    no = Prospect.objects.filter(outreach_status=OutreachStatus.REJECTED).order_by("created_at", "pk")[:2]
    suppression.add(
        [Entry(row.contact_email or "", SuppressionReason.UNSUBSCRIBED, "Answered no.") for row in no], user
    )
    suppression.add([Entry("competitor.example.org", SuppressionReason.COMPETITOR, "Sells prints as well.")], user)
    bounced = [Entry(f"{name}@closed.example.com", SuppressionReason.BOUNCED) for name in ("info", "office")]
    suppression.add(bounced, user, SuppressionSource.IMPORT)
    for days, row in enumerate(Suppression.objects.order_by("pk"), start=3):
        Suppression.objects.filter(pk=row.pk).update(created_at=now - timedelta(days=days))


def _integration(moment: datetime) -> None:
    SocialIntegration.objects.create(
        user_id=DEFAULT_USER,
        platform=IntegrationPlatform.EMAIL.value,
        connection_status=ConnectionStatus.PENDING_OAUTH.value,
        email_address="alex@prints.example.com",
        smtp_host="smtp.example.com",
        smtp_port=587,
        smtp_username="alex@prints.example.com",
        created_at=moment,
    )


def _webhook(moment: datetime, user: User, of: Import) -> None:
    hook = Webhook.objects.create(
        url="https://hooks.example.com/plumbline",
        event_types=[IMPORT_FINISHED, STAGE_CHANGED],
        active=False,
        disabled_reason="Part of the sample: it has no secret, and its receiver does not exist.",
        last_success_at=of.created_at,
        created_by=user,
        created_at=moment,
    )
    sent = ProspectEvent.objects.filter(field="stage", at__lt=of.created_at).order_by("-at", "-pk")[:5]
    told = [
        (STAGE_CHANGED, f"prospect:{event.prospect_id}", {"from": event.old, "to": event.new}, event.at)
        for event in reversed(sent)
    ]
    told.append((IMPORT_FINISHED, f"import:{of.pk}", {"filename": of.filename, "counts": of.outcome}, of.created_at))
    WebhookDelivery.objects.bulk_create(
        WebhookDelivery(
            webhook=hook,
            event_type=event_type,
            subject=subject,
            payload=payload,
            status=DeliveryStatus.DELIVERED.value,
            attempts=1,
            response_status=204,
            created_at=at,
            delivered_at=at + timedelta(seconds=1),
        )
        for event_type, subject, payload, at in told
    )
