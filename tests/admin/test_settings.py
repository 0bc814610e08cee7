"""Settings are changed by forms that judge as the API does; what nothing reads is shown, but for secrets."""

from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from pipeline import roles, scheduler, switches
from pipeline.models import Setting
from tests.admin.conftest import member

LIST = reverse("admin:pipeline_setting_changelist")
AUTOMATION = {
    "max_results": "50",
    "locations": "Germany\n\n Canada ",
    "categories": "",
    "keywords": "art",
    "enabled": "on",
}


def form_of(key: str) -> str:
    return reverse("admin:pipeline_setting_known", args=[key])


@pytest.fixture
def desk(client: Client, bob: User) -> Client:
    """A browser in which an operator is logged in."""
    client.force_login(bob)
    return client


def test_the_master_switch_is_turned_and_it_is_recorded_who_did_it(desk: Client, bob: User) -> None:
    assert desk.post(form_of(switches.MASTER), {"enabled": "on"}).status_code == 302
    assert switches.master_is_on()
    assert desk.post(form_of(switches.MASTER), {}).status_code == 302
    assert not switches.master_is_on()
    row = Setting.objects.get(key=switches.MASTER)
    history = LogEntry.objects.filter(object_id=row.pk).order_by("pk")
    assert [(entry.user, entry.change_message) for entry in history] == [
        (bob, 'Saved as {"value": true}.'),
        (bob, 'Saved as {"value": false}.'),
    ]
    assert (
        "Saved as {&quot;value&quot;: false}."
        in desk.get(reverse("admin:pipeline_setting_history", args=[row.pk])).content.decode()
    )


def test_automation_is_saved_as_the_api_saves_it(desk: Client) -> None:
    assert desk.post(form_of(switches.AUTOMATION), AUTOMATION).status_code == 302
    assert switches.automation() == {
        "enabled": True,
        "automatic_scraper": False,
        "locations": ["Germany", "Canada"],
        "categories": [],
        "keywords": "art",
        "max_results": 50,
    }
    page = desk.get(form_of(switches.AUTOMATION)).content.decode()
    assert "Germany\nCanada</textarea>" in page


@pytest.mark.parametrize(
    ("key", "values", "problem"),
    [
        (switches.AUTOMATION, AUTOMATION | {"max_results": "0"}, "greater than or equal to 1"),
        (switches.AUTOMATION, AUTOMATION | {"max_results": "many"}, "whole number"),
        (switches.AUTOMATION, AUTOMATION | {"locations": "x" * 201}, "no more than 200 characters"),
        (switches.AUTOMATION, AUTOMATION | {"locations": "x\n" * 201}, "no more than 200 elements"),
        (switches.AUTOMATION, AUTOMATION | {"keywords": "x" * 2001}, "no more than 2000 characters"),
        (scheduler.INTERVAL, {"interval": "soon"}, "write a number and a unit"),
        (scheduler.INTERVAL, {"interval": "0h"}, "write a number and a unit"),
        (scheduler.NEXT_RUN, {"next_run": "tomorrow"}, "valid date/time"),
    ],
)
def test_what_the_api_refuses_is_refused_at_its_field(
    desk: Client, key: str, values: dict[str, Any], problem: str
) -> None:
    page = desk.post(form_of(key), values)
    assert page.status_code == 200
    assert problem in page.content.decode()
    assert not Setting.objects.exists()


def test_interval_and_next_run_are_what_the_scheduler_reads(desk: Client) -> None:
    desk.post(form_of(scheduler.INTERVAL), {"interval": "6h"})
    desk.post(form_of(scheduler.NEXT_RUN), {"next_run": "2030-01-31 12:00"})
    assert scheduler.interval().total_seconds() == 6 * 3600
    stored = Setting.objects.get(key=scheduler.NEXT_RUN).value
    assert stored == {"value": "2030-01-31T12:00:00+00:00"}
    assert "2030-01-31 12:00:00" in desk.get(form_of(scheduler.NEXT_RUN)).content.decode()
    desk.post(form_of(scheduler.NEXT_RUN), {"next_run": ""})
    assert Setting.objects.get(key=scheduler.NEXT_RUN).value == {"value": None}


