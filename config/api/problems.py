"""Errors as `application/problem+json` (RFC 9457).

The frontend shows `detail` and nothing else, so it is always one readable string. `code` names the kind of problem for
programs; further members depend on it.
"""

import functools
import logging
import re
from collections.abc import Iterator, Mapping
from http import HTTPStatus
from typing import Any

from django.core.exceptions import PermissionDenied, RequestDataTooBig, TooManyFilesSent
from django.db import IntegrityError, InterfaceError, OperationalError, ProgrammingError
from django.http import Http404, HttpRequest, HttpResponseBase, JsonResponse
from django.views import defaults
from django.views.decorators.csrf import csrf_exempt
from rest_framework import exceptions
from rest_framework.response import Response

logger = logging.getLogger(__name__)

CONTENT_TYPE = "application/problem+json"
EVERYTHING = "`python manage.py schema diff` shows every difference."
MENDING = f"{EVERYTHING} `python manage.py migrate` mends it."

# What PostgreSQL (SQLSTATE) and SQLite (message) say when the schema is not what the code was written for.
_POSTGRESQL_MISMATCHES = ("42", "0A", "3F")
_SQLITE_MISMATCH = re.compile(r"no such (?:column|table|function): (?P<object>\S+)|has no column named (?P<column>\S+)")
_QUOTED = re.compile(r'(?:column|relation|table) (?P<object>"[^"]+"(?: of relation "[^"]+")?|\S+)')
# Deadlock, serialization failure, lock not available, statement cancelled: the same request may succeed later.
_BUSY_STATES = frozenset({"40001", "40P01", "55P03", "57014"})


class Problem(Exception):
    """A request that cannot be answered as asked."""

    def __init__(
        self,
        status: int,
        code: str,
        detail: str,
        headers: Mapping[str, str] | None = None,
        **members: Any,
    ) -> None:
        super().__init__(detail)
        self.status = status
        self.code = code
        self.detail = detail
        self.headers = dict(headers or {})
        self.members = members

    def as_dict(self) -> dict[str, Any]:
        return {
            "type": f"urn:plumbline:problem:{self.code}",
            "title": HTTPStatus(self.status).phrase,
            "status": self.status,
            "code": self.code,
            "detail": self.detail,
            **self.members,
        }


def exception_handler(error: Exception, context: Mapping[str, Any]) -> Response | None:
    """Django REST framework's EXCEPTION_HANDLER; None makes an unexpected error a 500 with a traceback in the log."""
    problem = as_problem(error)
    if problem is None:
        return None
    if problem.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        logger.error("%s %s: %s", context["request"].method, context["request"].path, problem.detail)
    response = Response(problem.as_dict(), status=problem.status, headers=problem.headers, content_type=CONTENT_TYPE)
    response.exception = True
    return response


@functools.singledispatch
def as_problem(error: Exception) -> Problem | None:
    """The problem an exception stands for, or None when it is a fault of this program."""
    return None


@as_problem.register
def _(error: Problem) -> Problem:
    return error


@as_problem.register
def _(error: exceptions.APIException) -> Problem:
    headers = {}
    if auth_header := getattr(error, "auth_header", None):
        headers["WWW-Authenticate"] = auth_header
    if (wait := getattr(error, "wait", None)) is not None:
        headers["Retry-After"] = str(int(wait) + 1)
    codes = error.get_codes()
    code = codes if isinstance(codes, str) else error.default_code
    return Problem(error.status_code, code, str(error.detail), headers)


@as_problem.register
def _(error: exceptions.ValidationError) -> Problem:
    errors = list(_flatten(error.get_full_details()))
    detail = " ".join(f"{item['field']}: {item['message']}" if item["field"] else item["message"] for item in errors)
    return Problem(HTTPStatus.BAD_REQUEST, "invalid", detail, errors=errors)


@as_problem.register
def _(error: Http404) -> Problem:
    return Problem(HTTPStatus.NOT_FOUND, "not_found", str(error) or "There is nothing at this address.")


@as_problem.register
def _(error: PermissionDenied) -> Problem:
    return Problem(HTTPStatus.FORBIDDEN, "permission_denied", str(error) or "You may not do this.")


@as_problem.register(RequestDataTooBig)
@as_problem.register(TooManyFilesSent)
def _(error: Exception) -> Problem:
    return Problem(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "too_large", "The request's body is larger than allowed.")


