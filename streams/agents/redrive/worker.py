"""The loop of the redrive: decisions in; clean records, outcomes and offsets out, in one transaction.

One thread runs it and owns all clients. Each assigned partition has a book (`streams.agents.redrive.book`), made from
the log when the partition comes and dropped when it goes. A batch of decisions is folded whole before anything is done,
and so is what was in the log when the partition came, so that an undo in either counts; then what is wanted is carried
out in portions, one of them in memory at a time. A portion is a transaction that also commits an offset of its
partitions, the old one until the last portion: the group's generation in it is what keeps a worker that has lost a
partition from writing.
"""

import time
from bisect import bisect_left
from collections import Counter
from collections.abc import Callable, Collection, Generator, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from itertools import groupby
from typing import Final

from confluent_kafka import KafkaError
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from streams.agents.loop import LAG_S, LOOK_S, Loop, Masking, Stop, Timer
from streams.agents.mask import mask_safely
from streams.agents.redrive.book import Book, Wanted
from streams.agents.redrive.opening import Answer, Opened, Opener
from streams.agents.redrive.placing import DecisionsPlacing
from streams.agents.redrive.topics import Topics
from streams.agents.redrive.writing import Portion, columns_of, outcomes_of, send_outcomes, write_opened
from streams.agents.stamp import POLICY
from streams.errors import RunError, UnreachableError
from streams.kafka.admin import Admin
from streams.kafka.batches import BatchLimits, Key, RecordBatch
from streams.kafka.config import BATCH_SIZE_BYTES, consumer_config, producer_config, redrive_group
from streams.kafka.intake import Intake
from streams.kafka.outbox import Outbox, TransactionAbortedError
from streams.kafka.reading import PartitionReader, ReadingStoppedError
from streams.quarantine.decisions import Outcome, parse_event
from streams.quarantine.envelope import Envelope
from streams.quarantine.fetching import EnvelopeFetcher
from streams.settings import Settings
from streams.telemetry import log
from streams.telemetry.health import Health
from streams.telemetry.metrics import BatchNumbers
from streams.telemetry.redrive import RedriveMetrics

__all__ = ["RedriveWorker", "Redriving"]

#: A batch of decisions: so many bytes of events name some thousand records, which take seconds.
BATCH_EVENTS: Final = 500
BATCH_EVENT_BYTES: Final = 256 << 10
#: Records in one transaction; their originals are in memory at once, up to BATCH_BYTES.
PORTION_RECORDS: Final = 200
#: Records and seconds of one step: the group waits for it when partitions move, 300 s by default.
STEP_RECORDS: Final = 5_000
STEP_S: Final = 60.0
#: Between two looks for records that were decided on before they were there.
EARLY_S: Final = 2.0
#: Behind every offset.
_NEVER: Final = 1 << 63
#: Events of the log taken at once when a book is made.
SLICE_EVENTS: Final = 500

_events: Final = log.EventLog()


@dataclass(frozen=True, slots=True)
class Redriving:
    """How records are masked, and the key that opens them; the seal of the former is not used."""

    masking: Masking
    private_key: X25519PrivateKey = field(repr=False)