@pytest.mark.parametrize("stored", [None, "nonsense", {"value": ["x"]}, {"max_results": "many"}, 7])
def test_a_form_opens_on_whatever_the_older_system_has_stored(desk: Client, stored: Any) -> None:
    keys = (switches.MASTER, switches.AUTOMATION, scheduler.INTERVAL, scheduler.NEXT_RUN)
    Setting.objects.bulk_create(Setting(key=key, value=stored) for key in keys)
    assert desk.get(LIST).status_code == 200
    assert [desk.get(form_of(key)).status_code for key in keys] == [200] * 4


def test_the_list_shows_every_setting_that_is_read_even_where_none_is_stored(desk: Client) -> None:
    page = desk.get(LIST).content.decode()
    for text in ("Master switch", "Steps may be started: no", "Interval: 24h", "Next run: not set"):
        assert text in page


def test_the_list_names_values_as_their_forms_do(desk: Client) -> None:
    page = desk.get(reverse("admin:pipeline_setting_changelist")).content.decode()
    assert "Next run: not set" in page
    assert "Max results: 100" in page


def test_a_viewer_sees_the_forms_and_sends_none(client: Client, charlie: User) -> None:
    client.force_login(charlie)
    page = client.get(form_of(switches.MASTER)).content.decode()
    assert "disabled" in page
    assert 'value="Save"' not in page
    assert client.post(form_of(switches.MASTER), {"enabled": "on"}).status_code == 403
    assert not switches.master_is_on()


def test_a_row_with_a_form_leads_to_it_and_another_cannot_be_changed(desk: Client) -> None:
    known = Setting.objects.create(key=switches.MASTER, value={"value": True})
    other = Setting.objects.create(key="left_over", value={"rows": [1, 2]})
    urls = [reverse("admin:pipeline_setting_change", args=[row.pk]) for row in (known, other)]
    assert desk.get(urls[0]).headers["Location"] == form_of(switches.MASTER)
    assert "&quot;rows&quot;" in desk.get(urls[1]).content.decode()
    assert desk.post(urls[1], {"key": "left_over", "value": "{}"}).status_code == 403
    assert desk.get(form_of("left_over")).status_code == 404


def test_no_setting_is_deleted_not_even_by_an_administrator(client: Client, db: None) -> None:
    client.force_login(member("eve", roles.ADMINISTRATOR))
    row = Setting.objects.create(key=scheduler.NEXT_RUN, value={"value": None})
    client.post(LIST, {"action": "delete_selected", "_selected_action": [str(row.pk)], "post": "yes"})
    assert client.post(reverse("admin:pipeline_setting_delete", args=[row.pk]), {"post": "yes"}).status_code == 403
    assert Setting.objects.get() == row


def test_values_are_shown_as_the_json_they_are(desk: Client) -> None:
    Setting.objects.create(key="left_over", value={"on": True, "till": None, "where": "Köln"})
    page = desk.get(LIST).content.decode()
    assert "{&quot;on&quot;: true, &quot;till&quot;: null, &quot;where&quot;: &quot;Köln&quot;}" in page


def test_secrets_of_the_older_system_are_never_shown(desk: Client) -> None:
    row = Setting.objects.create(key="mail", value={"user": "office", "list": [{"smtp_password": "tok-1"}]})
    Setting.objects.create(key="gemini_api_key", value="tok-2")
    pages = desk.get(LIST).content + desk.get(reverse("admin:pipeline_setting_change", args=[row.pk])).content
    assert b"office" in pages
    assert b"stored, not shown" in pages
    assert b"tok-" not in pages
