"""docs/checks.md explains every id, and no id that does not exist."""

import re
from pathlib import Path

from django.conf import settings

from config.schema.findings import IDS, Finding, Report

PAGE = (Path(settings.BASE_DIR) / "docs" / "checks.md").read_text()


def test_every_id_has_a_section_and_every_section_an_id():
    assert re.findall(r"^## (\S+)$", PAGE, re.MULTILINE) == list(IDS)


def test_every_id_named_in_the_text_exists():
    assert set(re.findall(r"schema\.[EW]\d+", PAGE)) <= set(IDS)


def test_no_section_is_empty():
    sections = re.split(r"^## \S+$", PAGE, flags=re.MULTILINE)[1:]
    assert all(len(section.strip()) > 60 for section in sections)


def test_the_json_of_a_report_has_the_documented_fields():
    page = (Path(settings.BASE_DIR) / "docs" / "schema-guard.md").read_text()
    report = Report.of([Finding("schema.E011", "default", "prospects", "stage")])
    for field in report.findings[0].as_dict():
        assert f"`{field}`" in page, f"{field} of a finding is not in docs/schema-guard.md"
