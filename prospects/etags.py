"""The version of a prospect, for `ETag` and `If-Match`."""

import hashlib

from prospects.models import Prospect


def etag(prospect: Prospect) -> str:
    """A strong entity tag that changes with any column. The prospect must have been read from the database."""
    values = [getattr(prospect, field.attname) for field in Prospect._meta.concrete_fields]
    return f'"{hashlib.sha256(repr(values).encode()).hexdigest()[:32]}"'


def matches(header: str, tag: str) -> bool:
    """Whether an If-Match header names the tag or is `*`.

    A proxy that compresses answers makes the tag weak (`W/"…"`). It stands for the same row: all that is given out are
    strong.
    """
    return header.strip() == "*" or tag in (part.strip().removeprefix("W/") for part in header.split(","))
