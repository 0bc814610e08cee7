"""The overview: the API's numbers, each leading to exactly the rows it counts."""

import datetime
import html
import re

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from pipeline.counts import STATUS_FIELDS, pipeline_status
from pipeline.models import Job
from pipeline.overview import BAR_WIDTH, STEPS, days, funnel, job_counts
from prospects.models import Prospect
from tests.admin.conftest import scraped

INDEX = reverse("admin:index")


@pytest.fixture
def rows(db: None) -> list[Prospect]:
    draft = {"draft_subject": "Hello", "draft_body": "Dear museum", "draft_status": "drafted"}
    return Prospect.objects.bulk_create(
        [
            scraped(1, scrape_status="DISCOVERED", contact_email=None),
            scraped(2),
            scraped(3, approval_status="approved"),
            scraped(4, approval_status="approved", verification_status="verified", **draft),
            scraped(5, send_status="sent"),
            scraped(6, source_type="social", source_platform="tiktok", send_status="sent"),
        ]
    )


def total_of(site: Client, url: str) -> int:
    return site.get(url).context["cl"].result_count


def test_every_number_of_the_funnel_is_the_apis_and_leads_to_that_many_rows(site: Client, rows: list[Prospect]) -> None:
    api = pipeline_status()
    steps = funnel()
    assert [step.count for step in steps] == [api[field] for field, _ in STEPS]
    assert {step.label: total_of(site, step.url) for step in steps} == {step.label: step.count for step in steps}
    assert all(step.count for step in steps)


def test_the_page_shows_the_numbers_of_the_apis_answer(site: Client, rows: list[Prospect]) -> None:
    page = site.get(INDEX).content.decode()
    shown = re.findall(r'<span class="label">(.*?)</span><strong>(\d+)</strong>', page)
    assert [(html.unescape(label), int(count)) for label, count in shown] == [
        (label, pipeline_status()[field]) for field, label in STEPS
    ]


def test_every_step_is_a_list_that_can_be_filtered_by() -> None:
    from prospects.admin.filters import LISTS

    assert {STATUS_FIELDS[field] for field, _ in STEPS} <= {name for name, _ in LISTS}


def test_a_day_counts_and_leads_to_what_was_found_on_it(site: Client) -> None:
    today = timezone.localdate()
    now = timezone.now()
    for number, age in enumerate((0, 1, 1, 29, 30)):
        scraped(number, created_at=now - datetime.timedelta(days=age)).save()
    bars = days(today)
    assert [(bars[-1].count, bars[-2].count, bars[0].count), sum(bar.count for bar in bars)] == [(1, 2, 1), 4]
    assert total_of(site, bars[-2].url) == 2
    assert max(bar.height for bar in bars) == bars[-2].height


def test_each_date_stands_under_the_middle_of_its_bar_the_last_too_and_the_scale_is_told(site: Client) -> None:
    now = timezone.now()
    for number, age in enumerate((0, 0, 7)):
        scraped(number, created_at=now - datetime.timedelta(days=age)).save()
    page = site.get(INDEX).content.decode()
    dates = dict(re.findall(r'<text class="day" x="(\d+)" y="\d+">(.*?)</text>', page))
    bars = days()
    for bar in (bars[-1], bars[-8]):
        assert dates[str(bar.x + BAR_WIDTH // 2)] == f"{bar.date.day} {bar.date:%b}"
    assert len(dates) == 5
    assert re.search(r'<text class="scale"[^>]*>2</text>', page)
    assert '<line class="most"' in page


def test_jobs_are_counted_by_status_and_lead_to_their_list(site: Client) -> None:
    Job.objects.bulk_create([Job(job_type="scrape", status=status) for status in ("failed", "failed", "running")])
    counts = {job.status: job for job in job_counts()}
    assert (counts["failed"].count, counts["running"].count, counts["completed"].count) == (2, 1, 0)
    assert total_of(site, counts["failed"].url) == 2


def test_pictures_have_text_alternatives_and_nothing_inline_that_a_strict_policy_blocks(
    site: Client, rows: list[Prospect]
) -> None:
    page = site.get(INDEX).content.decode()
    pictures = re.findall(r"<svg class=\"(?:bar|days)\".*?>", page)
    assert pictures
    assert all("aria-label" in picture for picture in pictures)
    assert not re.search(r"<script(?![^>]*src=)|<style|\sstyle=|\son\w+=", page)


def test_a_person_without_a_role_is_told_so(client: Client, db: None) -> None:
    client.force_login(User.objects.create(username="dora", is_staff=True))
    page = client.get(INDEX).content.decode()
    assert "has no role yet" in page
    assert "Websites to decide on" not in page
