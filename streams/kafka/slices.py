"""What a slice of messages becomes: runs of one partition, and columns of a batch.

In passes that run in C, because a loop of Python over records costs a third as much as the client itself: `docs/
decisions/0020-columns-not-records.md`.
"""

from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import Any, Final

import confluent_kafka

from streams.kafka.batches import RecordBatch, payload_bytes

__all__ = ["append_run", "runs_of"]

# The stubs speak also of messages that were never read, without an offset and with headers as text.
Message: Final[Any] = confluent_kafka.Message


def runs_of(messages: list[Any]) -> list[list[Any]]:
    """The messages in order, cut where topic or partition change; an error is a run of its own."""
    places = list(zip(map(Message.topic, messages), map(Message.partition, messages), strict=True))
    failed = any(map(Message.error, messages))
    if not failed and places.count(places[0]) == len(places):
        return [messages]
    cuts = [
        at
        for at, (before, after) in enumerate(pairwise(places), 1)
        if before != after or (failed and (messages[at].error() or messages[at - 1].error()))
    ]
    return [messages[start:end] for start, end in pairwise([0, *cuts, len(messages)])]


def append_run(batch: RecordBatch, topic: str, partition: int, run: Sequence[Any]) -> None:
    """Adds messages of one partition to a batch, and the offset to commit with them."""
    offsets = list(map(Message.offset, run))
    kinds, times = zip(*map(Message.timestamp, run), strict=True)
    keys, values, headers = list(map(Message.key, run)), list(map(Message.value, run)), list(map(Message.headers, run))
    batch.topics += [topic] * len(run)
    batch.partitions += [partition] * len(run)
    batch.offsets += offsets
    batch.timestamps += times if all(kinds) else _known(kinds, times)
    batch.keys += keys
    batch.values += values
    batch.headers += headers
    batch.ends[topic, partition] = offsets[-1] + 1
    batch.size_bytes += payload_bytes(keys, values, headers)


def _known(kinds: Iterable[int], times: Iterable[int]) -> list[int]:
    return [time_ms if kind else -1 for kind, time_ms in zip(kinds, times, strict=True)]
