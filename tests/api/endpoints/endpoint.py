"""What is tested of every endpoint. Each file beside this one names one method of one path, and what is its own.

A file's class is a table: who may, what is stored, what is sent, the whole answer, and input that is refused.
"""

import io
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any, ClassVar
from urllib.parse import urlencode

import openpyxl
import pytest
from django.conf import settings
from django.db import connection
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIClient

from config.api.exports import XLSX
from config.api.problems import CONTENT_TYPE
from pipeline.roles import ADMINISTRATOR, OPERATOR, VIEWER
from tests.prospects.recorded import every_change_recorded

ANYONE = "anonymous"
ROLES = (ANYONE, VIEWER, OPERATOR, ADMINISTRATOR)
#: Instead of a value of the body: it is left out.
MISSING = object()

#: What every list refuses: changes of the request, and the field that the refusal names.
WINDOW = [
    ({"?skip": "-1"}, "skip"),
    ({"?skip": "1.0"}, "skip"),
    ({"?limit": "0"}, "limit"),
    ({"?limit": "1001"}, "limit"),
    ({"?cursor": "nonsense"}, "cursor"),
    ({"?ordering": "colour"}, "ordering"),
]
UNAUTHENTICATED = {
    "type": "urn:plumbline:problem:not_authenticated",
    "title": "Unauthorized",
    "status": 401,
    "code": "not_authenticated",
    "detail": "Authentication credentials were not provided.",
}
FORBIDDEN = {
    "type": "urn:plumbline:problem:permission_denied",
    "title": "Forbidden",
    "status": 403,
    "code": "permission_denied",
    "detail": "Your role does not allow this.",
}
#: What differs from run to run, by the name it gets.
_MADE_UP = {
    r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}": "<uuid>",
    r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(\.\d+)?(Z|\+00:00)?": "<time>",
    r"\b[0-9a-f]{64}\b": "<token>",
    r"\b[0-9a-f]{15}\b": "<start of a token>",
    r"\bwhsec_[\w-]{43}\b": "<secret>",
}
_NOBODY = "00000000-0000-4000-8000-000000000000"
_NAMED_IDS = {"id", "prospect_id", "job_id", "import_id", "webhook_id"}


def ids_of(field: str) -> list[tuple[dict[str, Any], str]]:
    """What every list of ids in a body refuses."""
    return [
        ({field: []}, field),
        ({field: "all"}, field),
        ({field: ["x"]}, f"{field}.0"),
        ({field: [5]}, f"{field}.0"),
    ]


