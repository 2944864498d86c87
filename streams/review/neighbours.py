"""Records of the clean topic around a quarantined one, by time: what the service wrote just before and after it.

They are masked already, and whoever may see the quarantined record may see them. The clean topic keeps no offsets of
the raw topic, but its partitions and their order, and the timestamps of the records.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final, NamedTuple

from confluent_kafka import Consumer, KafkaError, KafkaException, TopicPartition

from streams.errors import RunError
from streams.kafka.admin import Admin
from streams.kafka.config import admin_config
from streams.kafka.topics import TopicFacts
from streams.quarantine.envelope import Source
from streams.settings import Settings

__all__ = ["Neighbour", "Neighbours"]

#: Characters of a record that are shown.
_SHOWN_CHARS: Final = 2_000
_WAIT_S: Final = 5.0


class Neighbour(NamedTuple):
    """A clean record: where it stands, when it was written, and its text, cut where it is long."""

    topic: str
    partition: int
    offset: int
    timestamp_ms: int
    text: str | None


class Neighbours:
    """Looks at clean topics; any thread. Raises UnreachableError and RunError."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._admin = Admin(settings)

    def around(self, source: Source, each: int = 5) -> list[Neighbour]:
        """Up to `each` clean records before and after the time of a raw record, in order; none where there is no time,
        no clean topic, or nothing near.
        """
        place = (self._settings.clean_topic_for(source.topic), source.partition)
        facts = self._admin.describe([place[0]])[place[0]]
        if source.timestamp_ms < 0 or not isinstance(facts, TopicFacts) or source.partition >= facts.partitions:
            return []
        begin, end = self._admin.offsets([place], "earliest")[place], self._admin.offsets([place], "latest")[place]
        at = self._admin.offsets([place], source.timestamp_ms)[place]
        middle = end if at < 0 else min(max(at, begin), end)
        # Markers of transactions take offsets too: twice as many leave room for one behind each record.
        first = max(begin, middle - 2 * each)
        read = list(self._read(place, first, end, middle, each))
        before = [one for one in read if one.offset < middle][-each:]
        return before + [one for one in read if one.offset >= middle][:each]

    def _read(self, place: tuple[str, int], first: int, end: int, middle: int, each: int) -> Iterator[Neighbour]:
        if first >= end:
            return
        after = 0
        deadline = time.monotonic() + _WAIT_S
        with self._assigned(place, first) as consumer:
            while after < each and time.monotonic() < deadline:
                message = self._polled(consumer)
                if message is None:
                    continue
                if message.error() is not None:
                    if message.error().code() == KafkaError._PARTITION_EOF:  # noqa: SLF001
                        return
                    continue
                offset = message.offset()
                if offset >= end:
                    return
                after += offset >= middle
                yield Neighbour(*place, offset, message.timestamp()[1], _text(message.value()))

    def _polled(self, consumer: Consumer) -> Any:
        try:
            return consumer.poll(0.2)
        except KafkaException as error:
            name = error.args[0].name()
        raise RunError(f"Kafka does not give the clean records ({name}): check the rights to read the clean topic.")

    @contextmanager
    def _assigned(self, place: tuple[str, int], offset: int) -> Iterator[Consumer]:
        own: dict[str, Any] = {
            "group.id": f"{self._settings.group_id}-neighbours",
            "enable.auto.commit": False,
            "enable.auto.offset.store": False,
            "isolation.level": "read_committed",
            "auto.offset.reset": "earliest",
            "enable.partition.eof": True,
            "log_level": 0,
        }
        consumer = Consumer({**admin_config(self._settings), **own})
        try:
            consumer.assign([TopicPartition(*place, offset)])
            yield consumer
        finally:
            consumer.close()


def _text(value: bytes | None) -> str | None:
    if value is None:
        return None
    text = value[: 4 * _SHOWN_CHARS].decode("utf-8", "replace")
    return text if len(text) <= _SHOWN_CHARS else text[:_SHOWN_CHARS] + "…"
