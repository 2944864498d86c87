"""Turns a masked batch into records to write: clean ones, or sealed ones for quarantine; it sends through a callable.

What decides is here: sizes and timestamps against the target topic before anything is queued, because one record that
the broker refuses fails the whole batch.
"""

from collections import Counter
from collections.abc import Callable, Container, Sequence
from dataclasses import dataclass, field
from itertools import compress, pairwise
from typing import Any, Final, Protocol

from streams.kafka.batches import Headers, RecordBatch
from streams.kafka.columns import passes
from streams.kafka.targets import RECORD_OVERHEAD_BYTES, Target, record_bytes
from streams.kafka.timestamps import TIMESTAMP_HEADER, replaced
from streams.masking.records import Failure, MaskedColumns
from streams.telemetry import log
from streams.telemetry.metrics import BatchNumbers, TopicNumbers

__all__ = [
    "REDRIVEN",
    "CleanOutputs",
    "CleanWritten",
    "Outputs",
    "QuarantineRecord",
    "QuarantineWriter",
    "Send",
    "Stamp",
    "write_batch",
    "write_clean",
]

#: Takes a topic and columns: partitions, keys, values, headers, timestamps in milliseconds (0 is now).
Send = Callable[
    [str, Sequence[int], Sequence[bytes | None], Sequence[bytes | None], Sequence[Headers], Sequence[int]], None
]

#: Headers that each clean record gets: `maskstream.policy`, `maskstream.key`, `maskstream.version`.
Stamp = tuple[tuple[str, bytes], ...]

#: Header of a clean record that was in quarantine: the decision that released it, and where it stood there.
REDRIVEN: Final = "maskstream.redriven"
#: Headers of ours that only some of our records have.
SAID_BY_SOME: Final = frozenset({"maskstream.replay", REDRIVEN})

TOO_LARGE: Final = Failure("too_large", "produce")
TIMESTAMP: Final = Failure("timestamp", "produce")

_events: Final = log.EventLog()


class QuarantineRecord(Protocol):
    """A sealed record, as it is written."""

    @property
    def key(self) -> bytes | None: ...
    @property
    def value(self) -> bytes: ...
    @property
    def headers(self) -> list[tuple[str, bytes]]: ...


class QuarantineWriter(Protocol):
    """Seals what cannot be masked; never raises for content.

    Takes topic, partition, offset and timestamp of the record, and the most bytes that its quarantine record may have:
    what does not fit is written without payload.
    """

    def __call__(
        self,
        coordinates: tuple[str, int, int, int],
        failure: Failure,
        key: bytes | None,
        headers: Headers | None,
        value: bytes | None,
        max_bytes: int,
        /,
    ) -> QuarantineRecord: ...


class CleanOutputs(Protocol):
    """What clean records are written with (see `Outputs`)."""

    @property
    def clean(self) -> Callable[[str], Target]: ...
    @property
    def stamp(self) -> Stamp: ...
    @property
    def client_bytes_max(self) -> int: ...
    @property
    def condemned(self) -> set[tuple[str, int, int]]: ...
    @property
    def refuses_time(self) -> Callable[[str], bool]: ...


@dataclass(slots=True)
class CleanWritten:
    """What became of a batch: numbers by raw topic, indices of records that were not written, and why."""

    topics: dict[str, TopicNumbers]
    failures: dict[int, Failure]


@dataclass(slots=True)
class Outputs:
    """What a batch is written with; `condemned` are coordinates of records that Kafka refused as too large.

    `refuses_time` tells of a raw topic whether a record whose timestamp cannot stay goes to quarantine.
    """

    clean: Callable[[str], Target]
    quarantine: Target
    seal: QuarantineWriter
    stamp: Stamp
    client_bytes_max: int
    condemned: set[tuple[str, int, int]] = field(default_factory=set)
    refuses_time: Callable[[str], bool] = lambda _topic: False


