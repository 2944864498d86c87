"""The loop that moves records: collect, mask, write and commit as one transaction, again; importable without Faust.

One thread runs it, and that thread owns consumer, producer and administration client; masking may happen anywhere, the
loop waits for it. While a batch is in hand the consumer is not polled, so no rebalance can come between (see
`streams.kafka.intake`), and a stop is obeyed between two batches.
"""

import time
from collections import Counter
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Final, Literal

from confluent_kafka import KafkaError

from streams.agents.journey import Journey, Onward
from streams.agents.loop import LAG_S, LOOK_S, Loop, Masking, Stop, Timer, Watch
from streams.agents.mask import mask_safely
from streams.agents.outputs import Outputs, write_batch
from streams.agents.share import QuarantineShare
from streams.errors import GuardError, RunError, UnreachableError
from streams.kafka.admin import Admin
from streams.kafka.batches import BatchLimits, RecordBatch
from streams.kafka.config import BATCH_SIZE_BYTES, consumer_config, producer_config
from streams.kafka.guard import retention_lost
from streams.kafka.intake import Intake
from streams.kafka.outbox import Outbox, TransactionAbortedError
from streams.kafka.targets import Target, target_of
from streams.masking.records import MaskedColumns, RecordColumns
from streams.settings import Settings
from streams.telemetry import log
from streams.telemetry.health import Health
from streams.telemetry.metrics import BatchNumbers, WorkerMetrics

if TYPE_CHECKING:
    from streams.kafka.topics import TopicState

__all__ = ["Masking", "Timer", "Watch", "Worker"]

#: A rest up to here is slept; during a longer one the group is attended to.
SLEPT_S: Final = 1.0

_events: Final = log.EventLog()


