"""The numbers of the pipeline's pages: each is the length of a list, counted by the list's own queryset method."""

from collections.abc import Mapping

from config.api.integrity import Proof, snapshot
from prospects.choices import Stage
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
    """The number of every field of the pipeline's status, from one query.

    Raises the schema_mismatch problem when there are no rows at all and the schema is not in line.
    """
    counts = proven_counts(Prospect.objects.all(), status_lists())
    return {field: counts[name] for field, name in STATUS_FIELDS.items()}


def proven_counts(prospects: ProspectQuerySet, lists: Mapping[str, ProspectQuerySet]) -> dict[str, int]:
    """How many of the prospects are in each list; if none is in any, the emptiness is proven like an empty list's."""
    proof = Proof(prospects.db)
    with snapshot(prospects.db):
        counts = prospects.count_each(lists)
        if not any(counts.values()):
            proof.of_emptiness()
    proof.require()
    return counts
