"""Likely duplicates are found by their normalised keys; merged, nothing of either is lost, and it can be undone."""

import uuid
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from prospects import changes, decisions, duplicates, suppression
from prospects.changes import Cause
from prospects.decisions import Refused
from prospects.models import Merge, Prospect, ProspectEvent

pytestmark = pytest.mark.django_db
CAUSE = Cause(reason="test")
SENT = {"send_status": "sent", "outreach_status": "sent", "last_sent": datetime(2026, 5, 1, tzinfo=UTC)}


def made(**values: Any) -> Prospect:
    return changes.create([Prospect(**{"domain": f"{uuid.uuid4().hex}.example", **values})], CAUSE)[0]


def row(prospect: Prospect) -> dict[str, Any]:
    values = Prospect.objects.filter(pk=prospect.pk).values().get()
    return {name: value for name, value in values.items() if name != "updated_at"}


@pytest.mark.parametrize(
    ("kind", "key", "values"),
    [
        ("domain", "a.example", [{"domain": "a.example"}, {"domain": "WWW.A.example."}]),
        ("email", "x@a.example", [{"contact_email": "x@a.example"}, {"contact_email": "X@A.example "}]),
        (
            "profile",
            "t.example/ann",
            [{"profile_url": "https://t.example/ann/"}, {"profile_url": "http://www.t.example/Ann?x"}],
        ),
    ],
)
def test_prospects_with_an_equal_key_are_a_group(kind: str, key: str, values: list[dict[str, str]]) -> None:
    rows = [made(**each) for each in values]
    made()
    assert duplicates.groups(kind) == [duplicates.Group(key, 2)]
    assert duplicates.members(kind, [key]) == {key: rows}
    assert duplicates.groups(kind, after=key) == []


def test_social_profiles_do_not_share_a_domain() -> None:
    made(domain="t.example", source_type="social")
    made(domain="t.example", source_type="social")
    assert duplicates.groups("domain") == []


def test_the_kept_prospects_values_stay_and_empty_ones_are_filled() -> None:
    keep = made(discovery_category="tea", page_title="")
    other = made(discovery_category="food", page_title="Title", contact_email="x@a.example", approval_status="approved")
    duplicates.merge(keep.pk, other.pk, CAUSE)
    keep.refresh_from_db()
    assert (keep.discovery_category, keep.page_title, keep.email_key) == ("tea", "Title", "x@a.example")
    assert keep.approval_status == "pending"
    assert not Prospect.objects.filter(pk=other.pk).exists()


def test_who_was_written_to_stays_written_to() -> None:
    keep, other = made(), made(**SENT, followups_sent=2, sequence_index=3)
    duplicates.merge(keep.pk, other.pk, CAUSE)
    keep.refresh_from_db()
    assert (keep.stage, keep.outreach_status, keep.followups_sent, keep.sequence_index) == ("SENT", "sent", 2, 3)


DRAFT = {"draft_status": "drafted", "draft_subject": "s", "draft_body": "b"}
TOLD = {"verification_status": "verified", "verification_confidence": "0.90", "verification_payload": {"mx": True}}


def verification(prospect: Prospect) -> tuple[Any, ...]:
    prospect.refresh_from_db()
    return prospect.verification_status, prospect.verification_confidence, prospect.verification_payload


def test_that_another_address_is_verified_says_nothing_of_the_one_that_is_kept() -> None:
    keep = made(contact_email="typo@a.example", verification_status="failed", **DRAFT)
    other = made(contact_email="good@a.example", **TOLD)
    duplicates.merge(keep.pk, other.pk, CAUSE)
    assert verification(keep) == ("failed", None, None)
    assert not Prospect.objects.to_send().exists()


def test_an_address_that_comes_over_brings_what_is_known_of_it() -> None:
    keep = made(**DRAFT, **TOLD)
    other = made(contact_email="x@a.example", verification_status="failed", verification_payload={"mx": False})
    merged = duplicates.merge(keep.pk, other.pk, CAUSE)
    assert verification(keep) == ("failed", None, {"mx": False})
    changes.change(Prospect.objects.filter(pk=keep.pk), {"contact_email": "new@a.example"}, CAUSE)
    duplicates.undo(merged, CAUSE)
    assert verification(keep)[0] == "failed"
    assert not Prospect.objects.to_send().exists()


def test_the_same_address_verified_on_either_side_is_verified() -> None:
    keep = made(contact_email="x@a.example", verification_status="failed")
    duplicates.merge(keep.pk, made(contact_email="X@A.example", **TOLD).pk, CAUSE)
    assert verification(keep) == ("verified", Decimal("0.90"), {"mx": True})


