"""Every number of the status pages is the total of a list over REST, before and after every action over REST."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.utils import timezone
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from rest_framework.test import APIClient

from pipeline import switches
from pipeline.counts import STATUS_FIELDS
from prospects.choices import (
    ApprovalStatus,
    DraftStatus,
    OutreachStatus,
    ScrapeStatus,
    SendStatus,
    SourcePlatform,
    SourceType,
)
from prospects.models import Prospect
from tests.api.test_lists import flat

WEBSITE = "/api/prospects?source_type=website"
PROFILE = "/api/prospects?source_type=social"
#: The lists whose totals make each number of the pipeline's status; none is the queryset method that counts.
STATUS = {
    "websites": ["/api/pipeline/websites"],
    "approved": [f"{WEBSITE}&approval_status=approved"],
    "scraped": [f"{WEBSITE}&scrape_status=SCRAPED", f"{WEBSITE}&scrape_status=ENRICHED"],
    "to_scrape": ["/api/prospects?list=to_scrape"],
    "scraped_emails": ["/api/prospects/scraped-emails"],
    "with_email": [f"{WEBSITE}&has_email=true"],
    "leads": ["/api/prospects/leads"],
    "verified": [f"{WEBSITE}&has_email=true&verification_status=verified"],
    "verified_stage": [f"{WEBSITE}&stage=VERIFIED"],
    "to_draft": ["/api/prospects?list=to_draft"],
    "drafts": ["/api/prospects?status=drafted"],
    "sent": ["/api/prospects?status=sent"],
    "to_send": ["/api/prospects?list=to_send"],
}
SOCIAL = {
    "reviewed": [f"{PROFILE}&approval_status=approved"],
    "qualified": [f"{PROFILE}&scrape_status=SCRAPED", f"{PROFILE}&scrape_status=ENRICHED"],
}
#: Lists that are also counted by platform.
PROFILES = {
    "total": "/api/social/profiles?limit=1000",
    "discovered": "/api/social/profiles?limit=1000&discovery_status=discovered",
    "drafted": "/api/social/drafts?limit=1000",
    "sent": "/api/social/sent?limit=1000",
}

Sent = tuple[str, str, Any]


def approving(action: str) -> Callable[[dict[str, list[str]]], Sent]:
    return lambda ids: ("post", "/api/pipeline/approve", {"prospect_ids": ids["found"], "action": action})


def reviewing(action: str) -> Callable[[dict[str, list[str]]], Sent]:
    return lambda ids: ("post", "/api/social/pipeline/review", {"profile_ids": ids["profiles"], "action": action})


#: By name, the request for the ids there are: all, those found, profiles found, and one that was never written to.
ACTIONS: dict[str, Callable[[dict[str, list[str]]], Sent]] = {
    "approve": approving("approve"),
    "reject": approving("reject"),
    "approve all": lambda ids: ("post", "/api/pipeline/approve_all", {}),
    "qualify": reviewing("qualify"),
    "reject profiles": reviewing("reject"),
    "write a draft": lambda ids: ("put", f"/api/prospects/{ids['all'][0]}/draft", {"subject": "s", "body": "b"}),
    "empty a draft": lambda ids: ("put", f"/api/prospects/{ids['all'][-1]}/draft", {"subject": "", "body": " "}),
    "write a profile's draft": lambda ids: (
        *("put", f"/api/social/profiles/{ids['profiles'][0]}/draft"),
        {"subject": "s", "body": "b"},
    ),
    "promote": lambda ids: ("post", f"/api/prospects/{ids['all'][0]}/promote", None),
    "add": lambda ids: ("post", "/api/prospects", {"domain": "new.example.org", "discovery_status": "DISCOVERED"}),
    "take the e-mail": lambda ids: ("patch", f"/api/prospects/{ids['all'][0]}", {"contact_email": None}),
    "edit": lambda ids: (
        *("post", "/api/prospects/bulk-update"),
        {"prospect_ids": ids["all"], "values": {"contact_email": "b@example.com", "outreach_status": "pending"}},
    ),
    "categorize": lambda ids: (
        *("post", "/api/pipeline/update_category"),
        {"prospect_ids": ids["all"], "category": "Museum"},
    ),
    "delete": lambda ids: ("delete", f"/api/prospects/{ids['unwritten'][0]}", None),
}
#: What an action may answer when no prospect is ready for it.
REFUSALS = (400, 409)


def total(client: APIClient, paths: list[str]) -> int:
    windows = (f"{path}{'&' if '?' in path else '?'}limit=1" for path in paths)
    return sum(flat(client.get(window).json())["total"] for window in windows)


def followed_up(sent: list[dict[str, Any]]) -> int:
    """Who is ready for a follow-up, counted here: it has no list."""
    week_ago = (timezone.now() - timedelta(days=7)).isoformat()
    return sum(row["last_sent"] is None or row["last_sent"] <= week_ago for row in sent)


def shown(client: APIClient) -> dict[str, int]:
    """The numbers of the three status pages."""
    pages = {"": "pipeline/status", "social ": "social/pipeline/status", "stats ": "social/stats"}
    answers = {prefix: client.get(f"/api/{page}").json() for prefix, page in pages.items()}
    answers["stats "].pop("jobs_running")
    return {
        f"{prefix}{field}": number
        for prefix, answer in answers.items()
        for field, number in answer.items()
        if isinstance(number, int)
    }


def listed(client: APIClient) -> dict[str, int]:
    """The same numbers, from the lists."""
    totals = {name: total(client, paths) for name, paths in STATUS.items()}
    rows = {name: client.get(path).json()["data"] for name, path in PROFILES.items()}
    numbers = {field: totals[name] for field, name in STATUS_FIELDS.items()}
    numbers |= {f"social {name}": total(client, paths) for name, paths in SOCIAL.items()}
    numbers |= {f"social {name}": len(rows[name]) for name in ("discovered", "drafted", "sent")}
    numbers["social followup_ready"] = followed_up(rows["sent"])
    numbers["stats pending"] = total(client, [f"{PROFILE}&status=pending"])
    for name, of_list in rows.items():
        numbers["stats total_profiles" if name == "total" else f"stats {name}"] = len(of_list)
        for platform in SourcePlatform.values:
            numbers[f"stats {platform}_{name}"] = sum(row["platform"] == platform for row in of_list)
    return numbers


def present() -> dict[str, list[str]]:
    found = Prospect.objects.discovered()
    named = {
        "all": Prospect.objects.all(),
        "found": found,
        "profiles": found.social_source(),
        "unwritten": Prospect.objects.filter(outreach_status="pending", send_status="pending"),
    }
    return {
        name: [str(pk) for pk in rows.order_by("domain").values_list("pk", flat=True)] for name, rows in named.items()
    }


def test_every_field_of_the_status_has_a_list_here() -> None:
    assert set(STATUS) == set(STATUS_FIELDS.values())


def statuses() -> st.SearchStrategy[dict[str, Any]]:
    text = st.sampled_from((None, "", " ", "text"))
    return st.fixed_dictionaries(
        {
            "approval_status": st.sampled_from(ApprovalStatus.values),
            "scrape_status": st.sampled_from(ScrapeStatus.values),
            "discovery_status": st.sampled_from(("NEW", "DISCOVERED")),
            "verification_status": st.sampled_from(("UNVERIFIED", "verified")),
            "draft_status": st.sampled_from(DraftStatus.values),
            "send_status": st.sampled_from(SendStatus.values),
            "outreach_status": st.sampled_from(OutreachStatus.values),
            "source_type": st.sampled_from(SourceType.values),
            "contact_email": st.sampled_from((None, " ", "a@example.com")),
            "draft_subject": text,
            "draft_body": text,
        }
    )


def stored(number: int, row: dict[str, Any]) -> Prospect:
    platform = SourcePlatform.values[number % 4] if row["source_type"] == "social" else None
    return Prospect(domain=f"{number:02}.example.com", source_platform=platform, **row)


@given(rows=st.lists(statuses(), min_size=2, max_size=12), names=st.permutations(list(ACTIONS)))
# Without shrinking: a failure names the action and the numbers, and an example makes hundreds of requests.
@settings(
    max_examples=1, phases=[Phase.generate], deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_every_count_equals_its_list_before_and_after_every_action(bob: APIClient, rows: Any, names: list[str]) -> None:
    Prospect.objects.all()._raw_delete("default")
    switches.set_master(True)
    always = [{"discovery_status": "DISCOVERED", "source_type": source} for source in ("website", "social") * 4]
    Prospect.objects.bulk_create(stored(number, row) for number, row in enumerate([*rows, *always]))
    assert shown(bob) == listed(bob)
    for name in names:
        method, path, body = ACTIONS[name](present())
        response = getattr(bob, method)(path, body, format="json", HTTP_IF_MATCH="*")
        assert response.status_code in (200, 201, 204, *REFUSALS), response.content
        assert shown(bob) == listed(bob), name
