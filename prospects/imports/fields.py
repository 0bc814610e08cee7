"""The fields an import may write, the columns they are known by, and what a text must be to go into one."""

import re
from collections.abc import Callable
from typing import Any

import idna
from django.core.exceptions import ValidationError
from django.db.models import Field
from email_validator import EmailNotValidError, validate_email

from config.api.exports import as_it_was
from prospects.models import Prospect

#: Fields an import may write, with other names of their columns. Decisions, texts of mails, what was sent, verified or
#: scraped, and the history are not among them.
FIELDS: dict[str, tuple[str, ...]] = {
    "domain": ("website", "site", "host", "web site", "company domain", "homepage"),
    "page_url": ("url", "page", "link"),
    "page_title": ("title", "name", "company", "organisation", "organization"),
    "contact_email": ("email", "e-mail", "mail", "email address", "e-mail address"),
    "da_est": ("da", "domain authority", "authority"),
    "score": (),
    "discovery_category": ("category",),
    "discovery_location": ("location", "city", "country"),
    "discovery_keywords": ("keywords", "tags"),
    "source_type": ("type",),
    "source_platform": ("platform",),
    "profile_url": ("profile",),
    "username": ("handle", "user name"),
    "display_name": ("full name",),
    "follower_count": ("followers",),
    "engagement_rate": ("engagement",),
    "bio_text": ("bio", "biography"),
}
#: What a field holds that nobody has filled, where that is neither NULL nor an empty text.
UNSET = {"score": 0}
#: Those whose present value may be replaced: not what says which prospect it is.
OVERWRITABLE = tuple(name for name in FIELDS if name not in ("domain", "source_type"))
# Blanks and underscores are the same.
_NAMES = {name.replace("_", " "): field for field, names in FIELDS.items() for name in (field, *names)}
_HOST = re.compile(r"(?!-)[a-z0-9-]{1,63}(?<!-)(\.(?!-)[a-z0-9-]{1,63}(?<!-))+")
_SCHEME = re.compile("^([a-z][a-z0-9+.-]*://)+", re.IGNORECASE)
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")


def field_of(column: str) -> str | None:
    """The field that a column of this name is known to stand for."""
    return _NAMES.get(" ".join(column.casefold().replace("_", " ").split()))


def clean(name: str, text: str) -> Any:
    """The value of a field for a text that is not blank. Raises ValueError with the reason."""
    text = text.strip()
    if _CONTROL.search(text):
        raise ValueError("has a control character")
    if text.startswith("="):
        raise ValueError("is a formula; put its value there")
    text = as_it_was(text)
    prepared = _PREPARE[name](text) if name in _PREPARE else text
    field = Prospect._meta.get_field(name)
    assert isinstance(field, Field)  # noqa: S101 - FIELDS holds columns only
    try:
        return field.clean(prepared, None)
    except ValidationError as error:
        raise ValueError(" ".join(error.messages).rstrip(".").lower()) from error


def _domain(text: str) -> str:
    # A URL may have another one in its query.
    host = re.split("[/?#:]", _SCHEME.sub("", text), maxsplit=1)[0].strip().rstrip(".")
    try:
        ascii_host = idna.encode(host, uts46=True).decode("ascii").lower() if not host.isascii() else host.lower()
    except idna.IDNAError as error:
        raise ValueError("is no domain") from error
    # The last label is a top-level domain, which is never a number: 1.5 and 192.168.1.1 are none.
    if len(ascii_host) > 253 or not _HOST.fullmatch(ascii_host) or ascii_host.rpartition(".")[2].isdigit():
        raise ValueError("is no domain")
    return host


def _number(text: str) -> str:
    if "_" in text:  # Python reads 1_0 as 10
        raise ValueError("is no number")
    return text


def _email(text: str) -> str:
    try:
        validate_email(text, check_deliverability=False)
    except EmailNotValidError as error:
        raise ValueError(f"is no e-mail address: {error}") from error
    return text


def _url(text: str) -> str:
    if not re.fullmatch(r"https?://[^\s/]+\S*", text, re.IGNORECASE):
        raise ValueError("is no http or https URL")
    return text


_PREPARE: dict[str, Callable[[str], str]] = {
    **dict.fromkeys(("da_est", "score", "follower_count", "engagement_rate"), _number),
    "domain": _domain,
    "contact_email": _email,
    "page_url": _url,
    "profile_url": _url,
    "source_type": str.casefold,
    "source_platform": str.casefold,
}
