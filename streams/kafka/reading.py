"""Reads ranges of partitions by their offsets, in no group and without committing; for a thread that moves batches.

What is asked for is committed data between two offsets: a transaction that is still open inside the range is waited
for, since what it writes belongs there. Silence for a minute is an error, for whoever reads has partitions to give up.
"""

import time
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Final

from confluent_kafka import Consumer, KafkaError, KafkaException, Message, TopicPartition

from streams.errors import RunError, UnreachableError
from streams.kafka.config import FETCH_BYTES, QUEUE_KBYTES, admin_config
from streams.telemetry import log

if TYPE_CHECKING:
    from streams.kafka.outbox import Surroundings
    from streams.settings import Settings

__all__ = ["PartitionReader", "PositionGoneError", "ReadingStoppedError"]

#: How soon a stop is seen.
POLL_S: Final = 0.5
#: Without progress for so long, Kafka is away or a transaction does not end.
SILENCE_S: Final = 60.0

_END: Final = KafkaError._PARTITION_EOF  # noqa: SLF001
_GONE: Final = frozenset((
    KafkaError._AUTO_OFFSET_RESET, KafkaError._LOG_TRUNCATION, KafkaError._NO_OFFSET,  # noqa: SLF001
    KafkaError.OFFSET_OUT_OF_RANGE,
))  # fmt: skip
_AWAY: Final = frozenset((KafkaError._ALL_BROKERS_DOWN, KafkaError._TRANSPORT, KafkaError._TIMED_OUT))  # noqa: SLF001


class PositionGoneError(RunError):
    """Retention has passed the position."""


class ReadingStoppedError(RunError):
    """The process is told to stop, so reading was given up."""


class PartitionReader:
    """One consumer that belongs to no group; not for threads."""

    def __init__(self, settings: "Settings", group: str, around: "Surroundings", *, slice_records: int) -> None:
        """`group` is a name for librdkafka that is never joined; `slice_records` are taken at once at most."""
        self._around = around
        self._slice_records = slice_records
        own: dict[str, Any] = {
            "group.id": group,
            "enable.auto.commit": False,
            "enable.auto.offset.store": False,
            "isolation.level": "read_committed",
            # A lookup by offset must find that record or none: `earliest` would give another one (seen).
            "auto.offset.reset": "error",
            "enable.partition.eof": True,
            "queued.max.messages.kbytes": QUEUE_KBYTES,
            "fetch.max.bytes": FETCH_BYTES,
            "fetch.queue.backoff.ms": 20,
            # What is read is there already. A fetch that waits at the end of the log would hold up the next position.
            "fetch.wait.max.ms": 20,
        }
        config = {**admin_config(settings), **own, "error_cb": self._on_error}
        self._consumer = Consumer(config, logger=log.librdkafka_logger())

    def read(self, topic: str, partition: int, begin: int, end: int) -> Iterator[Message]:
        """Committed records from `begin` up to `end` (not included) in offset order; raises PositionGoneError where
        retention has passed `begin`, and whatever else keeps it from the end.
        """
        if begin >= end:
            return
        self._consumer.assign([TopicPartition(topic, partition, begin)])
        try:
            for message in self._messages(topic, partition, end):
                yield message
                if (message.offset() or 0) >= end - 1:
                    return
        finally:
            self._consumer.unassign()

    def close(self) -> None:
        self._consumer.close()

    def _messages(self, topic: str, partition: int, end: int) -> Iterator[Message]:
        """Until the position is at the end, which a message need not tell: the last offsets may be markers."""
        heard_s, position = time.monotonic(), -1
        while self._position(topic, partition) < end:
            for message in self._of(topic, partition):
                offset = message.offset() or 0
                if offset > position:
                    heard_s, position = time.monotonic(), offset
                if offset >= end:
                    return
                if message.error() is None:
                    yield message
            if time.monotonic() - heard_s > SILENCE_S:
                raise UnreachableError(f"Kafka gave nothing of {topic} for {SILENCE_S:.0f} s: is it reachable?")

    def _of(self, topic: str, partition: int) -> Iterator[Message]:
        """What came of a partition, its ends among it; something of one assigned before may still be on its way."""
        for message in self._polled(topic):
            error = message.error()
            code = error.code() if error is not None else None
            if error is not None and code in _GONE:
                raise PositionGoneError(f"{topic} does not reach back so far any more.")
            if error is not None and code != _END and code not in _AWAY:
                raise _told(topic, error)
            if code not in _AWAY and message.partition() == partition and message.offset() is not None:
                yield message

    def _polled(self, topic: str) -> list[Message]:
        if self._around.stopping():
            raise ReadingStoppedError
        try:
            first = self._consumer.poll(POLL_S)
            # Not `consume` alone: it would wait for the rest of its number.
            more: list[Message] = self._consumer.consume(self._slice_records, 0) if first is not None else []
        except KafkaException as error:
            raise _told(topic, error.args[0]) from None
        self._around.again()
        if first is None:
            return []
        self._around.reachable()
        return [first, *more]

    def _position(self, topic: str, partition: int) -> int:
        (found,) = self._consumer.position([TopicPartition(topic, partition)])
        return found.offset

    def _on_error(self, error: KafkaError) -> None:
        if error.code() not in _AWAY:
            return
        self._around.unreachable()


def _told(topic: str, error: KafkaError) -> RunError:
    if error.code() in _AWAY:
        return UnreachableError(f"Kafka does not answer about {topic} ({error.name()}): is it reachable?")
    return RunError(f"Kafka does not give the records of {topic} ({error.name()}): check the rights.")
