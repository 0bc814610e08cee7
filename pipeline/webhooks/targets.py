"""Where webhooks may go: nowhere inside, unless a setting names the host."""

import ipaddress
import socket
from dataclasses import dataclass
from urllib.parse import urlsplit

from django.conf import settings


class TargetRefused(ValueError):
    """The URL is not one that events are sent to; the message says why."""


_Address = ipaddress.IPv4Address | ipaddress.IPv6Address
# The public addresses of IPv6; what is outside is somebody's own, whatever registries say of single ranges.
_UNICAST = ipaddress.IPv6Network("2000::/3")
_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")


@dataclass(frozen=True)
class Target:
    """A URL and the address that was found safe for its host: the connection goes there, whatever DNS says next."""

    url: str
    host: str
    port: int
    address: str


def check_target(url: str) -> str:
    """The host of a URL that may be subscribed. Raises TargetRefused. Asks no name server."""
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
    except ValueError as error:
        raise TargetRefused(f"{url!r} is no URL ({error}).") from error
    if parts.scheme not in ("http", "https") or not host or port == 0:
        raise TargetRefused(f"{url!r} is no http or https URL.")
    if parts.username or parts.password or parts.fragment:
        raise TargetRefused("The URL must have no user name, password or fragment.")
    if parts.scheme == "http" and not _is_named(host):
        raise TargetRefused("The URL must be https, so that what is told stays between the two.")
    address = _as_address(host)
    if _is_localhost(host) or (address is not None and not _is_allowed(host, address)):
        raise TargetRefused(_private(host))
    return host


def resolve(url: str) -> Target:
    """The address to connect to. Raises TargetRefused for an inner one, OSError when the name is not found."""
    host = check_target(url)
    parts = urlsplit(url)
    port = parts.port or (443 if parts.scheme == "https" else 80)
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    addresses = [ipaddress.ip_address(str(entry[4][0]).partition("%")[0]) for entry in found]
    if not all(_is_allowed(host, address) for address in addresses):
        raise TargetRefused(_private(host))
    return Target(url, host, port, str(addresses[0]))


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
    return host in settings.WEBHOOK_ALLOWED_HOSTS


def _private(host: str) -> str:
    return f"{host} is inside this network. WEBHOOK_ALLOWED_HOSTS names the inner hosts that may be told."
