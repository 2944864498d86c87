"""A batch of records as read, in columns, and the limits at which one is full; it knows no client."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

__all__ = ["BatchLimits", "Headers", "Key", "RecordBatch", "header_payload_bytes", "payload_bytes"]

#: Topic and partition number.
Key = tuple[str, int]

#: Names may repeat, the order is kept, values may be None.
Headers = list[tuple[str, bytes | None]]


@dataclass(frozen=True, slots=True)
class BatchLimits:
    """A batch is full at the first of these; milliseconds count from its first record."""

    records: int
    size_bytes: int
    age_ms: int


@dataclass(slots=True)
class RecordBatch:
    """Index i of every column is the same record; records of one partition stand in offset order.

    `timestamps` are milliseconds, -1 where the record has none; `ends` is the offset to commit for each partition;
    `collect_s` the seconds from the first record to the last.
    """

    topics: list[str] = field(default_factory=list)
    partitions: list[int] = field(default_factory=list)
    offsets: list[int] = field(default_factory=list)
    timestamps: list[int] = field(default_factory=list)
    keys: list[bytes | None] = field(default_factory=list)
    values: list[bytes | None] = field(default_factory=list)
    headers: list[Headers | None] = field(default_factory=list)
    ends: dict[Key, int] = field(default_factory=dict)
    size_bytes: int = 0
    collect_s: float = 0.0

    def __len__(self) -> int:
        return len(self.offsets)

    def without(self, gone: set[Key]) -> "RecordBatch":
        """The batch less the records of partitions that are not ours any more."""
        rest = self.only([i for i, key in enumerate(zip(self.topics, self.partitions, strict=True)) if key not in gone])
        rest.ends = {key: end for key, end in self.ends.items() if key not in gone}
        return rest

    def only(self, kept: Sequence[int]) -> "RecordBatch":
        """The batch with some of its records; what is to be committed stays the same."""
        keys, values, headers = (
            [self.keys[i] for i in kept],
            [self.values[i] for i in kept],
            [self.headers[i] for i in kept],
        )
        return RecordBatch(
            [self.topics[i] for i in kept],
            [self.partitions[i] for i in kept],
            [self.offsets[i] for i in kept],
            [self.timestamps[i] for i in kept],
            keys,
            values,
            headers,
            dict(self.ends),
            payload_bytes(keys, values, headers),
            self.collect_s,
        )


def payload_bytes(
    keys: Iterable[bytes | None], values: Iterable[bytes | None], headers: Iterable[Headers | None]
) -> int:
    """The bytes in columns: keys, values, names and values of headers."""
    size = sum(map(len, filter(None, keys))) + sum(map(len, filter(None, values)))
    return size + sum(map(header_payload_bytes, filter(None, headers)))


def header_payload_bytes(headers: Headers) -> int:
    """The bytes in one record's headers."""
    return sum([len(name) + (len(text) if text else 0) for name, text in headers])
