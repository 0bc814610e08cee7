"""How the API describes itself: OpenAPI from what the views declare, so that nothing has to be said twice."""

import inspect
import re
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any

from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, OpenApiResponse
from rest_framework import serializers

from config.api.fields import StrictSerializer
from config.api.lists import Ordering
from config.api.permissions import AUTHENTICATED, OPEN
from config.api.problems import CONTENT_TYPE

#: Every kind of problem by its status: code, and a detail as people read it.
PROBLEMS: dict[int, tuple[tuple[str, str], ...]] = {
    400: (
        ("invalid", "limit: Ensure this value is less than or equal to 1000."),
        ("nothing_to_do", "Scraping: no prospect is ready for it."),
        ("not_ready", "The draft has no subject. Nothing was sent."),
        ("parse_error", "JSON parse error - Expecting value: line 1 column 1 (char 0)"),
        ("refused", "The job is running; it can be retried when it has ended."),
        ("import_refused", "The import is finished; only a previewed one can be run."),
        ("not_suppressible", "'nonsense' is neither an e-mail address nor a domain such as example.com. …"),
        ("target_refused", "The URL must begin with https://."),
        ("too_large_for_xlsx", "A text of row 2 has 40,000 characters. … Use CSV, which has no such limit."),
    ),
    401: (("authentication_failed", "Invalid token."), ("not_authenticated", "No credentials were given.")),
    403: (
        ("permission_denied", "Your role does not allow this."),
        ("switched_off", "The master switch is off. Switch it on before you start a step."),
    ),
    404: (("not_found", "1 of 2 prospects do not exist. Nothing was changed."),),
    406: (("not_acceptable", "Could not satisfy the request Accept header."),),
    409: (
        ("refused", "1 of 2 prospects cannot be changed: each is not discovered. Nothing was changed."),
        (
            "not_configured",
            "Drafting needs Google Gemini, which this release cannot use yet; for one that can, set GEMINI_API_KEY. …",
        ),
        ("unreadable_secret", "A stored secret cannot be read with this ENCRYPTION_KEY. Save it again."),
        ("unreadable_setting", "The stored automation settings cannot be read: max_results: Must be an integer. …"),
        ("not_ready", "A mail was sent already. Nothing was sent."),
        ("conflict", "This contradicts what is stored: uq_settings_key. Nothing was changed."),
    ),
    410: (("gone", "The schema is changed by `python manage.py migrate` on the server, and only there."),),
    411: (("length_required", "Send the body with Content-Length, not with Transfer-Encoding. Nothing was changed."),),
    412: (("stale", "The prospect was changed since it was read. Read it again. Nothing was changed."),),
    413: (("too_large", "The request's body is larger than allowed."),),
    415: (("unsupported_media_type", 'Unsupported media type "text/plain" in request.'),),
    428: (("if_match_required", "Send the ETag of the prospect you have read as If-Match, …"),),
    429: (("throttled", "Request was throttled. Expected available in 42 seconds."),),
    500: (
        ("schema_mismatch", "The database does not match this code: column prospects.stage does not exist. …"),
        (
            "data_integrity_violation",
            "Data integrity violation: COUNT query returned 5 but SELECT query returned 2 rows",
        ),
        ("error", "A fault of this program. It has been logged; nothing was changed by this request."),
    ),
    503: (
        ("database_unavailable", "The database cannot be reached. Nothing was changed; try again in a moment."),
        ("busy", "The database is busy. Nothing was changed; try again in a moment."),
    ),
}


class FieldError(serializers.Serializer[Any]):
    field = serializers.CharField(help_text="Path of the field, such as `prospect_ids.3`; empty for the whole.")
    message = serializers.CharField()
    code = serializers.CharField()


class Reason(serializers.Serializer[Any]):
    id = serializers.CharField()
    reason = serializers.CharField()


class ProblemSerializer(serializers.Serializer[Any]):
    """An error (RFC 9457). `detail` is for people, `code` for programs."""

    type = serializers.CharField(help_text="`urn:plumbline:problem:` and the code.")
    title = serializers.CharField()
    status = serializers.IntegerField()
    code = serializers.CharField()
    detail = serializers.CharField()
    reasons = Reason(many=True, required=False, help_text="With code `refused` or `not_found`: which rows, and why.")
    variables = serializers.ListField(
        child=serializers.CharField(), required=False, help_text="With code `not_configured`: what to set."
    )
    object = serializers.CharField(
        required=False,
        help_text="With code `schema_mismatch` and for a stored value that cannot be read: the column or table.",
    )

    def get_fields(self) -> dict[str, Any]:
        # A class attribute of this name would hide the serializer's own `errors`.
        errors = FieldError(many=True, required=False, help_text="With code `invalid`: every field that is wrong.")
        return super().get_fields() | {"errors": errors}


