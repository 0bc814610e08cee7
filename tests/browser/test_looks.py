"""Pages are readable in light and dark, on a narrow screen, and under the project's security policy."""

from collections.abc import Callable

import pytest
from django.contrib.auth.models import Group, User
from playwright.sync_api import Page
from pytest_django.live_server_helper import LiveServer

from config.schema.models import AdoptionEntry, SchemaRepair, VerifiedSchema
from pipeline import roles
from pipeline.choices import JobStatus
from pipeline.models import Job, Setting
from prospects.models import Prospect
from tests.admin.conftest import fill

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.browser, pytest.mark.slow]

# Contrast of every text with what is behind it, by the formula of WCAG 2; the worst few below the limit.
CONTRAST = """() => {
  const canvas = document.createElement('canvas').getContext('2d', {willReadFrequently: true});
  const rgba = color => { canvas.clearRect(0, 0, 1, 1); canvas.fillStyle = color; canvas.fillRect(0, 0, 1, 1);
    const d = canvas.getImageData(0, 0, 1, 1).data; return [d[0], d[1], d[2], d[3] / 255]; };
  const light = c => { const [r, g, b] = c.map(v => (v /= 255) <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
    return 0.2126 * r + 0.7152 * g + 0.0722 * b; };
  const behind = element => { let layers = [];
    for (let e = element; e; e = e.parentElement) { const c = rgba(getComputedStyle(e).backgroundColor);
      if (c[3] > 0) layers.push(c); if (c[3] === 1) break; }
    return layers.reverse().reduce((under, c) => under.map((v, i) => v * (1 - c[3]) + c[i] * c[3]), [255, 255, 255]); };
  const low = [], HIDDEN = '.visually-hidden, .skip-to-content-link, svg, option';
  for (const element of document.querySelectorAll('body *')) {
    const own = [...element.childNodes].some(n => n.nodeType === 3 && n.textContent.trim());
    const box = element.getBoundingClientRect(), style = getComputedStyle(element);
    if (!own || !box.width || style.visibility === 'hidden' || element.closest(HIDDEN)) continue;
    const ink = rgba(style.color).slice(0, 3), [a, b] = [light(ink), light(behind(element))].sort((x, y) => y - x);
    const ratio = (a + 0.05) / (b + 0.05);
    const large = parseFloat(style.fontSize) >= 24;
    const text = element.textContent.trim().slice(0, 30);
    if (ratio < (large ? 3 : 4.5)) low.push(`${ratio.toFixed(2)} ${element.tagName}.${element.className} ${text}`);
  }
  return low.slice(0, 5);
}"""
WIDER = "() => document.documentElement.scrollWidth - document.documentElement.clientWidth"


def main_pages() -> dict[str, str]:
    prospect, job = Prospect.objects.first(), Job.objects.first()
    # The page of one that goes on loads itself again, and would cut off the visit to the next page.
    Job.objects.filter(pk=job.pk).update(status=JobStatus.COMPLETED)
    return {
        "overview": "/admin/",
        "prospects": "/admin/prospects/prospect/",
        "prospect": f"/admin/prospects/prospect/{prospect.pk}/change/",
        "jobs": "/admin/pipeline/job/",
        "job": f"/admin/pipeline/job/{job.pk}/change/",
        "schema": "/admin/schema/verifiedschema/",
        "settings": "/admin/pipeline/setting/",
    }


@pytest.fixture
def filled(transactional_db: None) -> None:
    fill(12)
    SchemaRepair.objects.create(
        finding="schema.E011", place="prospects.verification_confidence", sql="ALTER TABLE", outcome="done", seconds=1,
        run_by="operations@database-maintenance.example.com",
    )  # fmt: skip
    VerifiedSchema.objects.create(alias="a", graph="g", server="PostgreSQL 15.18", fingerprint="f" * 64, expected="{}")
    AdoptionEntry.objects.create(table="prospects", column="verification_confidence", action="recomputed", rows=7)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_texts_stand_out_from_what_is_behind_them(
    log_in: Callable[[str], Page], live_server: LiveServer, filled: None, errors: list[str], scheme: str
) -> None:
    page = log_in(roles.ADMINISTRATOR)
    page.emulate_media(color_scheme=scheme)
    low = {}
    for name, path in main_pages().items():
        page.goto(live_server.url + path)
        low[name] = page.evaluate(CONTRAST)
    assert low == {name: [] for name in low}
    assert errors == []


def test_pages_fit_a_narrow_screen(
    log_in: Callable[[str], Page], live_server: LiveServer, filled: None, errors: list[str]
) -> None:
    page = log_in(roles.ADMINISTRATOR)
    page.set_viewport_size({"width": 390, "height": 844})
    too_wide = {}
    for name, path in main_pages().items():
        page.goto(live_server.url + path)
        too_wide[name] = page.evaluate(WIDER)
    assert too_wide == dict.fromkeys(too_wide, 0)


