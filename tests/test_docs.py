"""What the documentation names exists: files, commands of make and of manage.py."""

import re
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import get_commands

ROOT = Path(settings.BASE_DIR)
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
pages = pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)


def anchors(page: Path) -> set[str]:
    """The anchors that a page's headings get."""
    headings = re.findall(r"^#+ (.+)$", page.read_text(), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pages
def test_every_link_leads_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\(([^)\s]+)\)", page.read_text()):
        if "://" in target:
            continue
        path, _, anchor = target.partition("#")
        file = (page.parent / path).resolve() if path else page
        assert file.exists(), f"{page.name}: {target}"
        assert not anchor or anchor in anchors(file), f"{page.name}: {target}"


@pages
def test_every_make_target_exists(page: Path) -> None:
    targets = set(re.findall(r"^([a-z][a-z -]*):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    known = {name for line in targets for name in line.split()}
    named = set(re.findall(r"(?:^|`|&& )make ([a-z][a-z-]*)", page.read_text(), re.MULTILINE))
    assert named <= known


@pages
def test_every_command_exists(page: Path) -> None:
    text = page.read_text()
    named = set(re.findall(r"manage\.py ([a-z][a-z_]*)", text)) | set(re.findall(r'make manage ARGS="([a-z_]+)', text))
    assert named <= set(get_commands())


def test_the_readme_leads_to_every_page() -> None:
    linked = re.findall(r"\]\((docs/\w[\w-]*\.md)", (ROOT / "README.md").read_text())
    missing = {str(page.relative_to(ROOT)) for page in PAGES[1:]} - set(linked)
    assert not missing, "add a line under More in README.md"
