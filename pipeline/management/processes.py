"""Runs several commands side by side as one: when one ends, all end."""

import signal
import subprocess
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from types import FrameType

# A stopped server may finish the requests it has begun; after that it is killed.
GRACE_SECONDS = 10.0
_STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Stopped(BaseException):
    """This process was told to stop; the argument is the signal's number."""


def run(commands: Sequence[Sequence[str]], started: Callable[[], bool]) -> int:
    """Start the commands and wait until one ends; then stop the others and return its exit code.

    `started` is asked again and again until it is true. Returns 0 after Ctrl-C, 128 and the signal's number after
    SIGTERM or SIGHUP, when every command was stopped.
    """
    processes: list[subprocess.Popen[bytes]] = []
    with _signals_stop():
        try:
            # In sessions of their own, so that Ctrl-C reaches this process alone and the others end in order.
            processes.extend(subprocess.Popen(command, start_new_session=True) for command in commands)  # noqa: S603  # our own commands
            return _first_exit_code(processes, started)
        except Stopped as stopped:
            return 0 if stopped.args[0] == signal.SIGINT else 128 + int(stopped.args[0])
        finally:
            _stop(processes)


@contextmanager
def _signals_stop() -> Iterator[None]:
    def stop(number: int, _frame: FrameType | None) -> None:
        for each in _STOP_SIGNALS:
            signal.signal(each, signal.SIG_IGN)
        raise Stopped(number)

    previous = {number: signal.signal(number, stop) for number in _STOP_SIGNALS}
    try:
        yield
    finally:
        for number, handler in previous.items():
            signal.signal(number, handler)


def _first_exit_code(processes: Sequence[subprocess.Popen[bytes]], started: Callable[[], bool]) -> int:
    waiting = True
    while True:
        for process in processes:
            if (code := process.poll()) is not None:
                return code
        if waiting and started():
            waiting = False
        time.sleep(0.1)


def _stop(processes: Sequence[subprocess.Popen[bytes]]) -> None:
    for process in processes:
        if process.poll() is None:
            process.terminate()
    deadline = time.monotonic() + GRACE_SECONDS
    for process in processes:
        try:
            process.wait(max(deadline - time.monotonic(), 0.1))
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