class BearerScheme(OpenApiAuthenticationExtension):
    target_class = "config.api.authentication.BearerAuthentication"
    name = "token"

    def get_security_definition(self, auto_schema: AutoSchema) -> dict[str, str]:
        return {"type": "http", "scheme": "bearer", "description": "A token of `POST /api/auth/login`."}


class ApiSchema(AutoSchema):
    """Reads `ApiViewSet`: its parameters, bodies, answers and permission."""

    view: Any

    def get_tags(self) -> list[str]:
        return [self.path.split("/")[2]]

    def get_operation_id(self) -> str:
        words = self.path.removeprefix("/api/").replace("{", "by/").replace("}", "").replace("-", "_").split("/")
        return "_".join((*words, {"get": "read", "patch": "change"}.get(self.method.lower(), self.method.lower())))

    def get_summary(self) -> str:
        return self.get_description().split(".")[0].split("\n")[0].strip()

    def get_description(self) -> str:  # type: ignore[override]  # drf-spectacular's signature, not DRF's
        view = self.view
        text = inspect.cleandoc(getattr(view, view.action).__doc__ or type(view).__doc__ or "")
        needed = view.permissions[view.action]
        return text if needed in (OPEN, AUTHENTICATED) else f"{text}\n\nNeeds the permission `{needed}`."

    def get_auth(self) -> list[dict[str, list[str]]]:
        return [] if self.view.permissions[self.view.action] == OPEN else [{"token": []}]

    def _type_in_path(self, name: str) -> Any:
        if name == "id" or name.endswith("_id"):
            return OpenApiTypes.UUID
        if choices := self.view.path_choices.get(name):
            return {"type": "string", "enum": list(choices)}
        pattern = getattr(self.view, "lookup_value_regex", None) if name == self.view.lookup_field else None
        return {"type": "string", "pattern": f"^{pattern}$"} if pattern else OpenApiTypes.STR

    def get_override_parameters(self) -> list[Any]:
        parameters: list[Any] = [
            kind for kind in self.view.parameter_serializers() if kind is not Ordering and kind().get_fields()
        ]
        if self.view.is_paged and self.view.orderings:
            parameters.append(_ordering(self.view.orderings, self.view.default_ordering))
        names = re.findall(r"{(\w+)}", self.path)
        parameters.extend(OpenApiParameter(name, self._type_in_path(name), OpenApiParameter.PATH) for name in names)
        if self.view.action in self.view.tagged:
            parameters.append(
                OpenApiParameter("ETag", str, OpenApiParameter.HEADER, response=[200, 201], description="The version.")
            )
            if self.method == "PATCH":
                parameters.append(
                    OpenApiParameter(
                        "If-Match",
                        str,
                        OpenApiParameter.HEADER,
                        required=True,
                        description="The version you have read.",
                    )
                )
        return parameters

    def get_filter_backends(self) -> list[Any]:
        return list(self.view.filter_backends) if self.view.is_paged or self.view.listing == "whole" else []

    def _is_list_view(self, serializer: Any = None) -> bool:
        return bool(self.view.is_paged or self.view.answers_many)

    def get_paginated_name(self, serializer_name: str) -> str:
        return f"{self.view.paginator.schema_prefix}{serializer_name}List"

    def _get_paginator(self) -> Any:
        # Where many are answered they are a bare array, whose paginator changes nothing.
        return self.view.paginator if self.view.is_paged else None

    def get_request_serializer(self) -> Any:
        return None if self.method == "GET" else self.view.body_class()

    def get_response_serializers(self) -> Any:
        success = self._success()
        problems = {
            (status, CONTENT_TYPE): OpenApiResponse(
                ProblemSerializer,
                HTTPStatus(status).phrase,
                examples=[_example(status, code, detail) for code, detail in PROBLEMS[status]],
            )
            for status in sorted(self._problem_statuses())
        }
        return success | problems

    def _success(self) -> dict[Any, Any]:
        view = self.view
        if view.always_fails:
            return {}
        if view.action in ("destroy", "logout"):
            return {204: OpenApiResponse(None, "Done.")}
        if view.listing == "whole":
            kind = OpenApiTypes.STR if view.media_type == "text/csv" else OpenApiTypes.BINARY
            return {(200, view.media_type): OpenApiResponse(kind, "The whole list as a file.")}
        status = 201 if view.action == "create" else 200
        answer = view.answer_class or view.get_serializer_class()
        return {status: OpenApiResponse(answer(many=True) if view.answers_many else answer, "Done.")}

    def _problem_statuses(self) -> set[int]:
        statuses = {400, 406, 500, 503} | set(self.view.further_problems)
        if self.view.permissions[self.view.action] != OPEN:
            statuses |= {401, 403}
        if "{" in self.path:
            statuses.add(404)
        if self.view.always_fails:
            statuses.add(409)
        if self.method != "GET":
            statuses |= {404, 409, 411}
            if self.get_request_serializer() is not None or not self.view.always_fails:
                statuses |= {413, 415}
        if self.view.action in self.view.tagged and self.method == "PATCH":
            statuses |= {412, 428}
        return statuses


