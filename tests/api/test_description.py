"""The API describes itself: the committed file is what the code says, and the page is served from local files."""

import re
from pathlib import Path

import pytest
import yaml
from django.conf import settings
from django.core.management import call_command
from rest_framework.test import APIClient

FILE = Path(settings.BASE_DIR) / "docs/openapi.yaml"


def test_the_committed_description_is_what_the_code_says(tmp_path: Path) -> None:
    """To mend: `python manage.py spectacular --file docs/openapi.yaml`."""
    made = tmp_path / "openapi.yaml"
    call_command("spectacular", file=str(made), validate=True, fail_on_warn=True)
    assert made.read_text() == FILE.read_text(), "run: manage.py spectacular --file docs/openapi.yaml"


def test_every_operation_describes_its_answers_and_problems() -> None:
    document = yaml.safe_load(FILE.read_text())
    assert document["openapi"].startswith("3.1")
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            assert operation["description"], (method, path)
            assert {"400", "500", "503"} <= operation["responses"].keys(), (method, path)
    for name, response in document["components"]["responses"].items():
        assert response["content"]["application/problem+json"]["examples"], name


@pytest.mark.django_db
def test_anyone_can_read_the_description_and_its_page(anonymous: APIClient) -> None:
    assert anonymous.get("/api/openapi.yaml").status_code == 200
    page = anonymous.get("/api/docs/")
    assert page.status_code == 200
    sources = re.findall(r'(?:src|href)="([^"]+)"', page.content.decode())
    assert sources
    assert [source for source in sources if not source.startswith(("/", "data:"))] == []
