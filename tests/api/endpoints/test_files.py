"""Every method of every path of the API has its file here."""

import importlib
import re
from pathlib import Path

import pytest

from tests.api.endpoints.endpoint import Endpoint
from tests.api.test_walk import ENDPOINTS


def described(path: str, method: str) -> str:
    """Method and path as the API's description writes them."""
    path = re.sub(r"\(\?P<(\w+)>[^)]+\)|<(\w+)>", lambda match: f"{{{match[1] or match[2]}}}", path)
    return f"{method.upper()} /{path.replace('{pk}', '{id}')}"


def file_of(call: str) -> str:
    method, path = call.split(" ")
    return f"test_{method.lower()}_{re.sub(r'[^a-z]+', '_', path.removeprefix('/api/')).strip('_')}"


CALLS = sorted({described(path, method) for path, method, _, _ in ENDPOINTS})


@pytest.mark.parametrize("call", CALLS)
def test_every_method_of_every_path_has_its_file(call: str) -> None:
    module = importlib.import_module(f"{__package__}.{file_of(call)}")
    tested = [
        kind.call
        for kind in vars(module).values()
        if isinstance(kind, type) and issubclass(kind, Endpoint) and kind is not Endpoint
    ]
    assert tested == [call]


def test_every_file_stands_for_a_method_of_a_path() -> None:
    files = {path.stem for path in Path(__file__).parent.glob("test_*.py")} - {Path(__file__).stem}
    assert files - {file_of(call) for call in CALLS} == set()
