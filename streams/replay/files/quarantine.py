"""Where the originals of what cannot be masked go, sealed: files next to one another, or the quarantine topic."""

from collections.abc import Callable
from typing import Final, NamedTuple, Protocol

import orjson

from streams.masking.records import Failure, Headers
from streams.quarantine.envelope import EnvelopeWriter, Origin, QuarantineRecord
from streams.replay.files.masking import Seal
from streams.replay.files.target import Draft, FileDraft, Target

__all__ = ["Collected", "FolderQuarantine", "NoQuarantine", "Quarantine", "Sealing", "TopicQuarantine"]

_SUFFIX: Final = ".quarantine.ndjson"
_NO_TIME: Final = -1


class Collected(Protocol):
    """The sealed records of one file until it is known whether it is kept."""

    seal: Seal | None

    def commit(self) -> None:
        """They are durable; called before the masked file is."""

    def discard(self) -> None:
        """Nothing of them stays."""


class Quarantine(Protocol):
    """Takes the sealed records of file after file."""

    def collect(self, number: int, shown: str, mark: str) -> Collected: ...


class NoQuarantine:
    """Only the notice tells that a record was not masked: the source still has it."""

    seal: Seal | None = None

    def collect(self, number: int, shown: str, mark: str) -> Collected:
        del number, shown, mark
        return self

    def commit(self) -> None:
        """There is nothing to keep."""

    def discard(self) -> None:
        """There is nothing to drop."""


class Sealing(NamedTuple):
    """Makes envelopes. A file's record has coordinates like any other: the name that stands for a topic, the number of
    the file in the job, the number of the record in the file.
    """

    writer: EnvelopeWriter
    topic: str
    job: str

    def of(self, file: int, put: Callable[[QuarantineRecord], None]) -> Seal:
        """What seals the records of one file."""

        def seal(number: int, failure: Failure, headers: Headers | None, value: bytes | None) -> None:
            origin = Origin(self.topic, file, number, _NO_TIME, self.job)
            put(self.writer.write(origin, failure, None, headers, value))

        return seal


class FolderQuarantine:
    """One envelope a line in `<file>.quarantine.ndjson`, below a folder; only for files that have some."""

    def __init__(self, folder: Target, sealing: Sealing) -> None:
        self._folder = folder
        self._sealing = sealing

    def collect(self, number: int, shown: str, mark: str) -> Collected:
        return _InFolder(self._folder, self._sealing, number, (shown.rstrip("/") + _SUFFIX, f"{mark}-q"))


class _InFolder:
    def __init__(self, folder: Target, sealing: Sealing, number: int, names: tuple[str, str]) -> None:
        self._folder = folder
        self._names = names
        self._draft: Draft | None = None
        self.seal: Seal | None = sealing.of(number, self._put)

    def commit(self) -> None:
        if self._draft is not None:
            self._draft.commit()

    def discard(self) -> None:
        if self._draft is not None:
            self._draft.discard()

    def _put(self, record: QuarantineRecord) -> None:
        if self._draft is None:
            self._draft = self._folder.draft(*self._names)
        self._draft.write(record.value + b"\n")


#: Writes records durably to the quarantine topic, all of one file to one partition.
Ship = Callable[[int, "list[QuarantineRecord]"], None]


class TopicQuarantine:
    """The quarantine topic. The envelopes of a file wait on the target's disk and are sent before the file is there: a
    crash between the two sends them again, with the same coordinates, when the file is masked anew.
    """

    def __init__(self, spools: Target, sealing: Sealing, ship: Ship) -> None:
        self._spools = spools
        self._sealing = sealing
        self._ship = ship

    def collect(self, number: int, shown: str, mark: str) -> Collected:
        del shown, mark
        return _ForTopic(self._spools, self._sealing, number, self._ship)


class _ForTopic:
    def __init__(self, spools: Target, sealing: Sealing, number: int, ship: Ship) -> None:
        self._spools = spools
        self._number = number
        self._ship = ship
        self._spool: FileDraft | None = None
        self.seal: Seal | None = sealing.of(number, self._put)

    def commit(self) -> None:
        if self._spool is None:
            return
        rest = b""
        records: list[QuarantineRecord] = []
        for chunk in self._spool.read_back():
            *complete, rest = (rest + chunk).split(b"\n")
            records += map(_unpacked, complete)
            if len(records) >= _SHIPPED:
                self._ship(self._number, records)
                records = []
        if records:
            self._ship(self._number, records)
        self._spool.discard()

    def discard(self) -> None:
        if self._spool is not None:
            self._spool.discard()

    def _put(self, record: QuarantineRecord) -> None:
        if self._spool is None:
            self._spool = self._spools.spool()
        self._spool.write(_packed(record) + b"\n")


#: Envelopes that are sent together.
_SHIPPED: Final = 100


def _packed(record: QuarantineRecord) -> bytes:
    """One line; everything in an envelope is text."""
    return orjson.dumps(
        [record.key.decode(), record.value.decode(), [[name, text.decode()] for name, text in record.headers]]
    )


def _unpacked(line: bytes) -> QuarantineRecord:
    key, value, headers = orjson.loads(line)
    return QuarantineRecord(key.encode(), value.encode(), [(name, text.encode()) for name, text in headers])
