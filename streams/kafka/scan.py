"""Reads stretches of partitions without joining a group: committed records only, each partition up to an end.

`message.offset() >= end - 1` may never become true, since markers of transactions have offsets too; a partition is read
when a record behind its end, the end of the log, or the client's position says so.
"""

import time
from collections.abc import Iterator, Mapping
from types import TracebackType
from typing import Any, Final, Self

from confluent_kafka import Consumer, KafkaError, KafkaException, Message, TopicPartition

from streams.errors import GuardError, RunError, UnreachableError
from streams.kafka.batches import Key
from streams.kafka.config import admin_config
from streams.settings import Settings
from streams.telemetry import log

__all__ = ["Scanner"]

SLICE_RECORDS: Final = 1000
#: How long one question waits; how soon an interrupt is seen.
SLICE_S: Final = 0.2
#: Without a record or an end for so long, Kafka is taken to be away; an outage of 2 s stopped clients for 40 s (seen).
SILENCE_S: Final = 60.0
#: What the client may hold.
QUEUE_KBYTES: Final = 8_192

#: Kafka is away, or its brokers do not all know the topic yet (after a restart): what stays so is told by the silence.
_AWAY: Final = frozenset({
    KafkaError._ALL_BROKERS_DOWN, KafkaError._TRANSPORT, KafkaError._TIMED_OUT,  # noqa: SLF001
    KafkaError._UNKNOWN_TOPIC, KafkaError._UNKNOWN_PARTITION, KafkaError.UNKNOWN_TOPIC_OR_PART,  # noqa: SLF001
})  # fmt: skip
_EOF: Final = KafkaError._PARTITION_EOF  # noqa: SLF001


class Scanner:
    """A context manager over one consumer of a `purpose`, which its client id tells; not for threads.

    Where retention has passed a beginning, it goes on at the first record there is. Raises UnreachableError after
    `silence_s` without a word of Kafka's, GuardError and RunError.
    """

    def __init__(self, settings: Settings, purpose: str, *, silence_s: float = SILENCE_S) -> None:
        # Never joined and never committed to; librdkafka wants a name, and asks Kafka who coordinates it.
        self._group = f"{settings.group_id}-{purpose}"
        own: dict[str, Any] = {
            "group.id": self._group,
            "client.id": f"maskstream-{purpose}",
            "enable.auto.commit": False,
            "enable.auto.offset.store": False,
            "isolation.level": "read_committed",
            "auto.offset.reset": "earliest",
            "enable.partition.eof": True,
            "queued.max.messages.kbytes": QUEUE_KBYTES,
            "fetch.wait.max.ms": 100,
        }
        self._consumer = Consumer({**admin_config(settings), **own}, logger=log.librdkafka_logger())
        self._silence_s = silence_s
        self._last = ""
        self._following: dict[Key, int] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        self._consumer.close()

    def begin(self, begins: Mapping[Key, int]) -> None:
        """Reads these partitions from these offsets on, and no others."""
        self._following = dict(begins)
        self._consumer.assign([TopicPartition(*key, offset) for key, offset in begins.items()])

    def slices(self, ends: Mapping[Key, int], *, beyond: bool = False) -> Iterator[list[Message]]:
        """The records before the ends, in order within each partition, until all are read.

        Those behind an end that come with them come with `beyond` only: to whoever reads on they do not come again.
        """
        heard_s = time.monotonic()
        while any(self._following.get(key, end) < end for key, end in ends.items()):
            messages = self._consume(SLICE_S)
            taken = self._taken(messages, {} if beyond else ends)
            if messages or self._moved(ends):
                heard_s = time.monotonic()
            if taken:
                yield taken
            if time.monotonic() - heard_s > self._silence_s:
                why = f" ({self._last})" if self._last else ""
                raise UnreachableError(f"Kafka gave nothing for {self._silence_s:.0f} s{why}: is it reachable?")

    def waiting(self) -> list[Message]:
        """The records that are there already; asks and waits for nothing."""
        return self._taken(self._consume(0.0), {})

    def end_of(self, key: Key, limit_s: float) -> int:
        """The present end as a read_committed reader sees it; raises KafkaException."""
        return int(self._consumer.get_watermark_offsets(TopicPartition(*key), limit_s)[1])

    def _consume(self, timeout_s: float) -> list[Message]:
        try:
            return list(self._consumer.consume(SLICE_RECORDS, timeout_s))
        except KafkaException as error:
            raise RunError(f"Kafka gives no records ({error.args[0].name()}): check the settings.") from None

    def _taken(self, messages: list[Message], ends: Mapping[Key, int]) -> list[Message]:
        taken = []
        for message in messages:
            key = (message.topic() or "", message.partition() or 0)
            offset = message.offset() or 0
            error = message.error()
            if error is not None:
                self._heed(error, key, offset)
                continue
            self._following[key] = offset + 1
            if offset < ends.get(key, offset + 1):
                taken.append(message)
        return taken

    def _heed(self, error: KafkaError, key: Key, offset: int) -> None:
        if error.code() == _EOF:
            self._following[key] = max(self._following.get(key, 0), offset)
        elif error.code() == KafkaError.TOPIC_AUTHORIZATION_FAILED:
            raise GuardError(f"The topic {key[0]} may not be read: allow READ on topic {key[0]}.")
        elif error.code() == KafkaError.GROUP_AUTHORIZATION_FAILED:
            raise GuardError(f"The group {self._group} may not be seen: allow DESCRIBE on group {self._group}.")
        elif error.code() in _AWAY:
            self._last = error.name()
        else:
            raise RunError(f"Kafka does not give the records of {key[0]} ({error.name()}): check the rights.")

    def _moved(self, ends: Mapping[Key, int]) -> bool:
        """Whether the client's position is over markers, of which no record tells."""
        moved = False
        for key in ends:
            (seen,) = self._consumer.position([TopicPartition(*key)])
            if seen.offset > self._following.get(key, 0):
                self._following[key], moved = seen.offset, True
        return moved
