"""The process of one worker: it is told a file at a time, says how far it is, and ends when nobody listens."""

import contextlib
import signal
import threading
import time
from dataclasses import dataclass
from multiprocessing.connection import Connection
from typing import TYPE_CHECKING, Any, Final

from streams.errors import MaskstreamError
from streams.replay.files.listing import Entry
from streams.replay.files.setup import JobSetup
from streams.replay.files.work import FileResult, FileWorker, StoppedError
from streams.replay.pace import Bucket

if TYPE_CHECKING:
    from streams.replay.spec import Rate

__all__ = ["Order", "Said", "main"]

#: Between two signs of progress, and longest rest at once.
_TELL_S: Final = 0.2


@dataclass(frozen=True, slots=True)
class Order:
    """A file to mask, and the name that it has in the target."""

    entry: Entry
    shown: str


@dataclass(frozen=True, slots=True)
class Said:
    """What a worker says: records and bytes since the last time; at the end of a file its result, or that it stopped;
    or that it cannot work at all, as a sentence.
    """

    records: int = 0
    bytes_read: int = 0
    result: FileResult | None = None
    stopped: bool = False
    failed: str | None = None
    ready: bool = False


def main(pipe: Connection, stop: Any, setup: JobSetup, workers: int) -> None:
    """Runs in a process of its own. What goes wrong is said; nothing is printed, for a traceback may hold a record."""
    # The command decides when to stop, and a Ctrl-C goes to all processes of a terminal.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    threading.excepthook = lambda _: None
    try:
        _Child(pipe, stop, setup, workers).run()
    except MaskstreamError as error:
        _say_last(pipe, str(error))
    except (EOFError, OSError):
        pass  # Nobody listens any more.
    except BaseException as error:  # noqa: BLE001 - the last line of defence
        _say_last(pipe, f"A worker failed unexpectedly ({type(error).__name__}): report this.")


def _say_last(pipe: Connection, sentence: str) -> None:
    with contextlib.suppress(OSError):
        pipe.send(Said(failed=sentence))


class _Child:
    def __init__(self, pipe: Connection, stop: Any, setup: JobSetup, workers: int) -> None:
        self._pipe = pipe
        self._stop = stop
        self._worker = FileWorker(setup.surroundings(setup.masker()))
        rate = setup.spec.pace.rate
        self._bucket = _bucket(rate, workers) if rate is not None else None
        self._told_s = 0.0
        self._records = self._bytes = 0

    def run(self) -> None:
        self._pipe.send(Said(ready=True))
        while (order := self._pipe.recv()) is not None:
            self._told_s = time.monotonic()
            try:
                result = self._worker.run(order.entry, order.shown, self._progress)
            except StoppedError:
                self._pipe.send(Said(stopped=True))
                return
            self._pipe.send(Said(self._records, self._bytes, result))
            self._records = self._bytes = 0

    def _progress(self, records: int, size_bytes: int) -> None:
        self._records += records
        self._bytes += size_bytes
        if self._bucket is not None:
            self._bucket.take(records, size_bytes)
        self._tell()
        while self._bucket is not None and (rest_s := self._bucket.rest_s()) > 0:
            time.sleep(min(rest_s, _TELL_S))
            self._tell()

    def _tell(self) -> None:
        if self._stop.is_set():
            raise StoppedError
        if time.monotonic() - self._told_s >= _TELL_S:
            self._told_s = time.monotonic()
            self._pipe.send(Said(self._records, self._bytes))
            self._records = self._bytes = 0


def _bucket(rate: "Rate", workers: int) -> Bucket:
    bucket = Bucket(rate, time.monotonic)
    bucket.share(1 / workers)
    return bucket
