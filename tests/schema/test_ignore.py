"""Findings somebody lives with: for a reason, until a day, and an Error after it."""

from datetime import date, datetime, timedelta

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.db import connections
from django.utils import timezone

from config.schema import guard, ignore
from config.schema.entry import SchemaOutOfLineError, require_schema_in_line
from config.schema.findings import Finding, Report

TODAY = date(2030, 6, 15)
RULE = {"object": "prospects.score", "id": "schema.E012", "reason": "the vendor's tool writes it", "until": TODAY}
ERROR = Finding(id="schema.E012", database="default", table="prospects", column="score")
WARNING = Finding(id="schema.W002", database="default", table="prospects", name="old_index")


def test_a_finding_is_left_out_up_to_and_including_the_day(settings):
    settings.SCHEMA = {"IGNORE": [RULE]}
    assert ignore.applied([ERROR, WARNING], TODAY) == [WARNING]


def test_the_day_after_it_is_an_error_again_and_says_why(settings):
    settings.SCHEMA = {"IGNORE": [RULE]}
    (finding,) = ignore.applied([ERROR], TODAY + timedelta(days=1))
    assert finding.is_error
    assert finding.detail == "ignored until 2030-06-15 (the vendor's tool writes it); that day has passed"


def test_a_warning_whose_rule_has_run_out_is_an_error_too(settings):
    settings.SCHEMA = {"IGNORE": [{**RULE, "object": "prospects (old_index)", "id": "schema.W002"}]}
    (finding,) = ignore.applied([WARNING], TODAY + timedelta(days=1))
    assert finding.is_error


def test_a_warning_whose_rule_has_run_out_is_told_where_it_stops_a_start(settings):
    settings.SCHEMA = {"IGNORE": [{**RULE, "object": "prospects (old_index)", "id": "schema.W002"}]}
    told = Report.of(ignore.applied([WARNING], TODAY + timedelta(days=1))).in_brief()
    assert "schema.W002 error: prospects (old_index)" in told
    assert "that day has passed" in told
    assert "harmless" not in told


def test_a_later_rule_for_the_same_finding_prolongs_an_earlier_one(settings):
    settings.SCHEMA = {"IGNORE": [RULE, {**RULE, "until": TODAY + timedelta(days=9)}]}
    assert ignore.applied([ERROR], TODAY + timedelta(days=9)) == []


@pytest.mark.parametrize("change", [{"object": "prospects.stage"}, {"id": "schema.E011"}])
def test_a_rule_covers_its_own_object_and_id_only(settings, change):
    settings.SCHEMA = {"IGNORE": [{**RULE, **change}]}
    assert ignore.applied([ERROR], TODAY) == [ERROR]


@pytest.mark.parametrize(
    ("rule", "message"),
    [
        ({**RULE, "reason": " "}, "says no reason"),
        ({**RULE, "until": "2030-06-15"}, "until has to be a datetime.date"),
        ({**RULE, "until": datetime(2030, 6, 15)}, "until has to be a datetime.date"),  # noqa: DTZ001
        ({**RULE, "id": "schema.E999"}, "'schema.E999' is not the id"),
        ({**RULE, "id": "schema.E001"}, "'schema.E001' is not the id"),
        ({key: RULE[key] for key in ("object", "id", "reason")}, "rule 1: has the keys"),
    ],
)
def test_a_rule_that_says_too_little_is_refused_by_name(settings, rule, message):
    settings.SCHEMA = {"IGNORE": [rule]}
    with pytest.raises(ImproperlyConfigured, match=message):
        ignore.applied([ERROR], TODAY)


def test_a_database_with_an_ignored_error_starts_until_the_day_has_passed(scratch, settings):
    with connections[scratch].cursor() as cursor:
        cursor.execute("ALTER TABLE knox_authtoken RENAME COLUMN token_key TO mislaid")
    found = {(finding.place, finding.id) for finding in guard.compare(scratch).errors}
    today = timezone.localdate()

    def ignored_until(day):
        rules = [{"object": place, "id": id, "reason": "a test", "until": day} for place, id in found]
        settings.SCHEMA = {**settings.SCHEMA, "IGNORE": rules}

    ignored_until(today)
    require_schema_in_line()
    assert guard.store_verified(scratch).ok
    require_schema_in_line()
    ignored_until(today - timedelta(days=1))
    with pytest.raises(SchemaOutOfLineError, match="that day has passed"):
        require_schema_in_line()
