"""Notices between batches that the policy's files changed, and builds the new masking beside the running one.

A policy that is refused changes nothing: the old one goes on, and log and metric say so until the file is right again.
"""

import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final

from streams.errors import MaskstreamError
from streams.telemetry import log, trouble

if TYPE_CHECKING:
    from streams.agents.loop import Masking

__all__ = ["Build", "PolicyWatch", "signature"]

#: Between two looks at the files: what a person who saved one is willing to wait.
LOOK_S: Final = 2.0

#: Reads the policy and makes what masks by it, and tells which files it was read from; raises PolicyError.
Build = Callable[[], "tuple[Masking, Sequence[Path]]"]

#: Time of the last change, size and number of each file; None for one that is not there.
Signature = tuple[tuple[int, int, int] | None, ...]

_events: Final = log.EventLog()


def signature(files: Sequence[Path]) -> Signature:
    """What tells that one of some files changed. Links are followed: a mounted ConfigMap changes by its link."""
    return tuple(map(_signature, files))


def _signature(file: Path) -> tuple[int, int, int] | None:
    try:
        status = file.stat()
    except OSError:
        return None
    return (status.st_mtime_ns, status.st_size, status.st_ino)


class PolicyWatch:
    """Watches the files of one policy. `poll` is called by one thread, between batches."""

    def __init__(
        self, files: Sequence[Path], version: str, build: Build, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._files = tuple(files)
        self._seen = signature(self._files)
        self._version = version
        self._build = build
        self._clock = clock
        self._looked_s = clock()
        self._builder: _Builder | None = None
        self.rejected = False

    def poll(self) -> "Masking | None":
        """New masking once it is built, else None; it neither waits nor raises."""
        if self._builder is not None:
            return self._outcome(self._builder) if self._builder.done.is_set() else None
        now_s = self._clock()
        if now_s - self._looked_s >= LOOK_S:
            self._looked_s = now_s
            self._look()
        return None

    def _look(self) -> None:
        found = signature(self._files)
        if found != self._seen:
            self._seen = found
            self._builder = _Builder(self._build)

    def _outcome(self, builder: "_Builder") -> "Masking | None":
        self._builder = None
        # Whatever is saved from now on, or was while it was built, is looked at next time.
        self._looked_s = self._clock() - LOOK_S
        if builder.error is not None or builder.built is None:
            self.rejected = True
            _events.error("policy_rejected", policy=self._version, sentence=_sentence(builder.error))
            return None
        masking, files = builder.built
        self.rejected = False
        if tuple(files) != self._files:
            self._files = tuple(files)
            self._seen = signature(self._files)
        version = dict(masking.stamp)["maskstream.policy"].decode()
        if version == self._version:
            return None
        self._version = version
        _events.info("policy_loaded", policy=version)
        return masking


class _Builder:
    """One attempt, in a thread of its own; what is built or went wrong is there once `done` is set."""

    def __init__(self, build: Build) -> None:
        self.done = threading.Event()
        self.built: tuple[Masking, Sequence[Path]] | None = None
        self.error: BaseException | None = None
        self._build = build
        threading.Thread(target=self._run, name="policy", daemon=True).start()

    def _run(self) -> None:
        try:
            self.built = self._build()
        except BaseException as error:  # noqa: BLE001 - it is told by type where it is not ours, and must not end the thread loudly
            self.error = error
        finally:
            self.done.set()


def _sentence(error: BaseException | None) -> str:
    if isinstance(error, MaskstreamError):
        return f"{error} The former policy goes on."
    return f"The policy cannot be built ({trouble.type_name(type(error))}). The former policy goes on."
