"""Runs several commands side by side as one: when one ends, all end, unless the caller lets the others go on."""

import signal
import subprocess
import time
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from types import FrameType

# A stopped server may finish the requests it has begun; after that it is killed.
GRACE_SECONDS = 10.0
_STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Stopped(BaseException):
    """This process was told to stop; the argument is the signal's number."""


@dataclass(frozen=True)
class Ended:
    """Which command ended, None after a signal, and the exit code to pass on."""

    command: str | None
    code: int


def _never(ended: Ended) -> bool:
    return False


def run(
    commands: Mapping[str, Sequence[str]], started: Callable[[], bool], others_go_on: Callable[[Ended], bool] = _never
) -> Ended:
    """Start the commands, by name, and wait until one ends or a signal arrives; then stop the others.

    `started` is asked again and again until it is true, `others_go_on` once about each command that has ended. The
    code is that of the command that ended all, 0 after Ctrl-C, 128 and the signal's number after SIGTERM or SIGHUP.
    """
    processes: dict[str, subprocess.Popen[bytes]] = {}
    with _signals_stop():
        try:
            # In sessions of their own, so that Ctrl-C reaches this process alone and the others end in order.
            for name, command in commands.items():
                processes[name] = subprocess.Popen(command, start_new_session=True)  # noqa: S603  # our own commands
            return _last_end(processes, started, others_go_on)
        except Stopped as stopped:
            return Ended(None, 0 if stopped.args[0] == signal.SIGINT else 128 + int(stopped.args[0]))
        finally:
            _stop(processes.values())


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


def _last_end(
    processes: Mapping[str, subprocess.Popen[bytes]],
    started: Callable[[], bool],
    others_go_on: Callable[[Ended], bool],
) -> Ended:
    waiting, running = True, dict(processes)
    while True:
        for name, process in processes.items():
            if name in running and (code := process.poll()) is not None:
                del running[name]
                ended = Ended(name, code)
                if not (running and others_go_on(ended)):
                    return ended
        if waiting and started():
            waiting = False
        time.sleep(0.1)


def _stop(processes: Collection[subprocess.Popen[bytes]]) -> None:
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
