"""Normalised forms of the texts that prospects are searched and de-duplicated by.

They are made in Python because SQLite and PostgreSQL disagree on case beyond ASCII. What they are for plain ASCII texts
is said once more in `prospects.models.keys`, for the database to enforce.
"""

import contextlib
import unicodedata
from urllib.parse import parse_qs, urlsplit

import idna

#: What a link to an e-mail address begins with.
LINK = "mailto:"


def domain_key(domain: str) -> str:
    """The domain in lower case, in ASCII (IDNA), without `www.` and a trailing dot.

    As browsers have it (UTS 46, not transitional): straße.de and strasse.de are two domains. A text that is no valid
    domain is casefolded: it still de-duplicates, and nothing is lost.
    """
    return _host(domain).removeprefix("www.")


def email_key(email: str | None) -> str:
    """The e-mail address casefolded with its domain as in `domain_key`; empty when there is none.

    `www.` stays in an address: it names another mail host.
    """
    local, at, domain = (email or "").strip().rpartition("@")
    return unicodedata.normalize("NFC", local.casefold()) + at + _host(domain)


def profile_key(url: str | None) -> str:
    """The profile's URL as host and path casefolded, no scheme, `www.`, query or last slash; empty without URL.

    The number of a facebook.com/profile.php?id=… stays: only that tells one such profile from another.
    """
    text = (url or "").strip()
    if not text:
        return ""
    try:
        parts = urlsplit(text if "://" in text else f"https://{text}")
        host = parts.hostname or ""
    except ValueError:  # not a URL: it still de-duplicates
        return text.casefold()
    path = parts.path.casefold().rstrip("/")
    number = parse_qs(parts.query).get("id") if path.endswith("/profile.php") else None
    return domain_key(host) + path + (f"?id={number[0]}" if number else "")


def _host(domain: str) -> str:
    text = domain.strip().rstrip(".")
    # Casefolded first, ß would become ss, which is another domain.
    with contextlib.suppress(idna.IDNAError):
        text = text if text.isascii() else idna.encode(text, uts46=True).decode("ascii")
    return text.casefold().rstrip(".")
