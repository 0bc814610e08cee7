"""`stage` has one definition, and no write can leave another value."""

from itertools import product

import pytest
from django.db import IntegrityError, connection, transaction

from prospects.choices import ApprovalStatus, DraftStatus, ScrapeStatus, SendStatus, Stage, VerificationStatus
from prospects.models import Prospect
from prospects.stages import derive_stage, stage_expression

COMBINATIONS = [
    dict(
        zip(
            ("send_status", "draft_status", "verification_status", "scrape_status", "approval_status"), row, strict=True
        )
    )
    | {"contact_email": email, "draft_subject": subject, "draft_body": "b"}
    for *row, email, subject in product(
        SendStatus.values,
        DraftStatus.values,
        VerificationStatus.values,
        ScrapeStatus.values,
        ApprovalStatus.values,
        (None, " ", "a@example.com"),
        (None, "s"),
    )
]


@pytest.mark.django_db
def test_python_and_the_database_derive_the_same_stage_from_every_combination() -> None:
    Prospect.objects.bulk_create(
        [Prospect(domain=f"{number}.example.com", **values) for number, values in enumerate(COMBINATIONS)],
        batch_size=500,
    )
    rows = Prospect.objects.annotate(derived=stage_expression()).values_list("stage", "derived")
    assert {stage for stage, _ in rows} == set(Stage.values)
    assert [row for row in rows if row[0] != row[1]] == []


@pytest.mark.django_db
@pytest.mark.parametrize("values", COMBINATIONS[:: len(COMBINATIONS) // 40])
def test_an_update_of_a_status_writes_the_stage_that_follows(values: dict[str, str]) -> None:
    Prospect.objects.create(domain="a.example.com")
    Prospect.objects.update(**values)
    assert Prospect.objects.get().stage == derive_stage(values)


@pytest.mark.django_db
def test_the_table_refuses_a_stage_that_contradicts_the_statuses() -> None:
    Prospect.objects.create(domain="a.example.com")
    with (
        pytest.raises(IntegrityError, match="prospects_stage_derived"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute("UPDATE prospects SET stage = 'SENT'")


@pytest.mark.django_db
def test_an_expression_for_a_column_that_others_follow_from_is_refused() -> None:
    with pytest.raises(TypeError, match="contact_email"):
        Prospect.objects.update(contact_email=stage_expression())