class Endpoint:
    #: Method and path, as in the API's description.
    call: ClassVar[str]
    #: The least of the roles that may.
    least: ClassVar[str] = VIEWER
    query: ClassVar[Mapping[str, str]] = {}
    headers: ClassVar[Mapping[str, str]] = {}
    #: The body; texts such as "{id}" stand for what `given` returns. A function makes a file anew for each request.
    sent: ClassVar[Any] = None
    format: ClassVar[str] = "json"
    status: ClassVar[int] = 200
    #: The whole answer, with names such as <id> in the place of ids and <time> of times.
    answer: ClassVar[Any] = None
    #: Input that is refused: changes of the body, or of the query with `?` in front, and the field that is named.
    bad: ClassVar[Sequence[tuple[Mapping[str, Any], str]]] = ()

    def seen(self, answer: Any) -> Any:
        """What of the answer is compared: all of it."""
        return answer

    def given(self, count: int) -> dict[str, Any]:
        """Store that many rows of what the endpoint reads; returns the values that path, body and answer name."""
        return {}

    @pytest.mark.parametrize("role", ROLES)
    def test_who_may(self, cast: Callable[[str], APIClient], role: str) -> None:
        names = self.given(1)
        client = cast(role)
        with CaptureQueriesContext(
            connection,
        ) as captured:
            response = self.request(client, names)
        if ROLES.index(role) >= ROLES.index(self.least):
            assert response.status_code == self.status, response.content
            return
        refusal = UNAUTHENTICATED if role == ANYONE else FORBIDDEN
        assert (response.status_code, response.json()) == (refusal["status"], refusal)
        assert response["Content-Type"] == CONTENT_TYPE
        assert response.get("WWW-Authenticate") == ("Bearer" if role == ANYONE else None)
        writes = [query["sql"] for query in captured if query["sql"].startswith(("INSERT", "UPDATE", "DELETE"))]
        assert writes == []

    def test_the_whole_answer(self, cast: Callable[[str], APIClient]) -> None:
        names, client = self.given(1), cast(self.least)
        with every_change_recorded():
            response = self.request(client, names)
        assert response.status_code == self.status
        assert self.seen(named(content(response), names)) == self.answer

    def test_as_many_queries_for_thirty_rows_as_for_three(self, cast: Callable[[str], APIClient]) -> None:
        # The first request also reads what is read once for all.
        _, few, many = (self.queries(cast(self.least), count) for count in (2, 3, 30))
        assert few == many

    def test_bad_input(self, cast: Callable[[str], APIClient], wrong: Mapping[str, Any], field: str) -> None:
        response = self.request(cast(self.least), self.given(1), wrong)
        assert response.status_code == 400, response.content
        assert response["Content-Type"] == CONTENT_TYPE
        problem = response.json()
        assert field in [error["field"] for error in problem["errors"]]
        assert problem["code"] == "invalid"
        assert not {"None", ""} & {error["code"] for error in problem["errors"]}
        assert problem["detail"]

    def test_what_every_endpoint_refuses(self, cast: Callable[[str], APIClient]) -> None:
        client, names = cast(self.least), self.given(1)
        for name in re.findall(r"{(\w+)}", self.call):
            if name in _NAMED_IDS:
                assert fields_of(self.request(client, {**names, name: "x"})) == [name]
            missing = self.request(client, {**names, name: _NOBODY})
            assert (missing.status_code, missing.json()["status"]) == (404, 404)
        method, path = self.call.format(**names).split(" ", 1)
        if method == "GET":
            return
        path += f"?{_encoded(self.query)}" if self.query else ""
        extra = {"HTTP_TRANSFER_ENCODING": "chunked", **self.headers}
        chunked = client.generic(method, path, b"{}", content_type="application/json", **extra)
        assert (chunked.status_code, chunked["Content-Type"]) == (411, CONTENT_TYPE)
        if self.sent is None and self.status >= 400:
            return  # It fails, whatever is sent to it.
        bodies = [("text/plain", b"x", 415)]
        if self.format == "json":
            bodies += [
                ("application/json", b'{"a": ', 400),
                ("application/json", b"[]", 400),
                ("application/json", b'{"a": "\\u0000"}', 400),
                ("application/json", b'{"colour": "red"}', 400),
                ("application/json", b'{"a": "' + b"x" * settings.DATA_UPLOAD_MAX_MEMORY_SIZE + b'"}', 413),
            ]
        for kind, data, status in bodies:
            response = client.generic(method, path, data, content_type=kind, **self.headers)
            assert (response.status_code, response["Content-Type"]) == (status, CONTENT_TYPE)

    def request(self, client: APIClient, names: Mapping[str, Any], wrong: Mapping[str, Any] | None = None) -> Any:
        """The endpoint's request with the wrong values in the place of the right ones."""
        response = self._sent(client, names, wrong or {})
        if response.streaming:  # read as a server reads it: what is left open would end with the test's transaction
            response.whole = b"".join(response.streaming_content)
        return response

    def _sent(self, client: APIClient, names: Mapping[str, Any], changes: Mapping[str, Any]) -> Any:
        method, path = self.call.format(**names).split(" ", 1)
        query = {**self.query, **{name[1:]: value for name, value in changes.items() if name.startswith("?")}}
        client = APIClient(**client.defaults)
        path += f"?{_encoded(query)}" if query else ""
        if self.sent is None:
            return client.generic(method, path, **self.headers)
        body = {**self.sent, **{name: value for name, value in changes.items() if not name.startswith("?")}}
        data = {name: filled(value, names) for name, value in body.items() if value is not MISSING}
        return getattr(client, method.lower())(path, data, format=self.format, **self.headers)

    def queries(self, client: APIClient, count: int) -> int:
        """How many queries the request makes with that many more rows."""
        names = self.given(count)
        with CaptureQueriesContext(connection) as captured:
            response = self.request(client, names)
        assert response.status_code == self.status, response.content
        return len(captured)


def filled(value: Any, names: Mapping[str, Any]) -> Any:
    if isinstance(value, str) and value.startswith("{"):
        return names[value.strip("{}")]
    if isinstance(value, dict):
        return {key: filled(item, names) for key, item in value.items()}
    return value() if callable(value) else value


def content(response: Any) -> Any:
    """What was answered: JSON, the text of a CSV file, the rows of a workbook, or None."""
    kind = response.get("Content-Type", "")
    if response.status_code == 204:
        return None
    if kind.startswith("text/csv"):
        return response.whole.decode()
    if kind == XLSX:
        book = openpyxl.load_workbook(io.BytesIO(response.whole))
        return [list(row) for row in book.active.iter_rows(values_only=True)]
    return response.json()


def named(value: Any, names: Mapping[str, Any]) -> Any:
    """The answer with names in the place of ids and times."""
    if isinstance(value, dict):
        return {named(key, names): named(item, names) for key, item in value.items()}
    if isinstance(value, list):
        return [named(item, names) for item in value]
    if not isinstance(value, str):
        return value
    for name, known in names.items():
        for place, text in enumerate(known if isinstance(known, list) else [known]):
            value = value.replace(str(text), f"<{name}.{place}>" if isinstance(known, list) else f"<{name}>")
    for pattern, name in _MADE_UP.items():
        value = re.sub(pattern, name, value)
    return value


def fields_of(response: Any) -> list[str]:
    """The fields that a refusal names."""
    assert response.status_code == 400, response.content
    assert response["Content-Type"] == CONTENT_TYPE
    return [error["field"] for error in response.json()["errors"]]


def _encoded(query: Mapping[str, Any]) -> str:
    return urlencode(query, doseq=True)
