"""Reads the quarantine topic to its end or at one offset, as of now; it belongs to no group and commits nothing."""

import time
from collections.abc import Container, Iterator, Sequence
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Final, Self

from confluent_kafka import Consumer, KafkaError, KafkaException, Message, TopicPartition

from streams.errors import GuardError, RunError, UnreachableError
from streams.kafka.admin import Admin
from streams.kafka.config import admin_config
from streams.kafka.topics import TopicFacts, unseen_sentence
from streams.quarantine.envelope import Envelope, parse
from streams.settings import Settings

__all__ = ["QuarantineReader", "Stored"]

#: Without a record or an end for so long, Kafka is taken to be away; an outage of 2 s stopped clients for 40 s (seen).
_SILENCE_S: Final = 60.0
_POLL_S: Final = 1.0
_WAIT_MS: Final = 50
#: Retention may delete the beginning again and again while it is read.
_RESTARTS: Final = 5
#: Offsets that lie so near are read in one go: passing over a record costs 10 µs, a new position some milliseconds.
_GAP: Final = 500

_GONE: Final = frozenset((
    KafkaError._AUTO_OFFSET_RESET, KafkaError._LOG_TRUNCATION, KafkaError._NO_OFFSET,  # noqa: SLF001
    KafkaError.OFFSET_OUT_OF_RANGE,
))  # fmt: skip
_AWAY: Final = frozenset((KafkaError._ALL_BROKERS_DOWN, KafkaError._TRANSPORT, KafkaError._TIMED_OUT))  # noqa: SLF001


@dataclass(frozen=True, slots=True)
class Stored:
    """A record of the quarantine topic; what is no envelope is a few words why. `timestamp_ms` is the topic's."""

    topic: str
    partition: int
    offset: int
    timestamp_ms: int
    envelope: Envelope | str

    @property
    def place(self) -> str:
        """`partition:offset`, as `maskstream quarantine show` takes it."""
        return f"{self.partition}:{self.offset}"