def test_every_child_and_both_histories_go_over() -> None:
    keep, other = made(), made()
    other.email_logs.create(subject="hello")
    other.attachments.create(filename="f", content_type="t", size_bytes=1, scope="prospect", data=b"x")
    follower = made(thread_id=other.pk)
    changes.change(Prospect.objects.filter(pk=other.pk), {"page_title": "t"}, CAUSE)
    duplicates.merge(keep.pk, other.pk, CAUSE)
    assert (keep.email_logs.count(), keep.attachments.count()) == (1, 1)
    follower.refresh_from_db()
    assert follower.thread_id == keep.pk
    assert ProspectEvent.objects.filter(prospect_id=keep.pk, kind="created").count() == 2
    assert ProspectEvent.objects.filter(prospect_id=keep.pk, field="page_title").count() == 2


def test_a_merge_is_undone_without_a_trace() -> None:
    keep = made(discovery_category="tea")
    other = made(**SENT, contact_email="x@a.example", score="12.50", external_links=["a"], draft_subject="s")
    log = other.email_logs.create(subject="hello")
    before = row(keep), row(other)
    undone = duplicates.undo(duplicates.merge(keep.pk, other.pk, CAUSE), CAUSE)
    assert (row(keep), row(undone)) == before
    log.refresh_from_db()
    assert log.prospect == other


def test_undoing_leaves_what_was_changed_since() -> None:
    keep, other = made(), made(page_title="t", bio_text="b")
    merged = duplicates.merge(keep.pk, other.pk, CAUSE)
    changes.change(Prospect.objects.filter(pk=keep.pk), {"page_title": "by hand"}, CAUSE)
    duplicates.undo(merged, CAUSE)
    keep.refresh_from_db()
    assert (keep.page_title, keep.bio_text) == ("by hand", None)


LEAD = {
    "contact_email": "o@a.example",
    "scrape_status": "ENRICHED",
    "approval_status": "approved",
    "discovery_status": "DISCOVERED",
    **TOLD,
}
NOW = datetime(2999, 1, 1, tzinfo=UTC)
SENT_NOW = [
    {"send_status": "sent", "outreach_status": "sent", "last_sent": NOW},
    {"last_sent": NOW},
    {"sequence_index": 1},
    {"followups_sent": 1},
    {"outreach_status": "replied"},
]


def refused(merged: Merge, why: str) -> None:
    """The undoing; and it leaves everything as it is."""
    before = [*Prospect.objects.order_by("pk").values()], [*ProspectEvent.objects.order_by("pk").values()]
    with pytest.raises(Refused, match=why):
        duplicates.undo(merged, CAUSE)
    assert before == ([*Prospect.objects.order_by("pk").values()], [*ProspectEvent.objects.order_by("pk").values()])


@pytest.mark.parametrize("taken", [{}, SENT, {**LEAD, **DRAFT}], ids=["nothing", "a mail", "address and draft"])
@pytest.mark.parametrize("sent", SENT_NOW, ids=[" ".join(sent) for sent in SENT_NOW])
def test_a_merge_is_not_undone_once_a_mail_went_out(taken: dict[str, Any], sent: dict[str, Any]) -> None:
    """Who was written to would be written to once more: as not sent, or at the address that went over."""
    keep = made()
    merged = duplicates.merge(keep.pk, made(**taken).pk, CAUSE)
    changes.change(Prospect.objects.filter(pk=keep.pk), sent, CAUSE)
    refused(merged, "a mail went out")


def test_a_merge_of_an_earlier_version_is_not_undone_either_once_a_mail_went_out() -> None:
    """Of those only the columns are known that the merge wrote."""
    keep, other = made(), made(**LEAD, **DRAFT)
    merged = duplicates.merge(keep.pk, other.pk, CAUSE)
    for values in (merged.kept_before, merged.kept_after):
        for column in ("send_status", "outreach_status", "last_sent", "final_body", "sequence_index", "followups_sent"):
            del values[column]
    merged.save()
    changes.change(Prospect.objects.filter(pk=keep.pk), {"send_status": "sent", "last_sent": NOW}, CAUSE)
    refused(merged, "a mail went out")


def test_a_logged_mail_tells_that_it_went_out() -> None:
    keep = made()
    merged = duplicates.merge(keep.pk, made().pk, CAUSE)
    keep.email_logs.create(subject="hello")
    refused(merged, "a mail went out")


@pytest.mark.parametrize(
    "written", [{"draft_body": "written by Bob"}, {"draft_status": "failed"}, {"drafted_at": NOW}], ids=str
)
def test_a_draft_is_put_back_whole_or_not_at_all(written: dict[str, Any]) -> None:
    keep, other = made(), made(**DRAFT)
    merged = duplicates.merge(keep.pk, other.pk, CAUSE)
    changes.change(Prospect.objects.filter(pk=keep.pk), written, CAUSE)
    before = row(keep)
    back = duplicates.undo(merged, CAUSE)
    assert row(keep) == before
    assert (row(back)["draft_body"], row(back)["stage"]) == ("b", "DRAFTED")


def test_what_was_scraped_is_put_back_whole_or_not_at_all() -> None:
    keep, other = made(), made(scrape_status="SCRAPED", scrape_payload={"of": "other"}, scraped_at=NOW)
    merged = duplicates.merge(keep.pk, other.pk, CAUSE)
    changes.change(Prospect.objects.filter(pk=keep.pk), {"scrape_source_url": "https://a.example/new"}, CAUSE)
    before = row(keep)
    duplicates.undo(merged, CAUSE)
    assert row(keep) == before


