"""Whatever the file and the mode: the numbers add up, twice is once, and a revert leaves no trace."""

from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipeline import imports as import_jobs
from prospects import imports
from prospects.imports import running
from prospects.imports.fields import FIELDS
from prospects.models import Import, Prospect
from tests.imports.files import CAUSE, csv_file, run

DOMAINS = ["", "a.example", "www.A.example", "b.example", "Bücher.example", "xn--bcher-kva.example", "c.example", "no"]
EMAILS = ["", "x@a.example", "X@A.EXAMPLE", "y@b.example", "z@", "z@c.example"]
PROFILES = ["", "", "https://instagram.com/ann", "http://www.instagram.com/ANN/", "https://tiktok.com/@bob", "nothing"]
TEXTS = ["", "tea", "food", "=1", "'+x"]
ROWS = st.lists(
    st.tuples(*(st.sampled_from(texts) for texts in (DOMAINS, EMAILS, PROFILES, ["", "instagram", "x"], TEXTS, TEXTS))),
    min_size=1,
    max_size=12,
)
HEADER = ["domain", "email", "profile_url", "platform", "category", "location"]
OVERWRITE = st.sets(st.sampled_from(["discovery_category", "discovery_location", "contact_email"]))


def rows_of_prospects() -> list[dict[str, Any]]:
    # Putting a row back is a change too: its time of change stays.
    return [
        {name: value for name, value in row.items() if name != "updated_at"}
        for row in Prospect.objects.order_by("pk").values()
    ]


def check(existing: Any, rows: Any, mode: str, overwrite: set[str], batch: int) -> None:
    with transaction.atomic(), pytest.MonkeyPatch.context() as patch:
        # Before each batch another worker takes over: it knows what was done from the rows alone.
        patch.setattr(running, "BATCH", batch)
        patch.setattr(imports, "run_batch", lambda of, cause, others: running.run_batch(of, cause))
        _check(existing, rows, mode, overwrite)
        transaction.set_rollback(True)


def _check(existing: Any, rows: Any, mode: str, overwrite: set[str]) -> None:
    present = [row for row in existing if row[0]]
    Prospect.objects.bulk_create(
        Prospect(domain=domain, contact_email=email or None, discovery_category=category or None)
        for domain, email, _, _, category, _ in present
    )
    before = rows_of_prospects()
    content = csv_file(HEADER, *rows)
    of: Import = run(content, mode, sorted(overwrite))
    assert sum(of.outcome.values()) == of.rows_total == of.rows.count() == sum(any(row) for row in rows)
    assert of.outcome == of.planned
    assert Prospect.objects.count() == len(before) + of.outcome["created"]
    after = rows_of_prospects()
    again = run(content, mode, sorted(overwrite))
    assert (again.outcome["created"], again.outcome["updated"]) == (0, 0)
    assert rows_of_prospects() == after
    import_jobs.revert(of, CAUSE)
    assert rows_of_prospects() == before


@pytest.mark.django_db
@given(
    existing=ROWS,
    rows=ROWS.filter(lambda rows: any(map(any, rows))),
    mode=st.sampled_from(["create", "update", "both"]),
    overwrite=OVERWRITE,
    batch=st.sampled_from([1, 2, 200]),
)
@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_numbers_add_up_twice_is_once_and_a_revert_restores(existing, rows, mode, overwrite, batch) -> None:
    check(existing, rows, mode, overwrite, batch)


@pytest.mark.slow
@pytest.mark.django_db
@given(
    existing=ROWS,
    rows=ROWS.filter(lambda rows: any(map(any, rows))),
    mode=st.sampled_from(["create", "update", "both"]),
    overwrite=OVERWRITE,
    batch=st.sampled_from([1, 2, 200]),
)
@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_the_same_for_many_more_files(existing, rows, mode, overwrite, batch) -> None:
    check(existing, rows, mode, overwrite, batch)


def test_no_field_of_an_import_is_a_decision_or_what_was_sent() -> None:
    statuses = {name for name in (field.name for field in Prospect._meta.fields) if name.endswith("_status")}
    forbidden = statuses | {"stage", "last_sent", "final_body", "draft_subject", "draft_body", "thread_id"}
    assert not forbidden & set(FIELDS)
