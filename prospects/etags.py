"""The version of a prospect, for `ETag` and `If-Match`."""

import hashlib

from prospects.models import Prospect


def etag(prospect: Prospect) -> str:
    """A strong entity tag that changes with any column. The prospect must have been read from the database."""
    values = [getattr(prospect, field.attname) for field in Prospect._meta.concrete_fields]
    return f'"{hashlib.sha256(repr(values).encode()).hexdigest()[:32]}"'


def matches(header: str, tag: str) -> bool:
    """Whether an If-Match header names the tag or is `*` (RFC 9110, section 13.1.1: weak tags never match)."""
    return header.strip() == "*" or tag in (part.strip() for part in header.split(","))