class RedriveWorker(Loop):
    """The slot of the role `redrive`."""

    def __init__(
        self,
        settings: Settings,
        slot: int,
        redriving: Redriving,
        *,
        metrics: RedriveMetrics,
        health: Health,
        timer: Timer,
        stop: Stop,
        count_batch: Callable[[int], None] = lambda _records: None,
    ) -> None:
        super().__init__(
            settings,
            slot,
            redriving.masking,
            metrics=metrics,
            health=health,
            timer=timer,
            stop=stop,
            count_batch=count_batch,
        )
        self._group = redrive_group(settings)
        self._redrive_metrics = metrics
        self._admin = Admin(settings)
        self._topics = Topics(settings, self._admin)
        self._opener = Opener(redriving.private_key, self._topics.target, self._timer.again)
        self._books: dict[Key, Book] = {}
        self._portion_records = PORTION_RECORDS
        self._condemned: set[tuple[str, int, int]] = set()
        self._sizes: list[int] = []
        self._looked_s = self._lagged_s = self._early_s = 0.0
        self._paused = False
        self._bounds: dict[int, tuple[int, int]] = {}
        self._fetcher = EnvelopeFetcher(settings, self)
        self._log = PartitionReader(settings, f"{self._group}-log-reader", self, slice_records=SLICE_EVENTS)
        self._outbox = Outbox(self._producer_config, self)
        config = consumer_config(settings, slot, self._group)
        self._intake = Intake(config, DecisionsPlacing(self._admin.describe, self._drop), self, health, metrics)

    def _prepare(self) -> None:
        while not self._stop.is_set():
            self._look()
            if self._sizes:
                break
            self._timer.again()
            self._stop.wait(1.0)
        self._outbox.open()

    def _join(self) -> None:
        self._intake.subscribe([self._settings.decisions_topic])

    def _leave(self) -> None:
        self._intake.close()
        self._fetcher.close()
        self._log.close()
        self._outbox.close()

    def _step(self) -> None:
        self._heed_policy()
        limits = BatchLimits(BATCH_EVENTS, BATCH_EVENT_BYTES, self._settings.batch_ms)
        batch = self._intake.collect(limits, self._stop.is_set)
        self._carry_out(batch)
        now_s = time.monotonic()
        if now_s - self._looked_s >= LOOK_S:
            self._look()
        if now_s - self._lagged_s >= LAG_S:
            self._lagged_s = now_s
            self._intake.tell_lag()

    def _carry_out(self, batch: RecordBatch) -> None:
        """A batch, or without one what was wanted before and can be done by now; nothing of it, when that fails."""
        reading = self._intake.reading()
        if len(batch):
            # A partition that stopped while the batch was collected is read again when it goes on.
            batch = batch.without(batch.ends.keys() - reading.keys())
        elif self._paused:
            return
        try:
            with self._reading():
                self._keep_books(reading)
                self._fold(batch)
                wanted = self._wanted(batch, reading)
            self._answer(wanted, batch, reading)
        except ReadingStoppedError:
            return
        except (_UnreadError, TransactionAbortedError) as error:
            self._give_up(batch, reading, error)

    @contextmanager
    def _reading(self) -> Iterator[None]:
        """What is read besides the group's own topic; that it cannot be read now is no reason to end the process."""
        with self._timer.stage("poll"):
            try:
                yield
            except ReadingStoppedError:
                raise
            except RunError as error:
                raise _UnreadError(str(error)) from None

    # Books.

    def _drop(self, keys: Collection[Key]) -> None:
        for key in keys:
            self._books.pop(key, None)

    def _keep_books(self, reading: dict[Key, int]) -> None:
        """Exactly one book for each partition that is read, up to the position of the group."""
        self._drop(self._books.keys() - reading.keys())
        for key, position in reading.items():
            if key not in self._books:
                self._books[key] = self._opened_book(key, position)
                self._early_s = 0.0

    def _opened_book(self, key: Key, position: int) -> Book:
        """Read from the log as far as it goes; answers that stand behind the position are only noted.

        It ends at the end of all data, not of the committed: what a former owner has written in its last transaction
        may be on its way to be committed, and is waited for.
        """
        topic, partition = key
        book, events = Book(partition), 0
        begin = self._admin.offsets([key], "earliest")[key]
        end = self._admin.offsets([key], "latest", committed=False)[key]
        for message in self._log.read(topic, partition, begin, end):
            event = parse_event(message.value(), partition)
            if isinstance(event, str):
                continue
            events += 1
            book.known = (message.offset() or 0) + 1
            if (message.offset() or 0) < position:
                book.take(event)
            elif isinstance(event, Outcome):
                book.foresee(event)
        _events.info("decisions_folded", partition=partition, offset=position, count=events)
        return book

    def _fold(self, batch: RecordBatch) -> None:
        """Takes the events of a batch into the books; what is none is skipped and counted."""
        skipped = 0
        for topic, partition, value in zip(batch.topics, batch.partitions, batch.values, strict=True):
            event = parse_event(value, partition)
            if isinstance(event, str):
                skipped += 1
            else:
                self._books[topic, partition].take(event)
        if skipped:
            _events.warning("decisions_skipped", count=skipped)
            self._redrive_metrics.skipped(skipped)

    def _wanted(self, batch: RecordBatch, reading: dict[Key, int]) -> list[Wanted]:
        """What can be done now: in the partitions of the batch, or now and then in all of them. While a partition lags
        behind what its log held when it was taken over, nothing is: an undo may be among what comes.
        """
        positions = batch.ends if len(batch) else reading if self._early_due() else {}
        keys = [key for key, position in positions.items() if position >= self._books[key].known]
        asked = {partition: found for topic, partition in keys if (found := self._books[topic, partition].wanted())}
        self._bounds = self._quarantine_bounds(asked)
        there = [
            wanted
            for partition, found in asked.items()
            for wanted in found
            if wanted.record.offset < self._bounds[partition][1]
        ]
        if keys:
            self._redrive_metrics.waiting(sum(map(len, asked.values())) - len(there))
        return there

    def _early_due(self) -> bool:
        """A decision may stand in its topic before its record does in quarantine: it is looked for now and then."""
        now_s = time.monotonic()
        if now_s - self._early_s < EARLY_S:
            return False
        self._early_s = now_s
        return True

    def _quarantine_bounds(self, partitions: Collection[int]) -> dict[int, tuple[int, int]]:
        """Where committed records begin and end; in a partition that does not exist everything has expired."""
        topic = self._settings.quarantine_topic
        count = self._topics.quarantine_partitions(max(partitions)) if partitions else 0
        existing = [(topic, partition) for partition in partitions if partition < count]
        begins, ends = self._admin.offsets(existing, "earliest"), self._admin.offsets(existing, "latest")
        found = {key[1]: (begins[key], ends[key]) for key in existing}
        return {partition: found.get(partition, (_NEVER, _NEVER)) for partition in partitions}

    # Transactions.

    def _answer(self, wanted: list[Wanted], batch: RecordBatch, reading: dict[Key, int]) -> None:
        """Carries out what is wanted, portion by portion; what takes too long is left for the next step, for which
        the books remember it, as they do after a restart.
        """
        deadline_s = time.monotonic() + STEP_S
        # Closed here and not some time later: it ends what its consumer reads.
        with closing(self._opened(wanted[:STEP_RECORDS])) as source:
            portion = self._collected(source)
            while self._full(portion) and time.monotonic() < deadline_s:
                self._transact(portion, _standing(portion, batch, reading))
                portion = self._collected(source)
        if self._full(portion) or len(wanted) > STEP_RECORDS:
            self._early_s = 0.0
        if len(portion) or len(batch):
            self._transact(portion, batch if len(batch) else _standing(portion, batch, reading))
        if len(batch):
            self._intake.committed(batch)
            self._count_batch(len(batch))
            _events.debug("batch_committed", records=len(batch))

    def _collected(self, source: Iterator[Opened | Answer]) -> Portion:
        """As much of what is wanted as one transaction takes."""
        portion = Portion()
        with self._reading():
            while not self._full(portion) and (one := next(source, None)) is not None:
                portion.add(one)
                self._timer.again()
        return portion

    def _full(self, portion: Portion) -> bool:
        return len(portion) >= self._portion_records or portion.size_bytes >= self._settings.batch_bytes

    def _opened(self, wanted: list[Wanted]) -> Generator[Opened | Answer]:
        """Everything that is wanted, opened as it comes from quarantine."""
        for partition, group in groupby(wanted, lambda one: one.partition):
            by_offset: dict[int, list[Wanted]] = {}
            for one in group:
                by_offset.setdefault(one.record.offset, []).append(one)
            for offset, found in self._fetched(partition, sorted(by_offset)):
                yield from (self._opener.open(one, found) for one in by_offset[offset])

    def _fetched(self, partition: int, offsets: list[int]) -> Iterator[tuple[int, Envelope | str | None]]:
        at = bisect_left(offsets, self._bounds[partition][0])
        yield from ((offset, None) for offset in offsets[:at])
        yield from self._fetcher.fetch(partition, offsets[at:])

    def _transact(self, portion: Portion, batch: RecordBatch) -> None:
        begun_s = time.monotonic()
        with self._timer.stage("mask"):
            masked = mask_safely(self._masking.mask, columns_of(portion.opened), self._timer.again)
        masked_s = time.monotonic()
        try:
            with self._timer.stage("produce"):
                self._outbox.begin()
                written = write_opened(
                    portion.opened,
                    masked,
                    self._masking.stamp,
                    self._outbox.client_bytes_max,
                    self._condemned,
                    self._settings.quarantine_topic,
                    self._outbox.send,
                )
                answers = [*portion.answers, *written.answers]
                outcomes = outcomes_of(answers, dict(self._masking.stamp)[POLICY].decode())
                send_outcomes(outcomes, self._settings.decisions_topic, self._outbox.send)
            with self._timer.stage("commit"):
                self._outbox.commit(self._intake.offsets(batch), self._intake.group())
        except TransactionAbortedError as aborted:
            if aborted.code == KafkaError.MSG_SIZE_TOO_LARGE:
                self._suspect_size(portion)
            raise
        for outcome in outcomes:
            self._books[self._settings.decisions_topic, outcome.partition].foresee(outcome)
        numbers = BatchNumbers(written.topics, masked.findings, mask_s=masked_s - begun_s)
        numbers.transaction_s, numbers.total_s = time.monotonic() - masked_s, time.monotonic() - begun_s
        self._done(outcomes, numbers)

    def _done(self, outcomes: list[Outcome], numbers: BatchNumbers) -> None:
        self._succeeded()
        self._health.clear("decisions_unread")
        self._portion_records = min(PORTION_RECORDS, self._portion_records * 2)
        results, failures = Counter[str](), Counter[str]()
        for outcome in outcomes:
            results[outcome.result] += len(outcome.records)
            if outcome.failure is not None:
                failures[outcome.failure] += len(outcome.records)
        self._redrive_metrics.committed(numbers, results, failures)
        for outcome in outcomes:
            _events.info(
                "records_redriven", action=outcome.result, reason=outcome.failure or "none",
                records=len(outcome.records),
            )  # fmt: skip

    def _suspect_size(self, portion: Portion) -> None:
        """A limit shrank, or is counted otherwise than we do: halve, and condemn a record that fails alone."""
        self._look()
        self._portion_records = max(1, len(portion) // 2)
        if len(portion) == 1 and portion.opened:
            origin = portion.opened[0].origin
            self._condemned.add((origin.topic, origin.partition, origin.offset))

    def _give_up(self, batch: RecordBatch, reading: dict[Key, int], error: RunError) -> None:
        """Nothing of the portion was written: read again what was decided, and what was answered meanwhile."""
        if isinstance(error, TransactionAbortedError):
            _events.warning("batch_aborted", records=len(batch), code=KafkaError(error.code).name())
            self._metrics.aborted("shutdown" if self._stop.is_set() else "kafka")
        else:
            _events.warning("decisions_unread", error=error)
            self._health.set("decisions_unread", str(error))
        self._drop(list(batch.ends) if len(batch) else list(reading))
        with self._timer.stage("commit"):
            self._intake.rewind(batch)
        self._back_off()

    def _producer_config(self) -> dict[str, object]:
        # The broker measures a batch: its header and the rest come on top of what librdkafka counts.
        smallest = max(1, min(min(self._sizes) - 1024, BATCH_SIZE_BYTES))
        return producer_config(self._settings, self._slot, message_bytes=max(self._sizes), batch_bytes=smallest)

    def _look(self) -> None:
        """Looks at all topics concerned; keeps what was known when Kafka does not answer."""
        self._looked_s = time.monotonic()
        try:
            self._topics.look()
        except UnreachableError as error:
            _events.warning("kafka_unreachable", error=error)
            self._health.kafka_unreachable()
            return
        except RunError as error:
            _events.warning("kafka_error", error=error)
            return
        self.reachable()
        before, self._sizes = self._sizes, self._topics.sizes()
        if before and before != self._sizes:
            # The producer's own limits follow the topics'.
            self._outbox.open()
        self._heed_troubles(self._topics.troubles())

    def _heed_troubles(self, troubles: list[str]) -> None:
        if troubles and not self._paused:
            self._health.set("retention_lost", troubles[0])
            _events.error("retention_lost", sentence=troubles[0])
            self._intake.pause()
        elif self._paused and not troubles:
            self._health.clear("retention_lost")
            _events.info("retention_restored")
            self._intake.resume()
        self._paused = bool(troubles)


class _UnreadError(RunError):
    """Decisions or quarantine cannot be read now; what was in hand is read again later."""


def _standing(portion: Portion, batch: RecordBatch, reading: dict[Key, int]) -> RecordBatch:
    """The offsets that the group has, of the partitions that a portion is of: committed again with it."""
    partitions = {one.wanted.partition for one in portion.opened} | {one.wanted.partition for one in portion.answers}
    keys = batch.ends if len(batch) else [key for key in reading if key[1] in partitions]
    return RecordBatch(ends={key: reading[key] for key in keys})
