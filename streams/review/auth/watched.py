"""A file whose content is read again when it has changed; what cannot be read leaves the last content in force."""

import threading
from collections.abc import Callable
from pathlib import Path
from typing import Generic, TypeVar

from streams.errors import KeyringError
from streams.telemetry.log import EventLog

__all__ = ["Watched"]

_Content = TypeVar("_Content")
_events = EventLog()


class Watched(Generic[_Content]):
    """The content of a file; any thread. The first reading raises KeyringError, later ones are told in the log."""

    def __init__(self, path: Path, setting: str, read: Callable[[Path], _Content]) -> None:
        self._path = path
        self._setting = setting
        self._read = read
        self._lock = threading.Lock()
        self._stamp = self._stamped()
        self._content = read(path)

    def now(self) -> _Content:
        """The content as the file has it now."""
        stamp = self._stamped()
        if stamp != self._stamp:
            with self._lock:
                if stamp != self._stamp:
                    self._again(stamp)
        return self._content

    def _again(self, stamp: tuple[int, ...]) -> None:
        # The stamp was taken first: what is written meanwhile is read next time.
        self._stamp = stamp
        try:
            self._content = self._read(self._path)
        except KeyringError as error:
            _events.error("review_file_unreadable", setting=self._setting, error=error)

    def _stamped(self) -> tuple[int, ...]:
        try:
            status = self._path.stat()
        except OSError:
            return ()
        return status.st_mtime_ns, status.st_size, status.st_ino
