"""Likely duplicates are found by their normalised keys; merged, nothing of either is lost, and it can be undone."""

import uuid
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from prospects import changes, duplicates, suppression
from prospects.changes import Cause
from prospects.decisions import Refused
from prospects.models import Prospect, ProspectEvent

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
