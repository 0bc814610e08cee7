"""Normalised forms of the texts that prospects are searched and de-duplicated by.

They are made in Python because SQLite and PostgreSQL disagree on case beyond ASCII.
"""

import contextlib
from urllib.parse import urlsplit

import idna

#: What a link to an e-mail address begins with.
LINK = "mailto:"


def domain_key(domain: str) -> str:
    """The domain casefolded, in ASCII (IDNA), without `www.` and a trailing dot.

    A text that is no valid domain keeps its casefolded form: it still de-duplicates, and nothing is lost.
    """
    folded = domain.strip().casefold().rstrip(".")
    with contextlib.suppress(idna.IDNAError):
        folded = folded if folded.isascii() else idna.encode(folded, uts46=True).decode("ascii")
    return folded.removeprefix("www.")


def email_key(email: str | None) -> str:
    """The e-mail address casefolded with its domain as in `domain_key`; empty when there is none.

    `www.` stays in an address: it names another mail host.
    """
    local, at, domain = (email or "").strip().casefold().rpartition("@")
    if not at:
        return domain
    key = domain_key(domain)
    return f"{local}@www.{key}" if domain.rstrip(".").startswith("www.") else f"{local}@{key}"


def profile_key(url: str | None) -> str:
    """The profile's URL as host and path casefolded, no scheme, `www.`, query or last slash; empty without URL."""
    text = (url or "").strip()
    if not text:
        return ""
    try:
        parts = urlsplit(text if "://" in text else f"https://{text}")
        host = parts.hostname or ""
    except ValueError:  # not a URL: it still de-duplicates
        return text.casefold()
    return domain_key(host) + parts.path.casefold().rstrip("/")