def test_an_address_goes_back_with_what_was_found_out_about_it_meanwhile() -> None:
    """Or the kept prospect would be verified without an address."""
    keep, other = made(), made(contact_email="x@a.example")
    merged = duplicates.merge(keep.pk, other.pk, CAUSE)
    changes.change(Prospect.objects.filter(pk=keep.pk), {"verification_status": "verified"}, CAUSE)
    duplicates.undo(merged, CAUSE)
    assert (row(keep)["contact_email"], verification(keep)[0]) == (None, "UNVERIFIED")


def test_of_two_merges_the_later_one_is_undone_first() -> None:
    one, other, last = made(), made(contact_email="b@b.example", page_title="t"), made()
    before = [row(each) for each in (one, other, last)]
    first = duplicates.merge(one.pk, other.pk, CAUSE)
    second = duplicates.merge(last.pk, one.pk, CAUSE)
    refused(first, "merged again since then; undo that first")
    duplicates.undo(second, CAUSE)
    duplicates.undo(first, CAUSE)
    assert [row(each) for each in (one, other, last)] == before


def test_of_two_merges_into_one_the_later_is_undone_first() -> None:
    keep = made()
    first, second = (duplicates.merge(keep.pk, made(page_title=title).pk, CAUSE) for title in "ab")
    refused(first, "merged again since then; undo that first")
    duplicates.undo(second, CAUSE)
    duplicates.undo(first, CAUSE)
    assert row(keep)["page_title"] is None


PROFILE = {"source_type": "social", "source_platform": "tiktok", "domain": "tiktok.com"}
AGAIN = [
    ({"domain": "b.example"}, {"domain": "www.B.example"}),
    ({**PROFILE, "profile_url": "https://tiktok.com/@b"}, {**PROFILE, "profile_url": "https://www.tiktok.com/@B?x=1"}),
]


@pytest.mark.parametrize(("gone", "again"), AGAIN, ids=["web site", "profile"])
def test_what_was_added_again_is_not_brought_back(gone: dict[str, Any], again: dict[str, Any]) -> None:
    merged = duplicates.merge(made().pk, made(**gone).pk, CAUSE)
    decisions.add(again, CAUSE)
    refused(merged, "added again")


def test_what_another_one_has_become_is_not_brought_back() -> None:
    merged = duplicates.merge(made().pk, made(domain="b.example").pk, CAUSE)
    decisions.edit(made().pk, {"domain": "b.example"}, CAUSE, lambda _: True)
    refused(merged, "added again")


def test_duplicates_from_before_the_merge_do_not_keep_it_from_being_undone() -> None:
    first, second, third = (made(domain="b.example") for _ in range(3))
    merges = [duplicates.merge(first.pk, other.pk, CAUSE) for other in (second, third)]
    for merged in reversed(merges):
        duplicates.undo(merged, CAUSE)
    assert Prospect.objects.filter(domain_key="b.example").count() == 3


@pytest.mark.parametrize(("kept", "other", "score"), [(0, 55, 55), (None, 55, 55), (7, 55, 7), (0, 0, 0)])
def test_who_was_never_scored_takes_the_score_of_the_other(kept: int | None, other: int, score: int) -> None:
    keep = made(score=kept)
    merged = duplicates.merge(keep.pk, made(score=other).pk, CAUSE)
    assert row(keep)["score"] == score
    duplicates.undo(merged, CAUSE)
    assert row(keep)["score"] == kept


def test_a_merge_is_undone_once() -> None:
    merged = duplicates.merge(made().pk, made().pk, CAUSE)
    duplicates.undo(merged, CAUSE)
    with pytest.raises(Refused, match="undone already"):
        duplicates.undo(merged, CAUSE)


@pytest.mark.parametrize("side", [0, 1])
def test_a_suppressed_and_another_prospect_are_not_merged(side: int) -> None:
    rows = [made(contact_email="x@a.example"), made(contact_email="y@b.example")]
    suppression.add([suppression.Entry(rows[side].contact_email)])
    with pytest.raises(Refused, match="suppressed"):
        duplicates.merge(rows[0].pk, rows[1].pk, CAUSE)
    assert Prospect.objects.count() == 2


def test_two_suppressed_prospects_are_merged_and_stay_suppressed() -> None:
    rows = [made(contact_email="x@a.example"), made(contact_email="y@a.example")]
    suppression.add([suppression.Entry("a.example")])
    duplicates.merge(rows[0].pk, rows[1].pk, CAUSE)
    assert not Prospect.objects.may_be_written_to().exists()


def test_a_prospect_is_not_merged_with_itself_or_nobody() -> None:
    keep = made()
    for other in (keep.pk, uuid.uuid4()):
        with pytest.raises(Refused):
            duplicates.merge(keep.pk, other, CAUSE)
