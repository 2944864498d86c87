"""What a slice of messages becomes: runs of one partition, and columns of a batch.

In passes that run in C, because a loop of Python over records costs a third as much as the client itself: `docs/
decisions/0020-columns-not-records.md`.
"""

from typing import Any, Final

import confluent_kafka

from streams.kafka.batches import RecordBatch
from streams.kafka.columns import passes

__all__ = ["append_run", "runs_of"]

# The stubs speak also of messages that were never read, without an offset and with headers as text.
_Message: Final[Any] = confluent_kafka.Message
_PLACE: Final = (_Message.topic, _Message.partition, _Message.error)
_RECORD: Final = (_Message.offset, _Message.timestamp, _Message.key, _Message.value, _Message.headers)


def runs_of(messages: list[Any]) -> list[list[Any]]:
    """The messages in order, cut where topic or partition change; an error is a run of its own."""
    return passes().runs(messages, _PLACE)


def append_run(batch: RecordBatch, topic: str, partition: int, run: list[Any]) -> None:
    """Adds messages of one partition to a batch, and the offset to commit with them."""
    parts = batch.offsets, batch.timestamps, batch.keys, batch.values, batch.headers
    batch.size_bytes += passes().take(run, _RECORD, parts)
    batch.topics += [topic] * len(run)
    batch.partitions += [partition] * len(run)
    batch.ends[topic, partition] = batch.offsets[-1] + 1
