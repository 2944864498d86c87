"""What the topics that are written to allow: sizes and timestamps, as last described; it asks nobody by itself."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from streams.kafka.batches import Headers
from streams.kafka.timestamps import TimestampLimits
from streams.kafka.topics import DEFAULT_MAX_MESSAGE_BYTES, TopicFacts, TopicState

__all__ = ["RECORD_OVERHEAD_BYTES", "Target", "header_bytes", "record_bytes", "target_of"]

#: Record batch header (61 bytes) and a record's own lengths, attributes and deltas at their longest (Kafka's message
#: format, version 2), rounded up.
RECORD_OVERHEAD_BYTES: Final = 128
#: Two lengths as variable integers.
HEADER_OVERHEAD_BYTES: Final = 10

_UNLIMITED_MS: Final = 2**63 - 1


@dataclass(frozen=True, slots=True)
class Target:
    """The limits of one topic; `max_bytes` is of a record alone in its batch."""

    topic: str
    partitions: int
    max_bytes: int
    timestamps: TimestampLimits


def target_of(topic: str, topics: Mapping[str, TopicState]) -> Target:
    """Kafka's defaults where the topic cannot be seen."""
    facts = topics.get(topic)
    if not isinstance(facts, TopicFacts):
        return Target(topic, 0, DEFAULT_MAX_MESSAGE_BYTES, TimestampLimits(-1, 0, _UNLIMITED_MS))
    limits = TimestampLimits(
        retention_ms=-1 if facts.retention_ms is None else facts.retention_ms,
        after_max_ms=facts.timestamp_after_max_ms,
        before_max_ms=facts.timestamp_before_max_ms,
        log_append_time=facts.timestamp_type == "LogAppendTime",
    )
    return Target(topic, facts.partitions, facts.max_message_bytes, limits)


def record_bytes(key: bytes | None, value: bytes | None, headers: Headers | None) -> int:
    """An upper bound of a record's size on the wire, before compression.

    Before, because how well a record compresses is known only once it is refused; `topics apply` leaves room.
    """
    return RECORD_OVERHEAD_BYTES + (len(key) if key else 0) + (len(value) if value else 0) + header_bytes(headers)


def header_bytes(headers: Headers | None) -> int:
    """An upper bound of the size of a record's headers on the wire."""
    # A character of a header's name is up to four bytes.
    return sum([HEADER_OVERHEAD_BYTES + 4 * len(name) + (len(text) if text else 0) for name, text in headers or ()])