def _ordering(orderings: Mapping[str, Any], default: Sequence[str]) -> OpenApiParameter:
    name = f"-?({'|'.join(orderings)})"
    return OpenApiParameter(
        "ordering",
        {"type": "string", "pattern": f"^{name}(,{name})*$", "maxLength": 200, "default": ",".join(default)},
        description="Names separated by commas, each with `-` in front for descending.",
    )


def _example(status: int, code: str, detail: str) -> OpenApiExample:
    value: Mapping[str, Any] = {
        "type": f"urn:plumbline:problem:{code}",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "code": code,
        "detail": detail,
    }
    return OpenApiExample(code, value=value, response_only=True, status_codes=[str(status)], media_type=CONTENT_TYPE)


def share_problems(result: dict[str, Any], generator: Any, request: Any, public: bool) -> dict[str, Any]:
    """Postprocessing: each kind of problem is described once and referred to by every operation."""
    shared: dict[str, Any] = {}
    for operations in result.get("paths", {}).values():
        for operation in operations.values():
            for status, response in operation.get("responses", {}).items():
                if CONTENT_TYPE in response.get("content", {}):
                    name = f"Problem{status}"
                    shared[name] = response
                    operation["responses"][status] = {"$ref": f"#/components/responses/{name}"}
    result["components"]["responses"] = dict(sorted(shared.items()))
    return result


def plain_nulls(result: dict[str, Any], generator: Any, request: Any, public: bool) -> dict[str, Any]:
    """Postprocessing: any JSON includes null, and a query parameter is never null."""
    _without_ambiguous_null(result)
    for operations in result.get("paths", {}).values():
        for operation in operations.values():
            for parameter in operation.get("parameters", ()):
                kind = parameter.get("schema", {}).get("type")
                if isinstance(kind, list):
                    (parameter["schema"]["type"],) = (name for name in kind if name != "null")
    return result


def _without_ambiguous_null(node: Any) -> None:
    if isinstance(node, dict):
        if node.get("oneOf") == [{}, {"type": "null"}]:
            del node["oneOf"]
        for value in node.values():
            _without_ambiguous_null(value)
    elif isinstance(node, list):
        for value in node:
            _without_ambiguous_null(value)


def close_strict_objects(result: dict[str, Any], generator: Any, request: Any, public: bool) -> dict[str, Any]:
    """Postprocessing: a body that refuses unknown fields says so (`additionalProperties: false`)."""
    strict = {kind.__name__.removesuffix("Serializer"): kind for kind in _subclasses(StrictSerializer)}
    for name, component in result.get("components", {}).get("schemas", {}).items():
        if kind := strict.get(name.removeprefix("Patched").removesuffix("Request")):
            component["additionalProperties"] = False
            component["properties"] |= {field: {"description": "Not used."} for field in kind.unused}
    return result


def _subclasses(kind: type[StrictSerializer]) -> set[type[StrictSerializer]]:
    found = {kind}
    children: list[type[StrictSerializer]] = kind.__subclasses__()
    for child in children:
        found |= _subclasses(child)
    return found
