"""A receiver on loopback that people of the tests can make fail, hang and redirect."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from socketserver import BaseRequestHandler, ThreadingTCPServer
from typing import Any


@dataclass
class Received:
    headers: dict[str, str]
    body: bytes
    path: str

    @property
    def document(self) -> dict[str, Any]:
        return json.loads(self.body)


@dataclass
class Receiver:
    """`answers` are used up one by one, then 204, each after `seconds`; `hang` answers nothing while it is set."""

    url: str = ""
    answers: list[int] = field(default_factory=list)
    received: list[Received] = field(default_factory=list)
    accepted: list[Received] = field(default_factory=list)
    hang: threading.Event = field(default_factory=threading.Event)
    refuse_subject: str = ""
    seconds: float = 0

    def answer(self, received: Received) -> int:
        self.received.append(received)
        if self.refuse_subject and self.refuse_subject in received.body.decode():
            return 500
        status = self.answers.pop(0) if self.answers else 204
        if status < 300:
            self.accepted.append(received)
        return status


@contextmanager
def listening() -> Iterator[Receiver]:
    receiver = Receiver()
    released = threading.Event()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            if receiver.hang.is_set():
                receiver.received.append(Received(dict(self.headers), body, self.path))
                released.wait(20)
                return
            released.wait(receiver.seconds)
            status = receiver.answer(Received(dict(self.headers), body, self.path))
            self.send_response(status)
            if 300 <= status < 400:
                self.send_header("Location", receiver.url + "/elsewhere")
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    receiver.url = f"http://127.0.0.1:{server.server_port}/hook"
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        yield receiver
    finally:
        released.set()
        server.shutdown()
        server.server_close()


@contextmanager
def dripping(start: bytes, drop: bytes) -> Iterator[int]:
    """The port of a receiver that takes what comes and answers `start`, then `drop` each 50 ms without an end."""
    released = threading.Event()

    class Handler(BaseRequestHandler):
        def handle(self) -> None:
            self.request.recv(65536)
            with suppress(OSError):  # the other side hangs up
                self.request.sendall(start)
                while not released.wait(0.05):
                    self.request.sendall(drop)

    with ThreadingTCPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        try:
            yield server.server_address[1]
        finally:
            released.set()
            server.shutdown()
