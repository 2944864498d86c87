"""The loop that moves records: collect, mask, write and commit as one transaction, again; importable without Faust.

One thread runs it, and that thread owns consumer, producer and administration client; masking may happen anywhere, the
loop waits for it. While a batch is in hand the consumer is not polled, so no rebalance can come between (see
`streams.kafka.intake`), and a stop is obeyed between two batches.
"""

import time
from collections import Counter
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final, Literal, Protocol

from confluent_kafka import KafkaError

from streams.agents.journey import Journey, Onward
from streams.agents.mask import MaskBatch, mask_safely
from streams.agents.outputs import Outputs, QuarantineWriter, Stamp, write_batch
from streams.agents.share import QuarantineShare
from streams.agents.stamp import KEY, POLICY
from streams.errors import GuardError, MaskstreamError, RunError, UnreachableError
from streams.kafka.admin import Admin
from streams.kafka.batches import BatchLimits, RecordBatch
from streams.kafka.config import BATCH_SIZE_BYTES, consumer_config, producer_config
from streams.kafka.guard import retention_lost
from streams.kafka.intake import Intake
from streams.kafka.outbox import Outbox, TransactionAbortedError
from streams.kafka.targets import Target, target_of
from streams.masking.policy import Policy
from streams.masking.records import MaskedColumns, RecordColumns
from streams.settings import Settings
from streams.telemetry import log, trouble
from streams.telemetry.health import Health
from streams.telemetry.metrics import BatchNumbers, WorkerMetrics

if TYPE_CHECKING:
    from streams.kafka.topics import TopicState

__all__ = ["Masking", "Timer", "Worker"]

#: Between two looks at topics: their limits, their retention, and what a pattern matches.
LOOK_S: Final = 30.0
#: Between two updates of the lag.
LAG_S: Final = 1.0
#: A rest up to here is slept; during a longer one the group is attended to.
SLEPT_S: Final = 1.0
#: After an aborted transaction; doubles while they follow each other.
ABORT_BACKOFF_FIRST_S: Final = 0.05
ABORT_BACKOFF_MAX_S: Final = 5.0

_events: Final = log.EventLog()

WorkerStage = Literal["startup", "idle", "poll", "mask", "produce", "offsets", "commit", "rebalance", "shutdown"]


class Timer(Protocol):
    """The stage timer (`streams.agents.heartbeat.StageTimer`) as the loop uses it."""

    def stage(self, stage: WorkerStage, /) -> AbstractContextManager[None]: ...
    def again(self) -> None: ...


class Stop(Protocol):
    """A `threading.Event`."""

    def is_set(self) -> bool: ...
    def wait(self, timeout: float | None = None, /) -> bool: ...


class Watch(Protocol):
    """Whoever sees that a policy changed (`streams.agents.reload.PolicyWatch`)."""

    @property
    def rejected(self) -> bool:
        """Whether the policy as it is now was refused."""

    def poll(self) -> "Masking | None": ...


@dataclass(frozen=True, slots=True)
class Masking:
    """What is done to records: the masking core, the quarantine's seal, the headers of a clean record, and the policy
    that says so; with a `watch`, what masks by its next version.
    """

    mask: MaskBatch
    seal: QuarantineWriter
    stamp: Stamp
    policy: Policy = field(default_factory=Policy)
    watch: Watch | None = None


class Worker:
    """One slot. `run` returns when told to stop and raises only errors of our own."""

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
        self._journey = journey or Onward()
        self._share = QuarantineShare()
        self._share_high = False
        self._settings = settings
        self._slot = slot
        self._masking = masking
        self._metrics = metrics
        self._health = health
        self._timer = timer
        self._stop = stop
        self._count_batch = count_batch
        self._admin = Admin(settings)
        self._topics: Mapping[str, TopicState] = {}
        self._raw: tuple[str, ...] = ()
        self._targets: dict[str, Target] = {}
        self._most_records = settings.batch_records
        self._condemned: set[tuple[str, int, int]] = set()
        self._abort_delay_s = ABORT_BACKOFF_FIRST_S
        self._looked_s = self._lagged_s = 0.0
        self._holds: set[Literal["retention", "journey"]] = set()
        self._over = False
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

    def run(self) -> None:
        """Moves batches until the stop event is set or the journey ends, then commits what is in hand and leaves the
        group.

        Raises only errors of our own: the text of a foreign one may hold a record.
        """
        failure: MaskstreamError | None = None
        try:
            self._run()
        except MaskstreamError as error:
            failure = error
        except Exception as error:  # noqa: BLE001 - see above
            _events.error("worker_failed", slot=self._slot, error=error)
            failure = RunError(f"The worker stopped because of an unexpected {trouble.type_name(type(error))}.")
        if failure is not None:
            failure.__cause__ = failure.__context__ = None
            raise failure

    def _run(self) -> None:
        _events.info("worker_started", slot=self._slot, group=self._settings.group_id)
        try:
            with self._timer.stage("startup"):
                self._look_first()
                self._outbox.open()
            self._intake.subscribe(self._raw)
            while not self._stop.is_set() and not self._over:
                self._step()
        finally:
            self._health.set("stopping", "The worker is stopping.")
            with self._timer.stage("shutdown"):
                self._intake.close()
                self._outbox.close()
            _events.info("worker_stopped", slot=self._slot)

    # What the clients ask and tell while they wait (`streams.kafka.outbox.Surroundings`).

    def stage(self, stage: WorkerStage, /) -> AbstractContextManager[None]:
        return self._timer.stage(stage)

    def again(self) -> None:
        self._timer.again()

    def stopping(self) -> bool:
        return self._stop.is_set()

    def unreachable(self) -> None:
        self._health.kafka_unreachable()

    def reachable(self) -> None:
        away_s = self._health.unreachable_s()
        if away_s:
            _events.info("kafka_reachable", seconds=round(away_s, 1))
        self._health.kafka_reachable()

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

    def _heed_policy(self) -> None:
        """Takes a new policy between two batches, so that each is masked, sealed and stamped by one."""
        watch = self._masking.watch
        if watch is None:
            return
        fresh = watch.poll()
        self._metrics.policy_rejected(watch.rejected)
        if fresh is not None:
            self._masking = replace(fresh, watch=watch)
            words = dict(fresh.stamp)
            self._metrics.versions(words[POLICY].decode(), words[KEY].decode())

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
        self._abort_delay_s = ABORT_BACKOFF_FIRST_S
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
        self._stop.wait(self._abort_delay_s)
        self._abort_delay_s = min(ABORT_BACKOFF_MAX_S, self._abort_delay_s * 2)

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
