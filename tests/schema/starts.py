"""Every way of starting a process of this project, and what comes of it: real processes, several at once."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import httpx

from tests.databases import ROOT, environment

PYTHON = sys.executable
MANAGE = PYTHON, "manage.py"
GUNICORN = PYTHON, "-m", "gunicorn", "config.wsgi", "--bind", "127.0.0.1:{port}"
UVICORN = PYTHON, "-m", "uvicorn", "config.asgi:application", "--port", "{port}"

SERVERS = {
    "runserver": (*MANAGE, "runserver", "{port}"),
    "runserver without reload": (*MANAGE, "runserver", "--noreload", "{port}"),
    "serve": (*MANAGE, "serve", "--bind", "127.0.0.1:{port}"),
    "serve uvicorn": (*MANAGE, "serve", "--", *UVICORN),
    "serve several uvicorn": (*MANAGE, "serve", "--", *UVICORN, "--workers", "2"),
    "gunicorn": (*GUNICORN, "--workers", "1"),
    "gunicorn with two workers": (*GUNICORN, "--workers", "2"),
    "gunicorn preloaded": (*GUNICORN, "--workers", "1", "--preload"),
    "gunicorn with two workers preloaded": (*GUNICORN, "--workers", "2", "--preload"),
    "uvicorn": UVICORN,
}
WORKER = (*MANAGE, "db_worker")
COMMANDS = {
    "a command": (*MANAGE, "clearsessions"),
    "a command that skips checks": (*MANAGE, "clearsessions", "--skip-checks"),
    "an import of the application": (PYTHON, "-c", "import config.wsgi"),
}
WAYS = {**SERVERS, "worker": WORKER, **COMMANDS}
Answer = TypeVar("Answer")
# The promise for a refusal.
SECONDS = 10
# Several that are started at once on a machine that runs both suites get six times that to end or to answer at all.
PATIENCE = 6 * SECONDS
# More at once than processors, since a start also waits; not many more, since each has its seconds.
AT_ONCE = 3


@dataclass(frozen=True)
class Outcome:
    """What came of a start, and how soon: exit code (None: it ran until it was ended), answers, what was printed."""

    code: int | None
    answers: set[int | None]
    printed: str
    seconds: float


@contextlib.contextmanager
def started(command: Iterable[str], url: str, log: Path, **extra: str) -> Iterator[tuple[subprocess.Popen, int]]:
    """The process and its port; ended at the end, with all it has started."""
    port = free_port()
    with log.open("w") as output:
        process = subprocess.Popen(
            [part.format(port=port) for part in command],
            cwd=ROOT,
            env=environment(url, HOME=str(log.parent), **extra),
            stdout=output,
            stderr=output,
            start_new_session=True,
        )
    try:
        yield process, port
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def status(port: int, path: str = "/livez") -> int | None:
    """What the port answers, or None while nothing listens."""
    try:
        # Asked many times a second: whether anything listens is found out cheaply.
        socket.create_connection(("127.0.0.1", port), timeout=5).close()
        return httpx.get(f"http://127.0.0.1:{port}{path}", timeout=5, follow_redirects=True).status_code
    except (OSError, httpx.TransportError):
        return None


def eventually(ask: Callable[[], Answer], seconds: float = PATIENCE) -> Answer:
    """What the question answers, asked until it is true or the time is over."""
    deadline = time.monotonic() + seconds
    while not (answer := ask()) and time.monotonic() < deadline:
        time.sleep(0.1)
    return answer


def comes_to(port: int, wanted: int, path: str = "/readyz") -> bool:
    """Whether the port comes to answer this: the comparison after a change takes its time on a busy machine."""
    return eventually(lambda: status(port, path) == wanted)


def wait_for_answer(process: subprocess.Popen, port: int, log: Path) -> int | None:
    deadline = time.monotonic() + PATIENCE
    while (answer := status(port)) is None and time.monotonic() < deadline:
        assert process.poll() is None, log.read_text()
        time.sleep(0.1)
    return answer


def outcomes(ways: Iterable[str], url: str, folder: Path, **extra: str) -> dict[str, Outcome]:
    """Start in these ways, several at once on the same database, and see what comes of each.

    One that took longer than the promise beside the others is started once more, by itself.
    """

    def outcome(way: str) -> Outcome:
        return _outcome(way, url, folder / way.replace(" ", "_"), **extra)

    ways = list(ways)
    with ThreadPoolExecutor(AT_ONCE) as pool:
        found = dict(zip(ways, pool.map(outcome, ways), strict=True))
    return {way: outcome(way) if found[way].seconds > SECONDS else found[way] for way in ways}


def _outcome(way: str, url: str, log: Path, **extra: str) -> Outcome:
    """Until it ends, answers as ready, or (the worker) says that it works; no longer than there is patience."""
    answers: set[int | None] = set()
    begun = time.monotonic()
    with started(WAYS[way], url, log, **extra) as (process, port):
        while process.poll() is None and time.monotonic() < begun + PATIENCE:
            answers.add(status(port, "/readyz") if way in SERVERS else None)
            if 200 in answers or "Starting worker" in log.read_text():
                break
            time.sleep(0.05)
        return Outcome(process.poll(), answers, log.read_text(), time.monotonic() - begun)