def write_batch(batch: RecordBatch, masked: MaskedColumns, outputs: Outputs, now_ms: int, send: Send) -> BatchNumbers:
    """Sends every record of a batch exactly once, clean or to quarantine; the same partition number and order."""
    written = write_clean(batch, masked, outputs, now_ms, send)
    numbers, failures = written.topics, written.failures
    for i in sorted(failures):
        count = numbers[batch.topics[i]]
        count.records_quarantined += 1
        count.bytes_quarantined += _quarantine(batch, i, failures[i], outputs, now_ms, send)
    reasons: Counter[str] = Counter(failure.reason for failure in failures.values())
    return BatchNumbers(numbers, masked.findings, reasons, failed=failures.keys())


def write_clean(
    batch: RecordBatch,
    masked: MaskedColumns,
    outputs: CleanOutputs,
    now_ms: int,
    send: Send,
    marks: Sequence[Headers] = (),
) -> CleanWritten:
    """Sends what may go to clean topics, each record with the stamp and, where there are `marks`, with its own."""
    failures = {**_condemned(batch, outputs), **masked.failures}
    numbers: dict[str, TopicNumbers] = {}
    rewritten = 0
    for topic, start, end in _topic_runs(batch.topics):
        target = outputs.clean(topic)
        clean = _clean(batch, masked, range(start, end), failures)
        clean.headers = _stamped(clean.headers, outputs.stamp)
        if marks:
            clean.headers = [[*head, *marks[i]] for i, head in zip(clean.indices, clean.headers, strict=True)]
        if outputs.refuses_time(topic):
            failures |= dict.fromkeys(clean.drop_untimely(now_ms, target), TIMESTAMP)
        rewritten += clean.keep_time(now_ms, target)
        failures |= dict.fromkeys(clean.drop_larger(min(target.max_bytes, outputs.client_bytes_max)), TOO_LARGE)
        send(target.topic, clean.partitions, clean.keys, clean.values, clean.headers, clean.timestamps)
        count = numbers.setdefault(topic, TopicNumbers())
        count.records_in += end - start
        count.bytes_in += _size_bytes(batch, range(start, end))
        count.records_clean += len(clean.indices)
        count.bytes_clean += clean.size_bytes
    if rewritten:
        _events.info("timestamp_replaced", records=rewritten)
    return CleanWritten(numbers, failures)


@dataclass(slots=True)
class _Clean:
    """Records on their way to one clean topic: place j of every column is record `indices[j]` of the batch.

    A column is passed over in C as a whole; only where one record breaks a rule are they looked at one by one.
    """

    indices: Sequence[int]
    partitions: list[int]
    keys: list[bytes | None]
    values: list[bytes | None]
    headers: list[Any]
    timestamps: list[int]
    #: Of keys, values and headers, once it is known that none is too large.
    size_bytes: int = 0

    def keep_time(self, now_ms: int, target: Target) -> int:
        """Writes those records with the present time that must be; gives their number."""
        limits, times = target.timestamps, self.timestamps
        # What is left alone is one span of time, so that its ends speak for all between.
        if not times or not (replaced(min(times), now_ms, limits) or replaced(max(times), now_ms, limits)):
            return 0
        places = [place for place, time_ms in enumerate(times) if replaced(time_ms, now_ms, limits)]
        self.timestamps = [*times]
        for place in places:
            self.headers[place] = _with_original(self.headers[place], times[place])
            self.timestamps[place] = now_ms
        return len(places)

    def drop_larger(self, limit: int) -> list[int]:
        """Takes out records that are over the limit; gives their indices in the batch."""
        self.size_bytes, bound = passes().weigh(self.keys, self.values, self.headers)
        if RECORD_OVERHEAD_BYTES + bound <= limit:
            return []
        sizes = map(record_bytes, self.keys, self.values, self.headers)
        dropped = self.drop([size <= limit for size in sizes])
        self.size_bytes, _ = passes().weigh(self.keys, self.values, self.headers)
        return dropped

    def drop_untimely(self, now_ms: int, target: Target) -> list[int]:
        """Takes out records whose timestamp cannot stay; gives their indices in the batch."""
        fits = [not replaced(time_ms, now_ms, target.timestamps) for time_ms in self.timestamps]
        return [] if all(fits) else self.drop(fits)

    def drop(self, fits: list[bool]) -> list[int]:
        """Takes out records that do not fit; gives their indices in the batch."""
        dropped = [i for i, fit in zip(self.indices, fits, strict=True) if not fit]
        self.indices = list(compress(self.indices, fits))
        self.partitions, self.timestamps = list(compress(self.partitions, fits)), list(compress(self.timestamps, fits))
        self.keys, self.values = list(compress(self.keys, fits)), list(compress(self.values, fits))
        self.headers = list(compress(self.headers, fits))
        return dropped


