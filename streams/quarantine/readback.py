"""What became of a decision that was just written: whom it changed, and who was first where it came too late."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import islice
from typing import Any, Final, Protocol

from confluent_kafka import Consumer, KafkaError, KafkaException, Message, TopicPartition

from streams.errors import RunError
from streams.kafka.config import admin_config
from streams.quarantine.decisions import Decision, Event, RecordId, parse_event
from streams.quarantine.fold import Applied, Fold, RecordState
from streams.quarantine.store.model import EVERYTHING
from streams.quarantine.store.store import ReviewStore
from streams.settings import Settings

__all__ = ["Effect", "ReadBack", "StoreReadBack", "TopicReadBack", "Winner"]

_POLL_S: Final = 0.5
#: Lost records whose winner is looked up; more names help nobody.
_WINNERS: Final = 20
#: Who is named where no person was first.
REDRIVE: Final = "the redrive"


@dataclass(frozen=True, slots=True)
class Winner:
    """Who decided last about a record that another decision was lost on, and when."""

    actor: str
    time: datetime


@dataclass(frozen=True, slots=True)
class Effect:
    """What one event did: records it changed, records that were in another state, and by whom those were put there."""

    changed: dict[RecordId, RecordState]
    lost: dict[RecordId, RecordState]
    winners: dict[RecordId, Winner]


class ReadBack(Protocol):
    """Knows what a decision did once it is folded in."""

    def effect(self, event: Decision, offset: int, timeout_s: float) -> Effect | None:
        """What the event at an offset of its partition did; None where it does not show in time: a transaction of the
        redrive that is still open hides what stands behind it.
        """


class StoreReadBack:
    """Asks the review store, which follows the topic anyway; any thread."""

    def __init__(self, store: ReviewStore) -> None:
        self._store = store

    def effect(self, event: Decision, offset: int, timeout_s: float) -> Effect | None:
        applied = self._store.wait_for(event.id, timeout_s)
        if applied is None:
            return None
        some = list(islice(applied.lost, _WINNERS))
        found = {record: self._winner(event.partition, record, offset) for record in some}
        return Effect(applied.changed, applied.lost, {record: one for record, one in found.items() if one})

    def _winner(self, partition: int, record: RecordId, before: int) -> Winner | None:
        view = self._store.record(partition, record.offset, EVERYTHING)
        changes = [item for item in view.history if item.effective and item.offset < before] if view else []
        if not changes:
            return None
        last = max(changes, key=lambda item: item.offset)
        return Winner(last.actor or REDRIVE, datetime.fromtimestamp(last.time_ms / 1000, UTC))


class TopicReadBack:
    """Folds the event's partition from its beginning: right, without a store, and seconds for a million decisions."""

    def __init__(self, settings: Settings) -> None:
        self._topic = settings.decisions_topic
        self._settings = settings

    def effect(self, event: Decision, offset: int, timeout_s: float) -> Effect | None:
        applied = Applied()
        followed = _Followed(frozenset(event.records))
        fold = Fold()
        for other in self._events(event.partition, offset, timeout_s):
            if other is None:
                return None
            done = fold.apply(other)
            followed.take(other, done)
            if other.id == event.id and (done.changed or done.lost):
                applied = done
        return Effect(applied.changed, applied.lost, followed.winners(applied))

    def states(self, partition: int, timeout_s: float) -> dict[RecordId, RecordState]:
        """The states of all records of a partition that events mention, as of now; RunError where it takes longer."""
        fold = Fold()
        for event in self._events(partition, None, timeout_s):
            if event is None:
                raise RunError("The decisions topic could not be read to its end in time: is Kafka reachable?")
            fold.apply(event)
        return fold.states

    def _events(self, partition: int, last: int | None, timeout_s: float) -> Iterator[Event | None]:
        """Events up to the offset `last`, or to the end; None where time ran out before."""
        deadline = time.monotonic() + timeout_s
        with self._assigned(partition) as consumer:
            while time.monotonic() < deadline:
                message = self._polled(consumer)
                if message is None:
                    continue
                error = message.error()
                if error is not None:
                    if error.code() == KafkaError._PARTITION_EOF and last is None:  # noqa: SLF001
                        return
                    continue
                offset = message.offset()
                if last is not None and offset is not None and offset > last:
                    return
                event = parse_event(message.value(), partition)
                if not isinstance(event, str):
                    yield event
                if last is not None and offset is not None and offset >= last:
                    return
        yield None

    def _polled(self, consumer: Consumer) -> Message | None:
        try:
            return consumer.poll(_POLL_S)
        except KafkaException as error:
            name = error.args[0].name()
        raise RunError(f"Kafka does not give the records of {self._topic} ({name}): check the settings and rights.")

    @contextmanager
    def _assigned(self, partition: int) -> Iterator[Consumer]:
        own: dict[str, Any] = {
            "group.id": f"{self._settings.group_id}-decisions-reader",
            "enable.auto.commit": False,
            "enable.auto.offset.store": False,
            "isolation.level": "read_committed",
            # Decisions whose records have long expired may go while they are read: the rest is what counts.
            "auto.offset.reset": "earliest",
            "enable.partition.eof": True,
            "log_level": 0,
        }
        consumer = Consumer({**admin_config(self._settings), **own})
        try:
            consumer.assign([TopicPartition(self._topic, partition, 0)])
            yield consumer
        finally:
            consumer.close()


class _Followed:
    """Who last changed each of some records."""

    def __init__(self, records: frozenset[RecordId]) -> None:
        self._records = records
        self._last: dict[RecordId, Winner] = {}

    def take(self, event: Event, done: Applied) -> None:
        for record in done.changed:
            if record in self._records:
                self._last[record] = Winner(event.actor if isinstance(event, Decision) else REDRIVE, event.time)

    def winners(self, applied: Applied) -> dict[RecordId, Winner]:
        return {record: self._last[record] for record in applied.lost if record in self._last}
