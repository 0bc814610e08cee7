"""No page makes the browser complain: no script fails, nothing is missing, and the security policy blocks nothing."""

from collections.abc import Callable

import pytest
from django.urls import reverse
from playwright.sync_api import ConsoleMessage, Page, Response, expect
from pytest_django.live_server_helper import LiveServer

from pipeline import roles, switches
from pipeline.models import Webhook
from prospects.models import Import, Prospect, Suppression
from tests.admin.conftest import fill
from tests.admin.test_pages import REGISTERED, list_url
from tests.browser.test_looks import main_pages

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.browser, pytest.mark.slow]


@pytest.fixture
def complaints(page: Page) -> list[str]:
    """Errors and warnings of the console, and every answer that is an error."""
    found: list[str] = []

    def read(message: ConsoleMessage) -> None:
        # What is left is advice of Chromium's developers.
        if message.type in ("error", "warning", "assert"):
            found.append(f"{page.url} {message.type}: {message.text}")

    def judge(response: Response) -> None:
        if response.status >= 400:
            found.append(f"{response.status} {response.url}")

    page.on("console", read)
    page.on("pageerror", lambda error: found.append(f"{page.url}: {error}"))
    page.on("response", judge)
    return found


def further_pages() -> list[str]:
    added = [
        reverse(f"admin:{model._meta.label_lower.replace('.', '_')}_add") for model in (Import, Suppression, Webhook)
    ]
    of = Import.objects.first()
    return [
        *added,
        *(list_url(model) for model in REGISTERED),
        reverse("admin:prospects_import_change", args=[of.pk]),
        reverse("admin:prospects_prospect_duplicates"),
        reverse("admin:prospects_suppression_import"),
        reverse("admin:pipeline_setting_known", args=[switches.AUTOMATION]),
        reverse("admin:password_change"),
        f"{list_url(Prospect)}?o=nonsense",
    ]


def test_the_console_stays_empty_on_every_page(
    complaints: list[str], log_in: Callable[[str], Page], live_server: LiveServer, transactional_db: None
) -> None:
    page = log_in(roles.ADMINISTRATOR)
    fill(3)
    for path in (*main_pages().values(), *further_pages()):
        page.goto(live_server.url + path, wait_until="load")
    assert complaints == []


def test_the_console_stays_empty_while_the_api_is_read_and_tried(
    complaints: list[str], page: Page, live_server: LiveServer, transactional_db: None
) -> None:
    page.goto(f"{live_server.url}/api/docs/")
    page.locator(".opblock").first.wait_for()
    page.locator(".opblock-summary-control").first.click()
    expect(page.get_by_role("button", name="Try it out").first).to_be_visible()
    page.get_by_role("button", name="Try it out").first.click()
    assert complaints == []
