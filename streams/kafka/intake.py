"""The consumer of a slot: batches in, positions and offsets to commit out; everything here belongs to one thread.

The rule that keeps records from being doubled: rebalance callbacks run only inside `collect`, and a batch that
`collect` has returned is committed or given up before `collect` is called again. So no finished batch ever sees a
rebalance, and from an unfinished one the records of partitions that leave are dropped in the callback.
"""

import time
from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Final, Literal, Protocol

from confluent_kafka import Consumer, KafkaError, KafkaException, Message, TopicPartition

from streams.errors import RunError
from streams.kafka.batches import BatchLimits, Key, RecordBatch
from streams.kafka.notes import OffsetNote
from streams.kafka.outbox import Surroundings
from streams.kafka.placing import ASK_S, Place, Places
from streams.kafka.positions import Begin, Hold, Skip
from streams.kafka.slices import append_run, runs_of
from streams.telemetry import log
from streams.telemetry.health import Health
from streams.telemetry.metrics import WorkerMetrics

__all__ = ["Intake", "Stages"]

#: Most records of one slice: small enough that a slice of large records stays near the batch's limit of bytes.
SLICE_RECORDS: Final = 1000
#: What a record is thought to have before any was read: the most that Kafka takes by default, so that the first slice
#: is no hundred times its limit.
FIRST_RECORD_BYTES: Final = 1_000_000.0
#: Longest wait for the first record of a batch; how soon a stop is seen.
IDLE_S: Final = 0.1
#: Between two looks at partitions that wait, and between two tries to rewind.
RETRY_S: Final = 1.0
#: Between two looks at partitions that wait for somebody to grow a topic.
WAITING_S: Final = 10.0

#: Kafka says that a position is not there: passed by retention, or beyond a truncated end.
INVALID_POSITION: Final = frozenset({
    KafkaError._AUTO_OFFSET_RESET, KafkaError._LOG_TRUNCATION, KafkaError._NO_OFFSET,  # noqa: SLF001
    KafkaError.OFFSET_OUT_OF_RANGE,
})  # fmt: skip
#: No message's fault, and nothing to tell.
HARMLESS: Final = frozenset({KafkaError._PARTITION_EOF})  # noqa: SLF001

_events: Final = log.EventLog()


class Stages(Surroundings, Protocol):
    """The stage timer, seen from here."""

    def stage(self, stage: Literal["poll", "offsets", "commit", "rebalance"], /) -> AbstractContextManager[None]: ...


_NO_NOTE: Final = OffsetNote()
#: The live way has no end.
_ENDLESS: Final[Mapping[Key, int]] = MappingProxyType({})


@dataclass(slots=True)
class _Owned:
    """A partition of the assignment; `position` is what is committed, `following` what comes after the batch."""

    topic: str
    position: int = -1
    following: int = -1
    note: OffsetNote = _NO_NOTE
    state: Literal["reading", "waiting", "stopped", "finished"] = "waiting"
    look_again_s: float = 0.0
    #: Whether the client's own position is of what was read since the last assignment or seek.
    certain: bool = False


