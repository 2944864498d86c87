"""Looks at a few records of each range before a job: how many there may be, how large and how old they are."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from confluent_kafka import Message

from streams.kafka.batches import Headers, Key, payload_bytes
from streams.kafka.scan import Scanner
from streams.kafka.timestamps import TIMESTAMP_HEADER
from streams.masking.records import RecordColumns
from streams.replay.ranges import Range
from streams.settings import Settings

__all__ = ["Sample", "headers_of", "sample", "time_of"]

#: Offsets of each window at the beginning, in the middle and at the end of a range.
WINDOW_OFFSETS: Final = 100
#: Kept for measuring how fast they are masked.
KEPT_RECORDS: Final = 2_000


@dataclass(slots=True)
class Sample:
    """What was seen in the windows of some ranges; times are milliseconds."""

    offsets: int = 0
    records: int = 0
    size_bytes: int = 0
    oldest_ms: dict[Key, int] = field(default_factory=dict)
    newest_ms: dict[Key, int] = field(default_factory=dict)
    columns: RecordColumns = field(default_factory=lambda: RecordColumns([], [], [], []))

    def records_in(self, offsets: int) -> int:
        """How many records so many offsets may hold."""
        return round(offsets * self.records / self.offsets) if self.offsets else 0

    @property
    def record_bytes(self) -> float:
        return self.size_bytes / self.records if self.records else 0.0

    def take(self, message: Message) -> None:
        key = (message.topic() or "", message.partition() or 0)
        headers = headers_of(message)
        value, record_key = _bytes(message.value()), _bytes(message.key())
        self.records += 1
        self.size_bytes += payload_bytes((record_key,), (value,), (headers,))
        time_ms = time_of(message)
        if time_ms >= 0:
            self.oldest_ms[key] = min(time_ms, self.oldest_ms.get(key, time_ms))
            self.newest_ms[key] = max(time_ms, self.newest_ms.get(key, time_ms))
        if len(self.columns.values) < KEPT_RECORDS:
            self.columns.keys.append(record_key)
            self.columns.values.append(value)
            self.columns.headers.append(headers)
            self.columns.topics.append(key[0])


def sample(settings: Settings, ranges: Mapping[Key, Range]) -> Sample:
    """What stands at the beginning, in the middle and at the end of each range."""
    seen = Sample()
    with Scanner(settings, "replay-plan") as scanner:
        for windows in _windows(ranges):
            seen.offsets += sum(end - start for start, end in windows.values())
            scanner.begin({key: start for key, (start, _) in windows.items()})
            for messages in scanner.slices({key: end for key, (_, end) in windows.items()}):
                for message in messages:
                    seen.take(message)
    return seen


def headers_of(message: Message) -> Headers:
    """The headers of a record that was read: the stubs speak also of messages to write."""
    headers: Any = message.headers() or []
    return list(headers)


def time_of(message: Message) -> int:
    """A record's timestamp in milliseconds, the original one where it was written with another; -1 without."""
    for name, text in headers_of(message):
        if name == TIMESTAMP_HEADER and text and text.isdigit():
            return int(text[:19])
    kind, time_ms = message.timestamp()
    return time_ms if kind else -1


def _windows(ranges: Mapping[Key, Range]) -> Iterator[dict[Key, tuple[int, int]]]:
    """Windows that do not overlap; a short range has fewer."""
    first, middle, last = {}, {}, {}
    for key, one in ranges.items():
        head = min(one.end, one.start + WINDOW_OFFSETS)
        tail = max(head, one.end - WINDOW_OFFSETS)
        if one.start < head:
            first[key] = (one.start, head)
        if head < tail - WINDOW_OFFSETS:
            centre = (head + tail - WINDOW_OFFSETS) // 2
            middle[key] = (centre, centre + WINDOW_OFFSETS)
        if tail < one.end:
            last[key] = (tail, one.end)
    yield from filter(None, (first, middle, last))


def _bytes(text: bytes | str | None) -> bytes | None:
    return text.encode() if isinstance(text, str) else text
