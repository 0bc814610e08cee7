"""One exchange with a receiver, which ends in time whatever the receiver does.

The time limits of HTTP clients are for each read, so one that sends a byte now and then is never too late for them.
"""

import ssl
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import httpcore
import httpx

#: What an exchange may end with instead of an answer.
ERRORS = (httpcore.NetworkError, httpcore.ProtocolError, httpcore.TimeoutException, OSError)
# Seconds until the connection is there: an address where nobody listens.
CONNECT = 5.0
# Bytes written at a time, so that the limit is looked at between them.
_CHUNK = 4096


class Deadline:
    """A moment by which an exchange must be over."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._end = time.monotonic() + seconds

    def left(self) -> float:
        """The seconds that are left. Raises httpcore.ReadTimeout when there are none."""
        left = self._end - time.monotonic()
        if left <= 0:
            raise httpcore.ReadTimeout(f"The receiver did not answer within {self._seconds:g} s.")
        return left


def post(url: httpx.URL, headers: Mapping[str, str], body: bytes, server_name: str, deadline: Deadline) -> int:
    """Post to exactly this address; returns the answer's status, and reads no further. Raises one of ERRORS."""
    with (
        httpcore.ConnectionPool(
            # What the environment says of proxies and certificates is not asked.
            ssl_context=httpx.create_ssl_context(trust_env=False),
            network_backend=_Backend(deadline),
        ) as pool,
        pool.stream(
            "POST", str(url), headers=list(headers.items()), content=body, extensions={"sni_hostname": server_name}
        ) as response,
    ):
        return response.status


@dataclass(frozen=True)
class _Backend(httpcore.NetworkBackend):
    """Connections whose every step has no more time than is left for all of them."""

    deadline: Deadline

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        seconds = min(CONNECT, self.deadline.left())
        stream = httpcore.SyncBackend().connect_tcp(host, port, seconds, local_address, socket_options)
        return _Stream(stream, self.deadline)


@dataclass(frozen=True)
class _Stream(httpcore.NetworkStream):
    stream: httpcore.NetworkStream
    deadline: Deadline

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self.stream.read(max_bytes, self.deadline.left())

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        for start in range(0, len(buffer), _CHUNK):
            self.stream.write(buffer[start : start + _CHUNK], self.deadline.left())

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        # Python's handshake takes its limit for the whole of it.
        return _Stream(self.stream.start_tls(ssl_context, server_hostname, self.deadline.left()), self.deadline)

    def get_extra_info(self, info: str) -> Any:
        return self.stream.get_extra_info(info)

    def close(self) -> None:
        self.stream.close()
