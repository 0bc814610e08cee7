"""Likely duplicates are shown in groups, merged into the oldest, and brought back."""

import re

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from prospects.models import Merge, Prospect
from tests.admin.conftest import scraped
from tests.admin.test_actions import decide, told
from tests.admin.test_pages import page_url

PAGE = reverse("admin:prospects_prospect_duplicates")


@pytest.fixture
def desk(client: Client, bob: User) -> Client:
    client.force_login(bob)
    return client


@pytest.fixture
def twins(db: None) -> list[Prospect]:
    rows = [scraped(1, contact_email=None), scraped(1, domain="WWW.site1.example.com"), scraped(2)]
    for row in rows:
        row.save()
    return rows[:2]


def test_groups_show_those_who_share_a_key_and_nobody_else(desk: Client, twins: list[Prospect]) -> None:
    html = desk.get(PAGE).content.decode()
    assert html.count('<section class="module"') == 1
    assert "WWW.site1.example.com" in html
    assert "site2" not in html
    assert "None." in desk.get(PAGE, {"kind": "profile"}).content.decode()
    assert desk.get(PAGE, {"kind": "colour"}).status_code == 404


def test_a_group_is_merged_after_asking_and_the_merge_is_undone(desk: Client, twins: list[Prospect]) -> None:
    asked = decide(desk, "merge", *twins).content.decode()
    assert "The oldest of them stays" in asked
    assert re.findall(r'>([\w.]+)</a> <span class="badge level-ok">stays</span>', asked) == ["site1.example.com"]
    assert asked.index("site1.example.com</a> <span") < asked.index("WWW.site1.example.com")
    assert Prospect.objects.count() == 3
    message = told(decide(desk, "merge", *twins, confirm="yes"))
    assert "Merged 1 into" in message
    assert f'<a href="{page_url(twins[0])}">site1.example.com</a>' in message
    assert f'<a href="{page_url(Merge.objects.get())}">the merge of WWW.site1.example.com</a>' in message
    assert Prospect.objects.get(pk=twins[0].pk).contact_email == "office@site1.example.com"
    told_by_the_merge = desk.get(page_url(Merge.objects.get())).content.decode()
    assert f'<a href="{page_url(twins[0])}">site1.example.com</a>' in told_by_the_merge
    assert f"WWW.site1.example.com ({twins[1].pk})" in told_by_the_merge
    undo = reverse("admin:prospects_merge_undo", args=[Merge.objects.get().pk])
    assert "is there again" in told(desk.post(undo))
    assert Prospect.objects.count() == 3
    assert "undone already" in told(desk.post(undo))


def test_one_prospect_alone_is_not_merged(desk: Client, twins: list[Prospect]) -> None:
    for answers in ({}, {"confirm": "yes"}):
        assert "two or more" in told(decide(desk, "merge", twins[0], **answers))
    assert ">Merge</button>" not in desk.get(page_url(twins[0])).content.decode()


def test_a_viewer_sees_the_groups_and_merges_nothing(client: Client, charlie: User, twins: list[Prospect]) -> None:
    client.force_login(charlie)
    assert "<button" not in client.get(PAGE).content.decode().partition('id="content-main"')[2]
    assert decide(client, "merge", *twins, confirm="yes").status_code == 403
    merge = Merge.objects.create(
        kept=twins[0], merged_id=twins[1].pk, merged_row={}, kept_before={}, kept_after={}, moved={}
    )
    assert client.post(reverse("admin:prospects_merge_undo", args=[merge.pk])).status_code == 403