class QuarantineReader:
    """A context manager over one consumer; not for threads. Raises UnreachableError, GuardError and RunError."""

    def __init__(self, settings: Settings) -> None:
        self._topic = settings.quarantine_topic
        self._admin = Admin(settings)
        own: dict[str, Any] = {
            # Never joined and never committed to; librdkafka wants a name.
            "group.id": f"{settings.group_id}-quarantine-reader",
            "enable.auto.commit": False,
            "enable.auto.offset.store": False,
            "isolation.level": "read_committed",
            # A lookup by offset must find that record or none: `earliest` would give another one (seen).
            "auto.offset.reset": "error",
            "enable.partition.eof": True,
            # A position that is left while the broker waits for records is answered only when it has waited.
            "fetch.wait.max.ms": _WAIT_MS,
            "log_level": 0,
        }
        self._consumer = Consumer({**admin_config(settings), **own})

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._consumer.close()

    def partitions(self) -> list[int]:
        """Numbers of the topic's partitions; GuardError where it cannot be seen."""
        facts = self._admin.describe([self._topic])[self._topic]
        if not isinstance(facts, TopicFacts):
            raise GuardError(unseen_sentence(facts, "quarantine"))
        return list(range(facts.partitions))

    def scan(self) -> Iterator[Stored]:
        """Every committed record there is now, partition by partition in offset order."""
        places = [(self._topic, number) for number in self.partitions()]
        ends = self._admin.offsets(places, "latest")
        for topic, number in places:
            yield from self._partition(number, ends[topic, number])

    def fetch(self, partition: int, offset: int) -> Stored | None:
        """The record at exactly this offset; None where there is none: expired, or never a committed record."""
        place = (self._topic, partition)
        if partition not in self.partitions():
            return None
        begin, end = self._admin.offsets([place], "earliest")[place], self._admin.offsets([place], "latest")[place]
        if not begin <= offset < end:
            return None
        found = next(self._read(partition, offset, offset + 1), None)
        return found if isinstance(found, Stored) else None

    def fetch_all(self, partition: int, offsets: Sequence[int]) -> Iterator[tuple[int, Stored | None]]:
        """Each of the offsets, ascending, with its record; None as in `fetch`. Memory is that of one record."""
        wanted = sorted(set(offsets))
        place = (self._topic, partition)
        if not wanted or partition not in self.partitions():
            yield from ((offset, None) for offset in wanted)
            return
        end = self._admin.offsets([place], "latest")[place]
        for run in _runs(wanted):
            yield from self._run(partition, run, end)

    def _run(self, partition: int, run: list[int], end: int) -> Iterator[tuple[int, Stored | None]]:
        place, at, restarts = (self._topic, partition), 0, 0
        while at < len(run) and restarts < _RESTARTS:
            begin = self._admin.offsets([place], "earliest")[place]
            left = [offset for offset in run[at:] if begin <= offset < end]
            for stored in self._read(partition, left[0], left[-1] + 1, frozenset(left)) if left else ():
                if stored is None:
                    break
                while run[at] < stored.offset:
                    yield run[at], None
                    at += 1
                yield stored.offset, stored
                at += 1
            else:
                break
            restarts += 1
        yield from ((offset, None) for offset in run[at:])

    def _partition(self, number: int, end: int) -> Iterator[Stored]:
        place, position = (self._topic, number), -1
        for _ in range(_RESTARTS):
            position = max(position, self._admin.offsets([place], "earliest")[place])
            for stored in self._read(number, position, end):
                if stored is None:
                    break
                position = stored.offset + 1
                yield stored
            else:
                return
        raise RunError("Retention deletes the quarantine topic faster than it can be read: lengthen its retention.")

    def _read(self, number: int, begin: int, end: int, wanted: Container[int] | None = None) -> Iterator[Stored | None]:
        """Records from `begin` up to `end`, then nothing; None where the position is no longer there."""
        if begin >= end:
            return
        self._consumer.assign([TopicPartition(self._topic, number, begin)])
        try:
            for message in self._messages(number):
                if message is None:
                    yield None
                    return
                offset = message.offset()
                # The last offsets may be markers of transactions: the end shows in what comes behind it, or in EOF.
                if message.error() is not None or offset is None or offset >= end:
                    return
                if wanted is None or offset in wanted:
                    yield self._stored(message, number, offset)
                if offset == end - 1:
                    return
        finally:
            self._consumer.unassign()

    def _messages(self, number: int) -> Iterator[Message | None]:
        """Records and ends of the partition; None where the position is gone."""
        heard = time.monotonic()
        while True:
            message = self._polled()
            error = message.error() if message is not None else None
            if error is not None and error.code() in _GONE:
                yield None
            elif message is not None and (error is None or error.code() == KafkaError._PARTITION_EOF):  # noqa: SLF001
                heard = time.monotonic()
                # Something of the partition before may still be on its way.
                if message.partition() == number:
                    yield message
            elif error is not None and error.code() not in _AWAY:
                raise RunError(f"Kafka does not give the records of {self._topic} ({error.name()}): check the rights.")
            if time.monotonic() - heard > _SILENCE_S:
                raise UnreachableError(f"Kafka gave nothing of {self._topic} for {_SILENCE_S:.0f} s: is it reachable?")

    def _polled(self) -> Message | None:
        try:
            return self._consumer.poll(_POLL_S)
        except KafkaException as error:
            name = error.args[0].name()
        raise RunError(f"Kafka does not give the records of {self._topic} ({name}): check the settings and rights.")

    def _stored(self, message: Message, number: int, offset: int) -> Stored:
        _, timestamp = message.timestamp()
        return Stored(self._topic, number, offset, timestamp, parse(message.value()))


def _runs(offsets: Sequence[int]) -> Iterator[list[int]]:
    """Stretches of ascending offsets without a large gap."""
    run: list[int] = []
    for offset in offsets:
        if run and offset - run[-1] > _GAP:
            yield run
            run = []
        run.append(offset)
    yield run
