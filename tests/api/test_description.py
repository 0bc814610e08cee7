"""The API describes itself: the committed file is what the code says, and the page is served from local files."""

import ast
import re
from collections.abc import Iterator
from functools import cache
from http import HTTPStatus
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml
from django.conf import settings
from django.core.management import call_command
from rest_framework.test import APIClient

from config.api.description import PROBLEMS
from config.api.problems import CONTENT_TYPE

FILE = Path(settings.BASE_DIR) / "docs/openapi.yaml"


@cache
def description() -> dict[str, Any]:
    """The committed file, for reading."""
    return yaml.load(FILE.read_text(), yaml.CSafeLoader)


def test_the_committed_description_is_what_the_code_says(tmp_path: Path) -> None:
    """To mend: `python manage.py spectacular --file docs/openapi.yaml`."""
    made = tmp_path / "openapi.yaml"
    call_command("spectacular", file=str(made), validate=True, fail_on_warn=True)
    assert made.read_text() == FILE.read_text(), "run: manage.py spectacular --file docs/openapi.yaml"


def test_every_operation_describes_its_answers_and_problems() -> None:
    document = description()
    assert document["openapi"].startswith("3.1")
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            assert operation["description"], (method, path)
            assert {"400", "500", "503"} <= operation["responses"].keys(), (method, path)
    for name, response in document["components"]["responses"].items():
        assert response["content"]["application/problem+json"]["examples"], name


def test_every_successful_answer_has_an_example_that_its_schema_allows() -> None:
    document = description()
    judged = 0
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            for status, response in operation["responses"].items():
                content = response.get("content", {}).get("application/json")
                if status.startswith("2") and content:
                    schema = {**content["schema"], "components": document["components"]}
                    jsonschema.Draft202012Validator(schema).validate(content["example"])
                    judged += 1
                elif status.startswith("2") and "text/csv" in response.get("content", {}):
                    assert response["content"]["text/csv"]["example"], (method, path)
    assert judged > 60


def test_an_operation_that_always_fails_says_so_and_what_it_can_be_asked_of() -> None:
    paths = description()["paths"]
    failing = [
        operation
        for operations in paths.values()
        for operation in operations.values()
        if not any(status.startswith("2") for status in operation["responses"])
    ]
    assert len(failing) > 10
    assert [operation["operationId"] for operation in failing if "409" not in operation["responses"]] == []
    platforms = paths["/api/integrations/oauth/{platform}/authorize"]["get"]["parameters"]
    (platform,) = (parameter for parameter in platforms if parameter["in"] == "path")
    assert platform["schema"]["enum"] == ["instagram", "facebook", "tiktok", "linkedin", "email"]
    (service,) = paths["/api/settings/services/{name}/test"]["post"]["parameters"]
    assert service["schema"]["enum"] == ["Snov.io", "DataForSEO", "Google Gemini", "Gmail API"]


def files() -> Iterator[tuple[str, str]]:
    """Path and media type of every operation that answers with a file."""
    document = description()
    for path, operations in document["paths"].items():
        for kind in operations.get("get", {}).get("responses", {}).get("200", {}).get("content", {}):
            if kind != "application/json":
                yield path, kind


@pytest.mark.parametrize(("path", "kind"), list(files()))
def test_a_file_can_be_asked_for_by_the_media_type_that_is_described(alice: APIClient, path: str, kind: str) -> None:
    url = path.format(id="00000000-0000-4000-8000-000000000000")
    response = alice.get(url, headers={"Accept": kind})
    if url == path:
        assert (response.status_code, response["Content-Type"].split(";")[0]) == (200, kind)
    else:
        assert response.status_code == 404
    refusal = alice.get(url, {"colour": "red"}, headers={"Accept": kind})
    assert (refusal.status_code, refusal["Content-Type"]) == (400, CONTENT_TYPE)
    assert refusal.json()["errors"][0]["field"] == "colour"
    assert alice.get(url, headers={"Accept": "image/png"}).status_code == 406


def codes() -> Iterator[tuple[int, str]]:
    """Status and code of every problem that the source names."""
    for package in ("config", "prospects", "pipeline"):
        for file in (Path(settings.BASE_DIR) / package).rglob("*.py"):
            for node in ast.walk(ast.parse(file.read_text())):
                if isinstance(node, ast.Call) and getattr(node.func, "id", "") in ("Problem", "_refused"):
                    status, code = (ast.unparse(argument) for argument in node.args[:2])
                    if status.startswith("HTTPStatus."):
                        status = str(HTTPStatus[status.removeprefix("HTTPStatus.")].value)
                    if status.isdigit() and code.startswith("'"):
                        yield int(status), ast.literal_eval(code)


def test_every_problem_that_the_source_names_is_described() -> None:
    named = set(codes())
    assert len(named) > 20
    described = {(status, code) for status, problems in PROBLEMS.items() for code, _ in problems}
    assert named - described == set()


@pytest.mark.django_db
def test_anyone_can_read_the_description_and_its_page(anonymous: APIClient) -> None:
    assert anonymous.get("/api/openapi.yaml").status_code == 200
    page = anonymous.get("/api/docs/")
    assert page.status_code == 200
    sources = re.findall(r'(?:src|href)="([^"]+)"', page.content.decode())
    assert sources
    assert [source for source in sources if not source.startswith(("/", "data:"))] == []
