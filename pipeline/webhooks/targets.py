"""Where webhooks may go: nowhere inside, unless a setting names the host."""

import contextlib
import ipaddress
import re
import socket
from dataclasses import dataclass
from urllib.parse import SplitResult, urlsplit, urlunsplit

import idna
from django.conf import settings


class TargetRefused(ValueError):
    """The URL is not one that events are sent to; the message says why."""


_Address = ipaddress.IPv4Address | ipaddress.IPv6Address
# The public addresses of IPv6; what is outside is somebody's own, whatever registries say of single ranges.
_UNICAST = ipaddress.IPv6Network("2000::/3")
_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")
_LABEL = r"(?!-)[a-z0-9_-]{1,63}(?<!-)"
_NAME = re.compile(rf"(?=.{{1,254}}$){_LABEL}(\.{_LABEL})*\.?")


@dataclass(frozen=True)
class Target:
    """A URL and the address that was found safe for its host: the connection goes there, whatever DNS says next.

    The host, also within the URL, is in ASCII: name servers, TLS and headers know no other.
    """

    url: str
    host: str
    port: int
    address: str


def check_target(url: str) -> str:
    """The host, in ASCII, of a URL that may be subscribed. Raises TargetRefused. Asks no name server."""
    return _checked(url)[1]


def resolve(url: str) -> Target:
    """The address to connect to. Raises TargetRefused for an inner one, OSError when the name is not found."""
    parts, host = _checked(url)
    port = parts.port or (443 if parts.scheme == "https" else 80)
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    addresses = [ipaddress.ip_address(str(entry[4][0]).partition("%")[0]) for entry in found]
    if not all(_is_allowed(host, address) for address in addresses):
        raise TargetRefused(_private(host))
    netloc = f"[{host}]" if ":" in host else host
    named = parts._replace(netloc=f"{netloc}:{parts.port}" if parts.port else netloc)
    return Target(urlunsplit(named), host, port, str(addresses[0]))


def _checked(url: str) -> tuple[SplitResult, str]:
    if not url.isprintable():
        raise TargetRefused("The URL has a character that cannot be printed.")
    try:
        parts = urlsplit(url)
        host, port = _in_ascii(parts.hostname or ""), parts.port
    except ValueError as error:
        raise TargetRefused(f"{url!r} is no URL ({error}).") from error
    if parts.scheme not in ("http", "https") or not host or port == 0:
        raise TargetRefused(f"{url!r} is no http or https URL.")
    if parts.username or parts.password or parts.fragment:
        raise TargetRefused("The URL must have no user name, password or fragment.")
    if not _is_host(host):
        raise TargetRefused(f"{host!r} is not a host's name or address.")
    if parts.scheme == "http" and not _is_named(host):
        raise TargetRefused("The URL must be https, so that what is told stays between the two.")
    address = _as_address(host)
    if _is_localhost(host) or (address is not None and not _is_allowed(host, address)):
        raise TargetRefused(_private(host))
    return parts, host


def _in_ascii(host: str) -> str:
    """The host as name servers know it (IDNA); what is no valid name stays as it is."""
    with contextlib.suppress(idna.IDNAError):
        return host if host.isascii() else idna.encode(host, uts46=True).decode()
    return host


def _is_host(host: str) -> bool:
    # An address with a zone, such as fe80::1%eth0, means something on one machine only.
    return bool(_NAME.fullmatch(host)) or (":" in host and "%" not in host and _as_address(host) is not None)


def _as_address(host: str) -> _Address | None:
    """The address that the host is, also in the older forms that connections understand: 127.1, 0x7f000001."""
    try:
        return ipaddress.ip_address(host)
    except ValueError:
        return _as_older_form(host)


def _as_older_form(host: str) -> _Address | None:
    try:
        return ipaddress.IPv4Address(socket.inet_aton(host.rstrip(".")))
    except (OSError, ValueError):
        return None


def _is_localhost(host: str) -> bool:
    name = host.rstrip(".")
    return (name == "localhost" or name.endswith(".localhost")) and not _is_named(host)


def _is_allowed(host: str, address: _Address) -> bool:
    return _is_named(host) or _is_public(_destination(address))


def _destination(address: _Address) -> _Address:
    """Where packets end up: an IPv6 address may have an IPv4 one within it."""
    if isinstance(address, ipaddress.IPv4Address):
        return address
    if address in _NAT64:
        return ipaddress.IPv4Address(address.packed[-4:])
    return address.ipv4_mapped or address.sixtofour or address


def _is_public(address: _Address) -> bool:
    own = isinstance(address, ipaddress.IPv6Address) and address not in _UNICAST
    return address.is_global and not address.is_multicast and not own


def _is_named(host: str) -> bool:
    return host in map(_in_ascii, settings.WEBHOOK_ALLOWED_HOSTS)


def _private(host: str) -> str:
    return f"{host} is inside this network. WEBHOOK_ALLOWED_HOSTS names the inner hosts that may be told."