def _clean(batch: RecordBatch, masked: MaskedColumns, run: range, failures: Container[int]) -> _Clean:
    """The records of a run that did not fail; the columns themselves where the run is all of the batch."""
    clean = _Clean(
        run,
        _part(batch.partitions, run),
        _part(masked.keys, run),
        _part(masked.values, run),
        _part(masked.headers, run),
        _part(batch.timestamps, run),
    )
    if failures:
        clean.drop([i not in failures for i in run])
    return clean


def _part(column: list[Any], run: range) -> list[Any]:
    return column if len(run) == len(column) else column[run.start : run.stop]


def _size_bytes(batch: RecordBatch, run: range) -> int:
    """Bytes of keys, values and headers of a run as read."""
    size, _ = passes().weigh(_part(batch.keys, run), _part(batch.values, run), _part(batch.headers, run))
    return size


def _stamped(headers: list[Headers | None], stamp: Stamp) -> list[Headers]:
    """Each record's headers and the stamp; all records without headers share one list."""
    bare: Headers = [*stamp]
    if not any(headers):
        return [bare] * len(headers)
    # Names of ours that a producer put there would be taken for our word.
    return passes().stamped(headers, bare, {name for name, _ in stamp} | SAID_BY_SOME)


def _topic_runs(topics: Sequence[str]) -> list[tuple[str, int, int]]:
    """Topic, start and end of each stretch of records of one topic."""
    if topics and topics.count(topics[0]) == len(topics):
        return [(topics[0], 0, len(topics))]
    cuts = [at for at, (before, after) in enumerate(pairwise(topics), 1) if before != after]
    return [(topics[start], start, end) for start, end in pairwise([0, *cuts, len(topics)])] if topics else []


def _condemned(batch: RecordBatch, outputs: CleanOutputs) -> dict[int, Failure]:
    if not outputs.condemned:
        return {}
    places = zip(batch.topics, batch.partitions, batch.offsets, strict=True)
    return {i: TOO_LARGE for i, place in enumerate(places) if place in outputs.condemned}


def _quarantine(batch: RecordBatch, i: int, failure: Failure, outputs: Outputs, now_ms: int, send: Send) -> int:
    """Seals record i and sends it; without its payload where the envelope does not fit. Gives the size in bytes."""
    target = outputs.quarantine
    limit = min(target.max_bytes, outputs.client_bytes_max)
    coordinates = (batch.topics[i], batch.partitions[i], batch.offsets[i], batch.timestamps[i])
    if coordinates[:3] in outputs.condemned:
        # Our way of counting was wrong once: no payload, so that nothing is left to be wrong about.
        limit = 0
    sealed = outputs.seal(coordinates, failure, batch.keys[i], batch.headers[i], batch.values[i], limit)
    size = _sealed_bytes(sealed)
    headers: Headers = [*sealed.headers]
    timestamp = coordinates[3]
    if replaced(timestamp, now_ms, target.timestamps):
        headers, timestamp = _with_original(headers, timestamp), now_ms
    send(target.topic, [coordinates[1]], [sealed.key], [sealed.value], [headers], [timestamp])
    return size


def _sealed_bytes(sealed: QuarantineRecord) -> int:
    # And room for the header of a replaced timestamp.
    return record_bytes(sealed.key, sealed.value, [*sealed.headers, (TIMESTAMP_HEADER, b"0" * 20)])


def _with_original(headers: Headers, timestamp_ms: int) -> Headers:
    if timestamp_ms < 0:
        return headers
    # A record that comes round again keeps one such header: the one of its last journey.
    others = [header for header in headers if header[0] != TIMESTAMP_HEADER]
    return [*others, (TIMESTAMP_HEADER, str(timestamp_ms).encode())]
