"""A browser, a served application, and what people do in it. Skipped where no Chromium is installed."""

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.apps import apps
from django.contrib.auth.models import Group, User
from django.db import connection
from playwright.sync_api import Browser, Page, expect, sync_playwright
from pytest_django.live_server_helper import LiveServer

from pipeline import roles

PASSWORD = "correct horse battery staple"
SWITCHES = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-dev-shm-usage",
    "--no-first-run",
)


@pytest.fixture(scope="package")
def browser(django_db_setup: None) -> Iterator[Browser]:
    """One browser for the tests of this folder.

    Playwright keeps an event loop in this thread, and Django would take the tests' own queries for asynchronous ones.
    """
    executable = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if executable is None:
        pytest.skip("no Chromium is installed (Debian: apt-get install chromium)")
    with pytest.MonkeyPatch.context() as patch, sync_playwright() as playwright:
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")
        browser = playwright.chromium.launch(executable_path=executable, args=list(SWITCHES))
        yield browser
        browser.close()


@pytest.fixture
def errors() -> list[str]:
    """What the browser complained about: scripts that failed, what the security policy blocked."""
    return []


@pytest.fixture
def page(browser: Browser, errors: list[str]) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 1360, "height": 900})
    page = context.new_page()
    page.set_default_timeout(15_000)
    expect.set_options(timeout=15_000)
    page.on("console", lambda message: errors.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: errors.append(str(error)))
    yield page
    context.close()


@pytest.fixture
def log_in(live_server: LiveServer, page: Page) -> Callable[[str], Page]:
    """`log_in(role)` makes a member of that role, who logs in."""

    def as_member(role: str) -> Page:
        if not Group.objects.exists():
            roles.grant(apps, connection.schema_editor())
        user = User.objects.create_user(role, password=PASSWORD, is_staff=True)
        user.groups.add(Group.objects.get(name=role))
        page.goto(f"{live_server.url}/admin/")
        page.get_by_label("Username").fill(role)
        page.get_by_label("Password").fill(PASSWORD)
        page.get_by_role("button", name="Log in").click()
        page.get_by_role("button", name="Log out").wait_for()
        return page

    return as_member


@pytest.fixture
def pictures() -> Path | None:
    """Where to keep screenshots: PICTURES=docs/images pytest tests/browser renews those of the documentation."""
    folder = os.environ.get("PICTURES")
    return Path(folder) if folder else None
