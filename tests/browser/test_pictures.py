"""The pictures of the documentation, taken of the sample: PICTURES=docs/images pytest -m browser tests/browser."""

from collections.abc import Callable
from pathlib import Path

import pytest
from django.contrib.auth.models import User
from playwright.sync_api import Page
from pytest_django.live_server_helper import LiveServer

from config.schema import guard
from pipeline import roles, sample
from pipeline.choices import JobItemStatus
from pipeline.models import Job
from prospects.models import Prospect

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.browser, pytest.mark.slow]


def test_pictures_of_the_main_pages(
    log_in: Callable[[str], Page], live_server: LiveServer, transactional_db: None, pictures: Path | None
) -> None:
    if pictures is None:
        pytest.skip("renews the documentation's pictures when PICTURES names their folder")
    guard.store_verified()
    page = log_in(roles.ADMINISTRATOR)
    sample.load(User.objects.get(), lambda done, total: None)
    drafted = Prospect.objects.drafts().website_source().latest("updated_at")
    job = Job.objects.filter(items__status=JobItemStatus.FAILED).latest("created_at")
    for name, path in {
        "overview": "/admin/",
        "prospects": "/admin/prospects/prospect/?list=leads",
        "prospect": f"/admin/prospects/prospect/{drafted.pk}/change/",
        "job": f"/admin/pipeline/job/{job.pk}/change/",
        "schema": "/admin/schema/verifiedschema/",
    }.items():
        page.goto(live_server.url + path, wait_until="networkidle")
        page.screenshot(path=pictures / f"admin-{name}.png")