def test_the_search_box_can_be_typed_into_at_every_width(
    log_in: Callable[[str], Page], live_server: LiveServer, filled: None
) -> None:
    page = log_in(roles.ADMINISTRATOR)
    narrow = []
    for path in ("/admin/prospects/prospect/", "/admin/pipeline/job/", "/admin/auth/user/"):
        page.goto(live_server.url + path)
        for width in (320, 390, 768, 1024, 1025, 1440):
            page.set_viewport_size({"width": width, "height": 844})
            box = page.locator("#searchbar").bounding_box()
            if box is None or box["width"] < 150:
                narrow.append((path, width, box))
    assert narrow == []


def further_pages() -> dict[str, str]:
    user, group = User.objects.first(), Group.objects.first()
    return {
        "user": f"/admin/auth/user/{user.pk}/change/",
        "users": "/admin/auth/user/",
        "group": f"/admin/auth/group/{group.pk}/change/",
        "groups": "/admin/auth/group/",
        "tokens": "/admin/knox/authtoken/",
        "import": "/admin/prospects/import/add/",
        "webhook": "/admin/pipeline/webhook/add/",
        "automation": "/admin/pipeline/setting/known/automation/",
    }


def test_no_page_is_wider_than_a_desk(log_in: Callable[[str], Page], live_server: LiveServer, filled: None) -> None:
    page = log_in(roles.ADMINISTRATOR)
    page.set_viewport_size({"width": 1440, "height": 900})
    too_wide = {}
    for name, path in (main_pages() | further_pages()).items():
        page.goto(live_server.url + path)
        too_wide[name] = page.evaluate(WIDER)
    assert too_wide == dict.fromkeys(too_wide, 0)


# What a screen reader cannot tell: fields without a name, parts of one kind with the same name, names on what may have
# none; and links in a line of text that only their colour tells.
UNTOLD = """() => {
  const seen = e => e.getClientRects().length, name = e => e.getAttribute('aria-label') ||
    (e.getAttribute('aria-labelledby') || '').split(' ').map(id => document.getElementById(id)?.textContent).join(' ');
  const fields = [...document.querySelectorAll('#content :is(input, select, textarea):not([type=submit])')]
    .filter(e => seen(e) && !e.labels?.length && !name(e).trim());
  const parts = [...document.querySelectorAll('section[aria-labelledby], section[aria-label], [role=region], nav')]
    .filter(seen), names = parts.map(e => (e.tagName === 'NAV' ? 'nav ' : 'region ') + name(e).trim());
  const twice = parts.filter((e, n) => names.indexOf(names[n]) !== n);
  const bare = [...document.querySelectorAll('span[aria-label]:not([role]), div[aria-label]:not([role])')];
  const plain = [...document.querySelectorAll('div.breadcrumbs a, #content-main > p a')]
    .filter(e => seen(e) && !getComputedStyle(e).textDecorationLine.includes('underline'));
  return [...fields, ...twice, ...bare, ...plain].map(e => e.outerHTML.slice(0, 120));
}"""


def test_every_field_and_part_has_a_name_of_its_own_and_links_in_texts_are_underlined(
    log_in: Callable[[str], Page], live_server: LiveServer, filled: None
) -> None:
    page = log_in(roles.ADMINISTRATOR)
    untold = {}
    for name, path in (main_pages() | further_pages()).items():
        page.goto(live_server.url + path)
        # What scripts add when the page has loaded is judged too.
        page.wait_for_function("() => !document.querySelector('.search-label-icon:not([role])')")
        untold[name] = page.evaluate(UNTOLD)
    assert untold == {name: [] for name in untold}


def test_values_beside_each_other_stand_in_columns(
    log_in: Callable[[str], Page], live_server: LiveServer, filled: None
) -> None:
    page = log_in(roles.ADMINISTRATOR)
    page.goto(live_server.url + main_pages()["prospect"])
    second = "() => [...document.querySelectorAll('.form-multiline > :nth-child(2)')].map(e => e.offsetLeft)"
    assert len(set(page.evaluate(second))) == 1


# Each text's size on the screen, and whether it lies within its picture.
LABELS = """() => [...document.querySelectorAll('svg.days text')].filter(t => t.getClientRects().length).map(t => {
  const picture = t.ownerSVGElement.getBoundingClientRect(), box = t.getBoundingClientRect();
  const scale = t.ownerSVGElement.getScreenCTM().a;
  return [parseFloat(getComputedStyle(t).fontSize) * scale, box.left >= picture.left && box.right <= picture.right + 1];
})"""


def test_the_days_of_the_overview_can_be_read_on_a_narrow_screen(
    log_in: Callable[[str], Page], live_server: LiveServer, filled: None
) -> None:
    page = log_in(roles.ADMINISTRATOR)
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto(f"{live_server.url}/admin/")
    labels = page.evaluate(LABELS)
    assert len(labels) >= 3
    assert [size for size, within in labels if size < 10 or not within] == []


def test_the_list_of_settings_fits_a_desk(log_in: Callable[[str], Page], live_server: LiveServer, filled: None) -> None:
    values = {"automatic_scraper": True, "locations": ["Germany", "Canada"], "keywords": None, "max_results": 100}
    Setting.objects.create(key="automation", value={"enabled": True, **values})
    page = log_in(roles.ADMINISTRATOR)
    for width in (1360, 1280):
        page.set_viewport_size({"width": width, "height": 900})
        page.goto(f"{live_server.url}/admin/pipeline/setting/")
        assert page.evaluate(WIDER) == 0, width