class Intake:
    """One member of the group.

    With `ends` it reads each of those partitions up to, but without, that offset: then the end is committed, whatever
    stands before it (markers of transactions have offsets too), and the partition is read no further. What retention
    deleted of such a partition is left to `placing`, where a partition without an end stops.
    """

    def __init__(
        self,
        config: dict[str, Any],
        placing: Places,
        stages: Stages,
        health: Health,
        metrics: WorkerMetrics,
        *,
        ends: Mapping[Key, int] = _ENDLESS,
    ) -> None:
        self._ends = ends
        self._placing = placing
        self._stages = stages
        self._health = health
        self._metrics = metrics
        self._owned: dict[Key, _Owned] = {}
        self._batch = RecordBatch()
        self._touched: set[Key] = set()
        self._record_bytes = FIRST_RECORD_BYTES
        self._paused = False
        self._broken: Exception | None = None
        self._consumer = Consumer({**config, "error_cb": self._on_error}, logger=log.librdkafka_logger())

    def subscribe(self, topics: Sequence[str]) -> None:
        """Joins the group for these topics, or changes what it reads."""
        self._consumer.subscribe(
            list(topics), on_assign=self._on_assign, on_revoke=self._on_revoke, on_lost=self._on_lost
        )

    def collect(self, limits: BatchLimits, stopping: Callable[[], bool]) -> RecordBatch:
        """The next batch, possibly without records (nothing came, told to stop, or a partition ended without another);
        raises RunError when reading cannot go on.
        """
        self._look_at_held()
        self._batch = RecordBatch()
        begun_s = deadline_s = 0.0
        while not stopping():
            full = len(self._batch) >= limits.records or self._batch.size_bytes >= limits.size_bytes
            left_s = deadline_s - time.monotonic() if len(self._batch) else IDLE_S
            if full or left_s <= 0:
                break
            self._take_slice(limits, min(left_s, IDLE_S))
            if not len(self._batch):
                break
            if not begun_s:
                begun_s = time.monotonic()
                deadline_s = begun_s + limits.age_ms / 1000
        self._finish_read()
        batch, self._batch = self._batch, RecordBatch()
        batch.collect_s = time.monotonic() - begun_s if begun_s else 0.0
        return batch

    def offsets(self, batch: RecordBatch) -> list[TopicPartition]:
        """What to commit with a batch. A commit clears the count of tries."""
        return [
            TopicPartition(*key, end, OffsetNote(self._owned[key].note.topic_id, 0, self._owned[key].note.other).text())
            for key, end in batch.ends.items()
        ]

    def reading(self) -> dict[Key, int]:
        """The partitions that are read now, and what is committed of each; those that wait or stopped are not there."""
        return {key: one.position for key, one in self._owned.items() if one.state == "reading"}

    def group(self) -> object:
        """Fresh for each transaction: the broker fences by the generation in it."""
        return self._consumer.consumer_group_metadata()

    def committed(self, batch: RecordBatch) -> None:
        """The batch is durable: its ends are the positions now."""
        for key, end in batch.ends.items():
            self._owned[key].position = end

    def rewind(self, batch: RecordBatch) -> None:
        """Goes back to what Kafka says is committed, for the partitions of a batch that was given up.

        Kafka's word and not ours: an error at commit leaves open which side of it we are on. Waits while Kafka is away.
        """
        keys = [key for key in batch.ends if key in self._owned]
        committed = self._committed(keys)
        if not committed:
            return
        for key in keys:
            offset = committed.get(key, -1)
            if offset < 0:
                self._stop(key, f"Partition {key[1]} of {key[0]} is stopped because its committed offset is gone: "
                                "say where to go on with `maskstream offsets set`.")  # fmt: skip
            else:
                self._owned[key].position = offset
                self._reopen(key, offset)
                self._seek(key)
        self._metrics.rewound(len(keys))
        _events.info("rewound", partitions=len(keys))

    def pause(self) -> None:
        """Reads nothing until `resume`, but stays in the group."""
        self._paused = True
        self._consumer.pause([TopicPartition(*key) for key in self._owned])

    def resume(self) -> None:
        self._paused = False
        self._consumer.resume([TopicPartition(*key) for key, one in self._owned.items() if one.state == "reading"])

    def tell_lag(self) -> None:
        """Sets the lag of each partition from what the client knows anyway; asks Kafka nothing."""
        for key, one in self._owned.items():
            _low, high = self._consumer.get_watermark_offsets(TopicPartition(*key), cached=True)
            if one.state == "finished":
                self._metrics.lag(*key, 0)
            elif one.state == "reading" and high >= 0:
                high = min(high, self._ends.get(key, high))
                # The client's position moves over control records, ours does not.
                (seen,) = self._consumer.position([TopicPartition(*key)])
                self._metrics.lag(*key, max(0, high - max(one.position, seen.offset)))

    def close(self) -> None:
        """Leaves the group, so that others take over at once."""
        with self._stages.stage("rebalance"):
            self._consumer.close()
        self._owned.clear()

    def _take_slice(self, limits: BatchLimits, timeout_s: float) -> None:
        room = min(
            limits.records - len(self._batch),
            int((limits.size_bytes - self._batch.size_bytes) / self._record_bytes) + 1,
        )
        self._touched.clear()
        with self._stages.stage("poll"):
            messages: list[Any] = self._consumer.consume(max(1, min(SLICE_RECORDS, room)), timeout_s)
        if self._broken is not None:
            raise self._broken
        if not messages:
            return
        # A callback inside consume may have replaced the batch, so it is not looked at before here.
        count, size = len(self._batch), self._batch.size_bytes
        stale = {key for run in runs_of(messages) if (key := self._take_run(run)) is not None}
        if len(self._batch) > count:
            # Records that were dropped tell nothing.
            self._record_bytes = max(100.0, (self._batch.size_bytes - size) / (len(self._batch) - count))
        for key in stale & self._owned.keys():
            if self._owned[key].state == "reading":
                self._seek(key)

    def _take_run(self, run: list[Any]) -> Key | None:
        """Adds what one partition gave to the batch; gives the partition when that came too early or too late."""
        key = run[0].topic(), run[0].partition()
        if run[0].error() is not None:
            return self._on_message_error(key, run[0])
        one = self._owned.get(key)
        if one is None or one.state != "reading" or key in self._touched:
            return key
        following = one.following
        one.certain = True
        if min(message.offset() for message in run) < following:
            run = [message for message in run if message.offset() >= following]
        end = self._ends.get(key)
        if end is not None and run and run[-1].offset() >= end:
            run = [message for message in run if message.offset() < end]
            self._finish(key, end)
        if run:
            append_run(self._batch, one.topic, key[1], run)
            self._batch.ends[key] = one.following = max(self._batch.ends[key], one.following)
        return None

    def _finish(self, key: Key, end: int) -> None:
        """A partition was read up to its end, which is committed with the batch under way."""
        one = self._owned[key]
        one.state, one.following = "finished", end
        self._batch.ends[key] = end
        self._consumer.pause([TopicPartition(*key)])
        _events.info("range_finished", topic=key[0], partition=key[1], offset=end)

    def _finish_read(self) -> None:
        """Finishes what the client has read to its end although no record says so: what is left there are markers."""
        open_ends = [key for key in self._ends if key in self._owned and self._owned[key].state == "reading"]
        for key in open_ends:
            one, end = self._owned[key], self._ends[key]
            if one.following < end and one.certain and key not in self._touched:
                (seen,) = self._consumer.position([TopicPartition(*key)])
                if seen.offset >= end:
                    self._finish(key, end)
            elif one.following >= end:
                self._finish(key, end)

    def _reopen(self, key: Key, offset: int) -> None:
        """What was finished in a batch that was given up is read again from there."""
        one = self._owned[key]
        if one.state == "finished" and offset < self._ends[key]:
            one.state = "reading"
            if not self._paused:
                self._consumer.resume([TopicPartition(*key)])

    def _on_end_of_log(self, key: Key, offset: int) -> Key | None:
        """Nothing stands before `offset` that was not read, unless that was said too early."""
        one, end = self._owned.get(key), self._ends.get(key)
        if one is None or end is None or one.state != "reading" or offset < end:
            return None
        if key in self._touched:
            return key
        self._finish(key, end)
        return None

    def _on_message_error(self, key: Key, message: Message) -> Key | None:
        error = message.error()
        if error is not None and error.code() == KafkaError._PARTITION_EOF:  # noqa: SLF001
            return self._on_end_of_log(key, message.offset() or 0)
        if error is not None and error.code() not in HARMLESS:
            self._on_failed(message, error)
        return None

    def _on_failed(self, message: Message, error: KafkaError) -> None:
        topic, partition = message.topic(), message.partition()
        _events.warning("kafka_error", code=error.name(), fatal=error.fatal())
        if error.fatal():
            raise RunError(f"The consumer failed ({error.name()}); the slot starts again.")
        if error.code() == KafkaError.GROUP_AUTHORIZATION_FAILED:
            raise RunError("The consumer group may not be used: allow READ on the group that GROUP_ID names.")
        if error.code() in INVALID_POSITION and topic is not None and partition is not None:
            self._on_invalid((topic, partition))

    def _on_invalid(self, key: Key) -> None:
        one = self._owned.get(key)
        if one is not None and one.state == "finished":
            return
        if key in self._ends:
            self._look_anew(key)
        else:
            topic, partition = key
            self._stop(
                key,
                f"Partition {partition} of {topic} is stopped because its next offset is not there any more "
                "(retention has passed it, or the topic lost records): say where to go on with "
                "`maskstream offsets set`.",
            )

    def _look_anew(self, key: Key) -> None:
        """Has the position of a partition decided again, once the batch under way is done."""
        one = self._owned.get(key)
        if one is not None and one.state == "reading":
            one.state, one.look_again_s = "waiting", 0.0
            self._consumer.pause([TopicPartition(*key)])

    def _stop(self, key: Key, sentence: str) -> None:
        one = self._owned.get(key)
        if one is None:
            return
        one.state, one.look_again_s = "stopped", 0.0
        self._consumer.pause([TopicPartition(*key)])
        self._health.partition_stopped(*key, sentence)
        _events.error("partition_stopped", topic=key[0], partition=key[1], sentence=sentence)

    def _seek(self, key: Key) -> None:
        one = self._owned[key]
        one.following, one.certain = one.position, False
        try:
            self._consumer.seek(TopicPartition(*key, one.position))
        except KafkaException as error:
            if key in self._ends and error.args[0].code() == KafkaError._STATE:  # noqa: SLF001
                self._assign_anew(key, one.position)
                return
            # Not fetching yet, or not now. Until a seek succeeds, what comes of it is dropped.
            one.state, one.look_again_s = "waiting", time.monotonic() + RETRY_S
            _events.info("partitions_waiting", topic=key[0], partition=key[1], code=error.args[0].name())

    def _assign_anew(self, key: Key, offset: int) -> None:
        """After a position that was not there the client reads the partition no more, and refuses to seek in it."""
        self._consumer.incremental_unassign([TopicPartition(*key)])
        self._consumer.incremental_assign([TopicPartition(*key, offset)])
        if self._paused:
            self._consumer.pause([TopicPartition(*key)])

    def _committed(self, keys: Sequence[Key]) -> dict[Key, int]:
        while keys:
            try:
                found = self._consumer.committed([TopicPartition(*key) for key in keys], ASK_S)
            except KafkaException as error:
                _events.warning("kafka_unreachable", code=error.args[0].name())
                self._stages.unreachable()
                self._stages.again()
                if self._stages.stopping():
                    break
                time.sleep(RETRY_S / 5)
            else:
                self._stages.reachable()
                return {(each.topic, each.partition): each.offset for each in found}
        return {}

    # Rebalancing: callbacks, which run inside consume() and close(). What they raise would come out of consume() in
    # the middle of a batch, so it is kept.

    def _on_assign(self, _consumer: Consumer, partitions: list[TopicPartition]) -> None:
        with self._stages.stage("rebalance"):
            try:
                keys = [(each.topic, each.partition) for each in partitions]
                self._assign(keys)
            except Exception as error:  # noqa: BLE001
                self._broken = error
            self._metrics.rebalanced()
            self._health.assigned(len(self._owned))
            _events.info("partitions_assigned", count=len(partitions), partitions=len(self._owned))

    def _assign(self, keys: list[Key]) -> None:
        self._owned |= {key: _Owned(topic=key[0]) for key in keys}
        self._touched |= set(keys)
        places = self._places(keys)
        begins = {key: place for key, place in places.items() if isinstance(place.decision, Begin)}
        # What waits is assigned too, since the group has given it to us, but paused at once; whatever might come of
        # it before the pause takes effect is dropped as stale.
        offsets = {key: place.decision.offset for key, place in begins.items() if isinstance(place.decision, Begin)}
        self._consumer.incremental_assign([TopicPartition(*key, offsets.get(key, 0)) for key in keys])
        self._consumer.pause([TopicPartition(*key) for key in keys if self._paused or key not in begins])
        for key in keys:
            self._settle(key, places.get(key))

    def _places(self, keys: Collection[Key]) -> dict[Key, Place]:
        if not keys:
            return {}
        try:
            return self._placing.find(self._consumer, keys)
        except (KafkaException, RunError) as error:
            # Also: a dead worker's transaction holds the offsets back until Kafka has ended it.
            _events.info("partitions_waiting", count=len(keys), error=error)
            return {}

    def _settle(self, key: Key, place: Place | None) -> None:
        one = self._owned[key]
        if place is None:
            one.look_again_s = time.monotonic() + RETRY_S
        elif isinstance(place.decision, Hold):
            self._hold(key, place.decision)
        elif isinstance(place.decision, Skip):
            one.state = "finished"
        else:
            one.position = one.following = place.decision.offset
            one.note, one.state = place.note, "reading"
            _events.info("position_set", topic=key[0], partition=key[1], offset=one.position)

    def _hold(self, key: Key, hold: Hold) -> None:
        if not hold.waiting:
            self._stop(key, hold.sentence)
            return
        self._owned[key].look_again_s = time.monotonic() + WAITING_S
        self._health.set("partitions_waiting", hold.sentence)
        _events.warning("partitions_waiting", topic=key[0], partition=key[1], sentence=hold.sentence)

    def _look_at_held(self) -> None:
        waiting = [key for key, one in self._owned.items() if one.state == "waiting"]
        now = time.monotonic()
        due = [key for key in waiting if now >= self._owned[key].look_again_s]
        if not due:
            return
        with self._stages.stage("rebalance"):
            places = self._places(due)
        for key in due:
            self._settle(key, places.get(key))
            if self._owned[key].state == "reading":
                _events.info("partition_resumed", topic=key[0], partition=key[1])
                self._seek(key)
                if not self._paused:
                    self._consumer.resume([TopicPartition(*key)])
        if not any(one.state == "waiting" for one in self._owned.values()):
            self._health.clear("partitions_waiting")

    def _on_revoke(self, _consumer: Consumer, partitions: list[TopicPartition]) -> None:
        with self._stages.stage("rebalance"):
            self._forget(partitions)
            self._unassign(partitions)
            _events.info("partitions_revoked", count=len(partitions), partitions=len(self._owned))

    def _on_lost(self, _consumer: Consumer, partitions: list[TopicPartition]) -> None:
        with self._stages.stage("rebalance"):
            self._forget(partitions)
            self._unassign(partitions)
            _events.warning("partitions_lost", count=len(partitions), partitions=len(self._owned))

    def _forget(self, partitions: list[TopicPartition]) -> None:
        gone = {(each.topic, each.partition) for each in partitions}
        self._touched |= gone
        for key in gone:
            self._owned.pop(key, None)
        if gone & self._batch.ends.keys():
            before = len(self._batch)
            self._batch = self._batch.without(gone)
            _events.info("batch_dropped", records=before - len(self._batch))
        self._metrics.rebalanced()
        self._metrics.partitions_gone(gone)
        self._health.partitions_gone(gone)

    def _unassign(self, partitions: list[TopicPartition]) -> None:
        try:
            self._consumer.incremental_unassign(partitions)
        except KafkaException as error:
            # After max.poll.interval.ms both callbacks are called, and the second finds nothing to give up.
            _events.info("kafka_error", code=error.args[0].name())

    def _on_error(self, error: KafkaError) -> None:
        _events.warning("kafka_error", code=error.name(), fatal=error.fatal())
        if error.code() == KafkaError._ALL_BROKERS_DOWN:  # noqa: SLF001
            self._stages.unreachable()
