"""Examples of successful answers for the description, made from the schemas, so that they cannot contradict them."""

from collections.abc import Mapping
from typing import Any

_ID = "0b1f9a52-7d3c-4c53-9d0e-2f6f2a1c8e11"
#: A value by the name of the field; where the schema has an enum, a value that it lacks is passed over.
_BY_NAME: dict[str, Any] = {
    "access_token": "5d41402abc4b2a76b9719d911017c592…",
    "account_id": "17841400000000000",
    "bio_text": "Paints, mostly birds.",
    "bio": "Paints, mostly birds.",
    "body": "Dear Ann, …",
    "category": "Museum",
    "contact_email": "office@gallery.example.com",
    "created_by": "alice",
    "cursor": "eyJ…",
    "discovery_category": "Museum",
    "discovery_location": "USA",
    "discovery_status": "DISCOVERED",
    "display_name": "Ann Painter",
    "domain": "gallery.example.com",
    "draft_body": "Dear Ann, …",
    "draft_subject": "Your gallery",
    "email": "office@gallery.example.com",
    "email_address": "office@example.com",
    "error_message": None,
    "filename": "list.csv",
    "full_name": "Ann Painter",
    "key": "gallery.example.com",
    "limit": 50,
    "location": "USA",
    "message": "Done.",
    "next_cursor": None,
    "page_title": "Gallery of birds",
    "platform": "instagram",
    "profile_url": "https://instagram.com/ann",
    "score": 87.5,
    "secret": "whsec_…",
    "skip": 0,
    "source_platform": None,
    "stage": "LEAD",
    "subject": "Your gallery",
    "title": "Gallery of birds",
    "token_type": "bearer",
    "username": "ann",
    "value": "gallery.example.com",
}
_BY_FORMAT = {
    "uuid": _ID,
    "date-time": "2026-01-31T12:00:00Z",
    "uri": "https://gallery.example.com/about",
    "email": "office@gallery.example.com",
}
_BY_TYPE: dict[str, Any] = {"string": "text", "boolean": True, "null": None}


def with_examples(result: dict[str, Any], generator: Any, request: Any, public: bool) -> dict[str, Any]:
    """Postprocessing: every successful answer in JSON or CSV gets an example."""
    components = result["components"]["schemas"]
    for operations in result.get("paths", {}).values():
        for operation in operations.values():
            for status, response in operation["responses"].items():
                for kind, content in response.get("content", {}).items():
                    if status.startswith("2") and kind == "application/json":
                        content["example"] = example(content["schema"], components)
                    elif status.startswith("2") and kind == "text/csv":
                        content["example"] = "ID,Domain\r\n" + f"{_ID},gallery.example.com\r\n"
    return result


def example(schema: Mapping[str, Any], components: Mapping[str, Any], name: str = "") -> Any:
    """A value that the schema allows; `name` is that of the field it is for."""
    if "$ref" in schema:
        return example(components[schema["$ref"].rpartition("/")[2]], components, name)
    for word in ("allOf", "oneOf", "anyOf"):
        if word in schema:
            return example(schema[word][0], components, name)
    if "enum" in schema:
        return _BY_NAME[name] if _BY_NAME.get(name) in schema["enum"] else schema["enum"][0]
    kinds = schema.get("type", "null")
    kind = kinds if isinstance(kinds, str) else kinds[0]
    if kind == "object":
        return _object(schema, components)
    if kind == "array":
        return [example(schema["items"], components, name)]
    if name in _BY_NAME and (_BY_NAME[name] is not None or "null" in kinds):
        return _BY_NAME[name]
    if kind in ("integer", "number"):
        return schema.get("minimum", 1)
    return _BY_FORMAT.get(schema.get("format", ""), _BY_TYPE[kind])


def _object(schema: Mapping[str, Any], components: Mapping[str, Any]) -> dict[str, Any]:
    made = {name: example(part, components, name) for name, part in schema.get("properties", {}).items()}
    others = schema.get("additionalProperties")
    if not made and isinstance(others, Mapping) and others:
        made["name"] = example(others, components)
    return made
