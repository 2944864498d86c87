"""Reads one topic from given offsets on, without a group; it says what came, and what is no longer there."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from confluent_kafka import Consumer, KafkaError, KafkaException, Message, TopicPartition

from streams.errors import RunError, UnreachableError
from streams.kafka.config import FETCH_BYTES, admin_config
from streams.settings import Settings

__all__ = ["Feed", "Slice"]

_SLICE_BYTES: Final = 8 << 20
#: A single call may return far more bytes than the queue's limit (seen): it is asked for few at a time.
_STEP_RECORDS: Final = 250
#: librdkafka's queue for the topic; parsing is slower than fetching.
_QUEUE_KBYTES: Final = 8_192

_GONE: Final = frozenset((
    KafkaError._AUTO_OFFSET_RESET, KafkaError._LOG_TRUNCATION, KafkaError._NO_OFFSET,  # noqa: SLF001
    KafkaError.OFFSET_OUT_OF_RANGE,
))  # fmt: skip
_AWAY: Final = frozenset((
    KafkaError._ALL_BROKERS_DOWN, KafkaError._TRANSPORT, KafkaError._TIMED_OUT, KafkaError._RESOLVE,  # noqa: SLF001
))  # fmt: skip


@dataclass(slots=True)
class Slice:
    """Records in the order of their offsets within each partition, the next offset of each partition that something was
    heard of, and the partitions whose position is not in the log.
    """

    messages: list[Message] = field(default_factory=list)
    next: dict[int, int] = field(default_factory=dict)
    gone: set[int] = field(default_factory=set)


class Feed:
    """One consumer on one topic; not for threads. A slice has at most `slice_records` and one."""

    def __init__(self, settings: Settings, topic: str, slice_records: int) -> None:
        self._topic = topic
        self._slice_records = slice_records
        self._position: dict[int, int] = {}
        own: dict[str, Any] = {
            # Never joined and never committed to; librdkafka wants a name.
            "group.id": f"{settings.group_id}-review-store",
            "enable.auto.commit": False,
            "enable.auto.offset.store": False,
            "isolation.level": "read_committed",
            # Any other way goes on at another offset and says nothing (seen).
            "auto.offset.reset": "error",
            "enable.partition.eof": True,
            "queued.max.messages.kbytes": _QUEUE_KBYTES,
            "fetch.max.bytes": FETCH_BYTES,
            "fetch.queue.backoff.ms": 20,
            "log_level": 0,
        }
        self._consumer = Consumer({**admin_config(settings), **own})

    def assign(self, positions: Mapping[int, int]) -> None:
        """Read these partitions from these offsets on, and no others."""
        self._position = dict(positions)
        self._consumer.assign([TopicPartition(self._topic, *position) for position in positions.items()])

    def take(self, wait_s: float) -> Slice:
        """What is there, after a wait for the first of it; UnreachableError and RunError as Kafka says."""
        found, size = Slice(), 0
        while (left := self._slice_records - len(found.messages)) > 0 and size < _SLICE_BYTES:
            messages = self._consume(0.0 if found.messages or found.next else wait_s, min(left, _STEP_RECORDS))
            size += sum(len(message.value() or b"") for message in messages)
            for message in messages:
                self._sort(message, found)
            if not messages:
                break
        return found

    def close(self) -> None:
        self._consumer.close()

    def _consume(self, wait_s: float, count: int) -> list[Message]:
        try:
            first = self._consumer.poll(wait_s) if wait_s else None
            rest = self._consumer.consume(count, 0.0)
        except KafkaException as error:
            name = error.args[0].name()
        else:
            return rest if first is None else [first, *rest]
        raise RunError(f"Kafka does not give the records of {self._topic} ({name}): check the settings and rights.")

    def _sort(self, message: Message, found: Slice) -> None:
        error, partition, offset = message.error(), message.partition(), message.offset()
        if error is not None and error.code() != KafkaError._PARTITION_EOF:  # noqa: SLF001
            self._failed(error, partition, found)
        elif partition is not None and offset is not None and offset >= self._position.get(partition, offset):
            # The end may lie behind the marks of transactions, which are no records.
            self._position[partition] = found.next[partition] = offset if error is not None else offset + 1
            if error is None:
                found.messages.append(message)

    def _failed(self, error: KafkaError, partition: int | None, found: Slice) -> None:
        if error.code() in _GONE and partition in self._position:
            found.gone.add(partition)
        elif error.code() in _AWAY:
            raise UnreachableError(f"Kafka gives nothing of {self._topic} ({error.name()}): is it reachable?")
        else:
            raise RunError(f"Kafka does not give the records of {self._topic} ({error.name()}): check the rights.")