class Worker(Loop):
    """The slot of the role `mask`; `run` returns also when its journey ends."""

    def __init__(  # noqa: PLR0913 - all that a slot is made of
        self,
        settings: Settings,
        slot: int,
        masking: Masking,
        *,
        metrics: WorkerMetrics,
        health: Health,
        timer: Timer,
        stop: Stop,
        count_batch: Callable[[int], None] = lambda _records: None,
        journey: Journey | None = None,
    ) -> None:
        super().__init__(
            settings, slot, masking, metrics=metrics, health=health, timer=timer, stop=stop, count_batch=count_batch
        )
        self._journey = journey or Onward()
        self._share = QuarantineShare()
        self._share_high = False
        self._admin = Admin(settings)
        self._topics: Mapping[str, TopicState] = {}
        self._raw: tuple[str, ...] = ()
        self._targets: dict[str, Target] = {}
        self._most_records = settings.batch_records
        self._condemned: set[tuple[str, int, int]] = set()
        self._looked_s = self._lagged_s = 0.0
        self._holds: set[Literal["retention", "journey"]] = set()
        self._outbox = Outbox(self._producer_config, self)
        ends = self._journey.ends
        self._intake = Intake(
            # An end of the log is news only for a reader that has an end.
            consumer_config(settings, slot) | ({"enable.partition.eof": True} if ends else {}),
            self._journey.places(settings, self._admin.describe),
            self,
            health,
            metrics,
            ends=ends,
        )

    def _prepare(self) -> None:
        self._look_first()
        self._outbox.open()

    def _join(self) -> None:
        self._intake.subscribe(self._raw)

    def _leave(self) -> None:
        self._intake.close()
        self._outbox.close()

    def _step(self) -> None:
        self._heed_policy()
        step = self._journey.step()
        self._over = step.what == "end"
        self._hold("journey", step.what == "hold" or step.rest_s > SLEPT_S)
        if 0 < step.rest_s <= SLEPT_S:
            self._stop.wait(step.rest_s)
        if not self._over:
            self._take()
        now_s = time.monotonic()
        if now_s - self._looked_s >= LOOK_S:
            self._look()
        if now_s - self._lagged_s >= LAG_S:
            self._lagged_s = now_s
            self._intake.tell_lag()

    def _take(self) -> None:
        limits = BatchLimits(self._most_records, self._settings.batch_bytes, self._settings.batch_ms)
        batch = self._intake.collect(self._journey.limits(limits), self._stop.is_set)
        if batch.ends:
            self._move(batch)

    def _hold(self, why: Literal["retention", "journey"], wanted: bool) -> None:
        """Reads nothing as long as there is a reason not to."""
        held = bool(self._holds)
        self._holds = self._holds | {why} if wanted else self._holds - {why}
        if held != bool(self._holds):
            (self._intake.pause if self._holds else self._intake.resume)()

    def _move(self, batch: RecordBatch) -> None:
        begun_s = time.monotonic()
        with self._timer.stage("mask"):
            wanted = self._journey.select(batch)
            masked = self._mask(wanted)
        masked_s = time.monotonic()
        try:
            numbers = self._transact(batch, wanted, masked)
        except TransactionAbortedError as aborted:
            self._give_up(batch, aborted)
            return
        done_s = time.monotonic()
        numbers.collect_s, numbers.mask_s = batch.collect_s, masked_s - begun_s
        numbers.transaction_s, numbers.total_s = done_s - masked_s, done_s - begun_s + batch.collect_s
        self._moved(batch, numbers)

    def _mask(self, batch: RecordBatch) -> MaskedColumns:
        if not len(batch):
            return MaskedColumns([], [], [], {}, Counter())
        columns = RecordColumns(batch.keys, batch.values, batch.headers, batch.topics)
        return mask_safely(self._masking.mask, columns, self._timer.again)

    def _transact(self, batch: RecordBatch, wanted: RecordBatch, masked: MaskedColumns) -> BatchNumbers:
        outputs = Outputs(
            self._clean_target,
            self._target(self._settings.quarantine_topic),
            self._masking.seal,
            self._masking.stamp,
            self._outbox.client_bytes_max,
            self._condemned,
            self._refuses_time,
        )
        with self._timer.stage("produce"):
            self._outbox.begin()
            send = self._outbox.send if self._journey.writes else _written_nowhere
            numbers = write_batch(wanted, masked, outputs, time.time_ns() // 1_000_000, send)
            for topic, partition, key, value in self._journey.beside(batch, wanted, numbers):
                self._outbox.send(topic, [partition], [key], [value], [[]], [0])
        with self._timer.stage("commit"):
            self._outbox.commit(self._intake.offsets(batch), self._intake.group())
        return numbers

    def _moved(self, batch: RecordBatch, numbers: BatchNumbers) -> None:
        self._intake.committed(batch)
        self._metrics.batch_committed(numbers)
        self._journey.committed(batch, numbers)
        self._count_batch(len(batch))
        _events.debug("batch_committed", records=len(batch), seconds=round(numbers.total_s, 3))
        self._succeeded()
        self._condemned.clear()
        self._most_records = min(self._settings.batch_records, self._most_records * 2)
        for reason, count in numbers.reasons.items():
            _events.info("records_quarantined", reason=reason, records=count)
        self._heed_share(sum(numbers.reasons.values()), len(batch))

    def _heed_share(self, quarantined: int, records: int) -> None:
        """Says once that more is quarantined than the policy bears, and ends where it says stop: all is committed."""
        limits = self._masking.policy.quarantine
        high = self._share.add(records, quarantined, limits)
        if high and not self._share_high:
            _events.warning("quarantine_share_high", records=limits.records)
        self._share_high = high
        self._metrics.quarantine_share_high(high)
        if high and limits.action == "stop":
            raise GuardError(
                f"More than {limits.share:.1%} of the last {limits.records} records were quarantined, and the policy "
                "says stop: look at `maskstream quarantine list`, mend the policy or the producer, and start again."
            )

    def _refuses_time(self, topic: str) -> bool:
        return self._masking.policy.for_topic(topic).timestamps == "quarantine"

    def _give_up(self, batch: RecordBatch, aborted: TransactionAbortedError) -> None:
        """Nothing of the batch was written: rewind, and make sure that the same does not happen for ever."""
        _events.warning("batch_aborted", records=len(batch), code=KafkaError(aborted.code).name())
        self._metrics.aborted("shutdown" if self._stop.is_set() else "kafka")
        if aborted.code == KafkaError.MSG_SIZE_TOO_LARGE:
            self._suspect_size(batch)
        with self._timer.stage("commit"):
            self._intake.rewind(batch)
        self._back_off()

    def _suspect_size(self, batch: RecordBatch) -> None:
        """A limit shrank, or is counted otherwise than we do: halve, and condemn a record that fails alone."""
        self._look()
        self._most_records = max(1, len(batch) // 2)
        if len(batch) == 1:
            coordinates = (batch.topics[0], batch.partitions[0], batch.offsets[0])
            if coordinates in self._condemned:
                raise RunError(
                    "Not even a quarantine record without payload may be written: raise the quarantine topic's "
                    "max.message.bytes.",
                    topic=coordinates[0], partition=coordinates[1], offset=coordinates[2],
                )  # fmt: skip
            self._condemned.add(coordinates)

    def _clean_target(self, raw: str) -> Target:
        return self._target(self._settings.clean_topic_for(raw))

    def _target(self, topic: str) -> Target:
        target = self._targets.get(topic)
        if target is None:
            target = self._targets[topic] = target_of(topic, self._topics)
        return target

    def _producer_config(self) -> dict[str, object]:
        names = [*map(self._settings.clean_topic_for, self._raw), self._settings.quarantine_topic]
        sizes = [self._target(name).max_bytes for name in names]
        # The broker measures a batch: its header and the rest come on top of what librdkafka counts.
        smallest = max(1, min(min(sizes) - 1024, BATCH_SIZE_BYTES))
        return producer_config(self._settings, self._slot, message_bytes=max(sizes), batch_bytes=smallest)

    def _look_first(self) -> None:
        while not self._stop.is_set():
            self._look()
            if self._raw:
                return
            self._timer.again()
            self._stop.wait(1.0)

    def _look(self) -> None:
        """Looks at all topics concerned; keeps what was known when Kafka does not answer."""
        self._looked_s = time.monotonic()
        try:
            existing = self._admin.topic_names() if self._settings.raw_topics.startswith("^") else []
            raw = self._settings.resolve_raw_topics(existing)
            clean = [self._settings.clean_topic_for(name) for name in raw]
            self._topics = self._admin.describe([*raw, *clean, self._settings.quarantine_topic])
        except UnreachableError as error:
            _events.warning("kafka_unreachable", error=error)
            self._health.kafka_unreachable()
            return
        except RunError as error:
            _events.warning("kafka_error", error=error)
            return
        self.reachable()
        self._adopt(raw)
        self._heed_retention(raw)

    def _adopt(self, raw: tuple[str, ...]) -> None:
        before = {name: target.max_bytes for name, target in self._targets.items()}
        self._targets = {}
        joined, self._raw = self._raw, raw
        if joined and raw and set(raw) != set(joined):
            _events.info("topics_resolved", count=len(raw))
            self._intake.subscribe(raw)
        # The producer's own limits follow the topics'.
        if before and any(self._target(name).max_bytes != size for name, size in before.items()):
            self._outbox.open()

    def _heed_retention(self, raw: tuple[str, ...]) -> None:
        lost = retention_lost(self._settings, raw, self._topics)
        if lost and "retention" not in self._holds:
            self._health.set("retention_lost", lost[0])
            _events.error("retention_lost", sentence=lost[0])
        elif "retention" in self._holds and not lost:
            self._health.clear("retention_lost")
            _events.info("retention_restored")
        self._hold("retention", bool(lost))


def _written_nowhere(*_columns: object) -> None:
    """Where the records of a dry run go."""
