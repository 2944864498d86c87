"""The processes of the demo: none outlives it, however it ends."""

import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final, Self

from streams.errors import RunError

__all__ = ["Children", "ending_on_signals", "last_words", "maskstream", "wait_until"]

#: A worker may take this long to commit and leave its group, in seconds.
_STOP_S: Final = 15.0
_INTERRUPTS: Final = frozenset({signal.SIGINT, signal.SIGTERM, signal.SIGHUP})
#: prctl's number for "signal me when my parent ends" (Linux).
_PR_SET_PDEATHSIG: Final = 1


def maskstream() -> list[str]:
    """Return the command line of the real command, of this installation."""
    script = Path(sys.executable).parent / "maskstream"
    return [str(script)] if script.exists() else [sys.executable, "-c", "from streams.cli.main import main; main()"]


@contextmanager
def ending_on_signals() -> Iterator[None]:
    """Inside, SIGTERM and a closed terminal end the program as Ctrl-C does, so that clean-up runs. Main thread only."""

    def leave(number: int, _frame: object) -> None:
        raise SystemExit(128 + number)

    before = {number: signal.signal(number, leave) for number in (signal.SIGTERM, signal.SIGHUP)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


class Children:
    """Starts processes and ends all of them, last started first, when the `with` block ends. Main thread only."""

    def __init__(self) -> None:
        self._running: list[subprocess.Popen[bytes]] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        # A second Ctrl-C must not leave half of them behind; it takes at most _STOP_S seconds a process.
        before = {number: signal.signal(number, signal.SIG_IGN) for number in _INTERRUPTS}
        for child in reversed(self._running):
            _end(child)
        for number, handler in before.items():
            signal.signal(number, handler)

    def start(self, command: Sequence[str], environment: Mapping[str, str], log: Path) -> subprocess.Popen[bytes]:
        """Start a process in a group of its own: Ctrl-C in the terminal reaches us alone, and we end it in order."""
        # An interrupt between start and registration would leave a process that nobody ends.
        mask = signal.pthread_sigmask(signal.SIG_BLOCK, _INTERRUPTS)
        try:
            with log.open("ab") as output:
                child = subprocess.Popen(  # noqa: S603  Our own command line.
                    command,
                    env=environment,
                    # Faust makes a folder where it runs; the log's folder goes away with the demo, the user's does not.
                    cwd=log.parent,
                    stdin=subprocess.DEVNULL,
                    stdout=output,
                    stderr=output,
                    start_new_session=True,
                    preexec_fn=_prepared(mask),  # noqa: PLW1509  Two system calls, before any thread is started.
                )
            self._running.append(child)
        finally:
            signal.pthread_sigmask(signal.SIG_SETMASK, mask)
        return child

    def run(self, command: Sequence[str], environment: Mapping[str, str], log: Path, seconds: float) -> int:
        """Start a process, wait for its end and return its status; subprocess.TimeoutExpired after `seconds`.

        Not subprocess.run: an interrupt while that starts a process leaves the process behind (seen).
        """
        child = self.start(command, environment, log)
        status = child.wait(seconds)
        # Its number may soon be another's: it must not be signalled at the end.
        self._running.remove(child)
        return status


def _prepared(mask: set[signal.Signals | int]) -> Callable[[], None]:
    prctl = ctypes.CDLL(None).prctl if sys.platform == "linux" else None

    def prepare() -> None:
        if prctl is not None:
            prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
        signal.pthread_sigmask(signal.SIG_SETMASK, mask)

    return prepare


def _end(child: subprocess.Popen[bytes]) -> None:
    if child.poll() is None:
        child.terminate()
    with suppress(subprocess.TimeoutExpired):
        child.wait(_STOP_S)
    # Whatever is left in its group, the process itself included.
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(child.pid, signal.SIGKILL)
    child.wait()


def wait_until(ready: Callable[[], bool], child: subprocess.Popen[bytes], seconds: float, otherwise: str) -> None:
    """Return when `ready` says so; RunError with the sentence `otherwise` when the child ends or time is up."""
    deadline = time.monotonic() + seconds
    while not ready():
        if child.poll() is not None or time.monotonic() > deadline:
            raise RunError(otherwise)
        time.sleep(0.02)


def last_words(log: Path) -> str:
    """Return the last line of a process of ours, as a sentence: its log never holds what is masked."""
    lines = log.read_text("utf-8", "replace").strip().splitlines()
    return f"The last it said: {lines[-1]}" if lines else ""
