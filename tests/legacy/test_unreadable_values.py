"""Values that the database holds and Python cannot read are kept aside, whatever type their column has."""

import pytest
from django.db import connection

from config.schema.adoption.report import recorded
from prospects.models import Prospect
from tests.legacy.states import run, stuck
from tests.legacy.test_values import insert, now

DEEP = "[" * 9000 + "]" * 9000
ALMOST = "[" * 150 + "]" * 150

UNREADABLE = {
    "timestamptz": (("scraped_at", "infinity"), ("last_sent", "-infinity"), ("last_sent", "0044-03-15 00:00+00 BC")),
    "timestamp": (("scraped_at", "infinity"), ("last_sent", "20000-01-01 00:00")),
    "date": (("scraped_at", "infinity"), ("last_sent", "5000000-01-01")),
    "text": (
        *(("scraped_at", "infinity"), ("scraped_at", "03/04/2025"), ("scraped_at", "today"), ("last_sent", "12:30")),
        *(("last_sent", "2025-13-01"), ("last_sent", "20000-01-01"), ("last_sent", "0001-01-01")),
    ),
}
READABLE = {
    "timestamptz": {"9999-01-01 00:00+00": "9999-01-01 00:00:00+00", "0002-01-01 00:00+00": "0002-01-01 00:00:00+00"},
    "timestamp": {"2025-04-03 10:00": "2025-04-03 10:00:00+00"},
    "date": {"2025-04-03": "2025-04-03 00:00:00+00"},
    "text": {
        " 2025-04-03 ": "2025-04-03 00:00:00+00",
        "2025-04-03T10:00:00.25Z": "2025-04-03 10:00:00.25+00",
        "2025-04-03 10:00:00+02": "2025-04-03 08:00:00+00",
        "2025-04-03T10:00+02:00": "2025-04-03 08:00:00+00",
        "2025-04-03 10:00 UTC": "2025-04-03 10:00:00+00",
    },
}


@pytest.mark.parametrize("type_", UNREADABLE)
def test_times_that_python_cannot_read_are_kept_aside_and_counted(legacy, chain, type_):
    with legacy("stuck", stuck):
        run(f"ALTER TABLE prospects ALTER scraped_at TYPE {type_}, ALTER last_sent TYPE {type_}")
        refused = [(column, text, insert(**{column: text})) for column, text in UNREADABLE[type_]]
        read = [(text, value, insert(scraped_at=text)) for text, value in READABLE[type_].items()]
        chain.adopt()
        for column, text, row_id in refused:
            value, kept = now(row_id, column)
            assert value is None
            assert kept
            assert kept.replace("T", " ")[:10] == text[:10]
        assert [now(row_id, "scraped_at") for _, _, row_id in read] == [(value, None) for _, value, _ in read]
        told = sum(entry.rows for entry in recorded("default") if entry.action == "kept")
        assert told >= len(refused)
        assert len(list(Prospect.objects.all())) == Prospect.objects.count()


def test_a_time_that_must_be_there_is_filled_and_the_report_says_from_where(legacy, chain):
    with legacy("stuck", stuck):
        run("UPDATE prospects SET created_at = '2025-01-01', updated_at = '2025-01-01'")
        first = insert(created_at="infinity", updated_at="2025-02-03 10:00+00")
        second = insert(created_at=None, updated_at="20000-01-01")
        chain.adopt()
        assert now(first, "created_at") == ("2025-02-03 10:00:00+00", "infinity")
        assert now(second, "updated_at")[1] == "20000-01-01T00:00:00+00:00"
        told = {(e.table, e.column, e.detail): e.rows for e in recorded("default") if e.action == "filled"}
        assert told["prospects", "created_at", "with now() (1), updated_at (1)"] == 2
        assert told["prospects", "updated_at", "with now() (1)"] == 1
        assert len(list(Prospect.objects.all())) == Prospect.objects.count()


def test_numbers_that_are_none_are_kept_aside_in_columns_that_are_numeric_already(legacy, chain):
    with legacy("stuck", stuck):
        ids = {column: insert(**{column: "NaN"}) for column in ("da_est", "score", "verification_confidence")}
        chain.adopt()
        assert {now(row_id, column) for column, row_id in ids.items()} == {(None, "NaN")}
        assert len(list(Prospect.objects.all())) == Prospect.objects.count()


@pytest.mark.parametrize("type_", ["jsonb", "json", "text"])
def test_documents_nested_too_deeply_to_be_read_are_kept_as_text(legacy, chain, type_):
    with legacy("stuck", stuck):
        run(f"ALTER TABLE prospects ALTER scrape_payload TYPE {type_} USING NULL")
        deep, almost = insert(scrape_payload=DEEP), insert(scrape_payload=ALMOST)
        chain.adopt()
        assert now(deep, "scrape_payload") == (None, DEEP)
        assert now(almost, "scrape_payload") == (ALMOST, None)
        assert len(list(Prospect.objects.all())) == Prospect.objects.count()


def test_a_number_of_a_kind_becomes_the_boolean_it_says(legacy, chain):
    with legacy("stuck", stuck):
        run("ALTER TABLE prospects ADD is_manual numeric(3,1)")
        ids = {number: insert(is_manual=number) for number in ("1.0", "0.0", "2.0", "NaN")}
        chain.adopt()
        assert {number: now(row_id, "is_manual") for number, row_id in ids.items()} == {
            "1.0": ("true", None),
            "0.0": ("false", None),
            "2.0": ("false", "2.0"),
            "NaN": ("false", "NaN"),
        }


def test_the_server_and_python_agree_on_what_a_time_is(legacy, chain):
    """At the ends of what is kept, in the zones farthest from UTC."""
    with legacy("stuck", stuck):
        ids = [insert(scraped_at=text) for text in ("0001-01-02 00:00+00", "9999-12-30 23:59+00")]
        chain.adopt()
        with connection.cursor() as cursor:
            for zone in ("Etc/GMT-14", "Etc/GMT+12"):
                cursor.execute(f"SET TIME ZONE '{zone}'")
                cursor.execute("SELECT scraped_at FROM prospects WHERE id = ANY (%s::uuid[])", [ids])
                assert len([row[0] for row in cursor.fetchall() if row[0]]) == len(ids)