@as_problem.register
def _(error: IntegrityError) -> Problem:
    constraint = getattr(getattr(error.__cause__, "diag", None), "constraint_name", None) or str(error).splitlines()[0]
    detail = f"This contradicts what is stored: {constraint}. Nothing was changed."
    return Problem(HTTPStatus.CONFLICT, "conflict", detail, constraint=constraint)


@as_problem.register
def _(error: ProgrammingError) -> Problem | None:
    return schema_mismatch(error)


@as_problem.register
def _(error: InterfaceError) -> Problem:
    return _unavailable(error)


@as_problem.register
def _(error: OperationalError) -> Problem:
    mismatch = schema_mismatch(error)
    if mismatch is not None:
        return mismatch
    if sqlstate(error) in _BUSY_STATES or "database is locked" in str(error):
        detail = "The database is busy. Nothing was changed; try again in a moment."
        return Problem(HTTPStatus.SERVICE_UNAVAILABLE, "busy", detail, {"Retry-After": "2"})
    return _unavailable(error)


def schema_mismatch(error: Exception) -> Problem | None:
    """The problem of a statement that failed because the database's schema is another one; None if that was not it."""
    if (sqlstate(error) or "").startswith(_POSTGRESQL_MISMATCHES):
        match = _QUOTED.search(str(error))
    elif not (match := _SQLITE_MISMATCH.search(str(error))):
        return None
    name = next((text for text in match.groups() if text), "").replace('"', "") if match else ""
    detail = f"The database does not match this code: {first_line(error)}. {MENDING}"
    return Problem(HTTPStatus.INTERNAL_SERVER_ERROR, "schema_mismatch", detail, object=name)


def _unavailable(error: Exception) -> Problem:
    logger.error("database: %s", first_line(error))
    detail = "The database cannot be reached. Nothing was changed; try again in a moment."
    return Problem(HTTPStatus.SERVICE_UNAVAILABLE, "database_unavailable", detail, {"Retry-After": "5"})


def sqlstate(error: Exception) -> str | None:
    """What the server calls the error; None for one of the driver or of SQLite."""
    return getattr(error.__cause__, "sqlstate", None)


def first_line(error: Exception) -> str:
    """What the error says, without the details that follow."""
    return (str(error).splitlines() or [type(error).__name__])[0]


def _flatten(details: Any, path: str = "") -> Iterator[dict[str, str]]:
    """Each message of a nested validation error as `{field, message, code}`; `field` is its path (`ids.3`)."""
    if isinstance(details, Mapping) and details.keys() == {"message", "code"}:
        yield {"field": path, "message": str(details["message"]), "code": str(details["code"] or "invalid")}
        return
    items = details.items() if isinstance(details, Mapping) else enumerate(details)
    for key, value in items:
        leaf = not isinstance(details, Mapping) and isinstance(value, Mapping) and value.keys() == {"message", "code"}
        part = "" if leaf or key == "non_field_errors" else str(key)
        yield from _flatten(value, ".".join(filter(None, (path, part))))


def not_found(request: HttpRequest, exception: Exception) -> HttpResponseBase:
    """The handler404 of the project."""
    if not is_api(request):
        return defaults.page_not_found(request, exception)
    return as_json(Problem(HTTPStatus.NOT_FOUND, "not_found", f"There is nothing at {request.path}."))


@csrf_exempt
def unknown(request: HttpRequest, unknown: str) -> HttpResponseBase:
    """The view of every address below /api/ that no other has."""
    return not_found(request, Http404())


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponseBase:
    """The handler400 of the project."""
    if not is_api(request):
        return defaults.bad_request(request, exception)
    return as_json(Problem(HTTPStatus.BAD_REQUEST, "invalid", "The request cannot be understood."))


def server_error(request: HttpRequest) -> HttpResponseBase:
    """The handler500 of the project; the traceback is in the log."""
    if not is_api(request):
        return defaults.server_error(request)
    detail = "A fault of this program. It has been logged; nothing was changed by this request."
    return as_json(Problem(HTTPStatus.INTERNAL_SERVER_ERROR, "error", detail))


def is_api(request: HttpRequest) -> bool:
    """Whether the answer is for a program, which reads problems, and not for a browser."""
    return request.path.startswith("/api/")


def as_json(problem: Problem) -> JsonResponse:
    """The problem as an answer outside of a view."""
    return JsonResponse(problem.as_dict(), status=problem.status, content_type=CONTENT_TYPE)
