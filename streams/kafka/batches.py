"""A batch of records as read, in columns, and the limits at which one is full; it knows no client."""

from dataclasses import dataclass, field

__all__ = ["BatchLimits", "Headers", "Key", "RecordBatch"]

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
        kept = [i for i, key in enumerate(zip(self.topics, self.partitions, strict=True)) if key not in gone]
        values = [self.values[i] for i in kept]
        return RecordBatch(
            [self.topics[i] for i in kept],
            [self.partitions[i] for i in kept],
            [self.offsets[i] for i in kept],
            [self.timestamps[i] for i in kept],
            [self.keys[i] for i in kept],
            values,
            [self.headers[i] for i in kept],
            {key: end for key, end in self.ends.items() if key not in gone},
            sum(len(value) for value in values if value is not None),
            self.collect_s,
        )
