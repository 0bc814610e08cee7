"""What holds for every endpoint there is, those that are added later included."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
import yaml
from django.conf import settings
from django.urls import URLPattern, URLResolver, get_resolver

from config.api.lists import CheckedPagination
from config.api.permissions import OPEN
from config.api.views import ApiViewSet

# Liveness, readiness, the description of the API: they answer before anyone can log in.
# So does what tells that an address is none.
PUBLIC = re.compile(r"^api/(docs|schema|openapi|<path:unknown>)|^(livez|readyz|metrics)|^admin/|^static/")


def patterns(resolver: URLResolver, prefix: str = "") -> Iterator[tuple[str, URLPattern]]:
    for entry in resolver.url_patterns:
        path = prefix + str(entry.pattern).removeprefix("^").removesuffix("$").removesuffix(r"\Z")
        if isinstance(entry, URLResolver):
            yield from patterns(entry, path)
        else:
            yield path, entry


VIEWS = [(path, entry.callback) for path, entry in patterns(get_resolver()) if path.startswith("api/")]
ENDPOINTS = [
    (path, method, action, callback)
    for path, callback in VIEWS
    for method, action in getattr(callback, "actions", {}).items()
]


def concrete(path: str) -> str:
    """The path with a made-up id in the place of each parameter."""
    return "/" + re.sub(r"\(\?P<[^>]+>[^)]+\)|<[^>]+>", str(uuid4()), path).replace("\\", "")


def is_paged(callback: object, action: str) -> bool:
    view = callback.cls(**callback.initkwargs)
    view.action = action
    return view.is_paged


@pytest.mark.parametrize(("path", "callback"), VIEWS, ids=[path for path, _ in VIEWS])
def test_every_endpoint_stands_on_the_base_that_names_permissions(path: str, callback: object) -> None:
    assert PUBLIC.match(path) or issubclass(callback.cls, ApiViewSet)


def test_nobody_is_let_in_but_to_log_in() -> None:
    """What an endpoint answers to nobody is tested with the endpoint."""
    is_open = [path for path, _, action, callback in ENDPOINTS if callback.cls.permissions[action] == OPEN]
    assert is_open == ["api/auth/login"]


LIST_ENDPOINTS = [(path, callback) for path, method, action, callback in ENDPOINTS if is_paged(callback, action)]


@pytest.mark.parametrize(("path", "callback"), LIST_ENDPOINTS, ids=[path for path, _ in LIST_ENDPOINTS])
def test_every_list_uses_the_checked_pagination(path: str, callback: object) -> None:
    pagination = callback.initkwargs.get("pagination_class", callback.cls.pagination_class)
    assert issubclass(pagination, CheckedPagination)


def arrays_of_objects(schema: Any, components: dict[str, Any], place: str = "") -> Iterator[str]:
    """Where an answer of this description holds a list of objects, however deep."""
    if "$ref" in schema:
        yield from arrays_of_objects(components[schema["$ref"].rpartition("/")[2]], components, place)
    elif "items" in schema:
        items = schema["items"]
        if "$ref" in items or items.get("type") == "object":
            yield place
        yield from arrays_of_objects(items, components, place)
    for name, part in schema.get("properties", {}).items():
        yield from arrays_of_objects(part, components, f"{place}.{name}".lstrip("."))
    for part in schema.get("oneOf", []) + schema.get("allOf", []):
        yield from arrays_of_objects(part, components, place)


def test_a_get_that_answers_with_many_objects_is_a_list_endpoint() -> None:
    """By the description of the API, which every answer is checked against: also inside of others, and of one row."""
    description = yaml.safe_load((Path(settings.BASE_DIR) / "docs" / "openapi.yaml").read_text())
    listed = {re.sub(r"\(\?P<(\w+)>[^)]+\)", r"{\1}", path).replace("{pk}", "{id}") for path, _ in LIST_ENDPOINTS}
    unchecked = {}
    for path, operations in description["paths"].items():
        answer = operations.get("get", {}).get("responses", {}).get("200", {}).get("content", {})
        schema = answer.get("application/json", {}).get("schema", {})
        found = sorted(arrays_of_objects(schema, description["components"]["schemas"]))
        if found and path.removeprefix("/") not in listed:
            unchecked[path] = found
    assert unchecked == PROVEN_OTHERWISE


#: Lists of objects that no page can be. test_hidden.py proves of every read that none loses rows in silence.
PROVEN_OTHERWISE = {
    "/api/duplicates/groups": ["groups", "groups.prospects"],
    "/api/health/schema": ["findings"],
    # The frontend reads it as an array of one entry per platform.
    "/api/integrations/capabilities": [""],
    "/api/prospects/{id}/sent-email": ["attachments"],
}

SOURCES = sorted(
    path
    for package in ("config", "prospects", "pipeline")
    for path in (Path(settings.BASE_DIR) / package).rglob("*.py")
)


def blanket(handler: ast.ExceptHandler) -> bool:
    """`except:`, `except Exception` or `except BaseException`, alone or in a tuple."""
    kinds = handler.type.elts if isinstance(handler.type, ast.Tuple) else [handler.type]
    return any(kind is None or getattr(kind, "id", "") in ("Exception", "BaseException") for kind in kinds)


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(settings.BASE_DIR)))
def test_no_source_file_catches_everything(path: Path) -> None:
    handlers = [node for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.ExceptHandler)]
    assert [f"line {handler.lineno}" for handler in handlers if blanket(handler)] == []


def test_the_search_for_blanket_excepts_finds_them() -> None:
    for text in ("except:", "except Exception:", "except (ValueError, BaseException) as error:"):
        (handler,) = ast.parse(f"try:\n    pass\n{text}\n    pass").body[0].handlers
        assert blanket(handler)


def test_a_view_without_a_permission_for_an_action_cannot_be_defined() -> None:
    with pytest.raises(TypeError, match="Forgetful names no permission for retrieve"):

        class Forgetful(ApiViewSet):
            def retrieve(self) -> None: ...
