"""Writes the files of one partition to its target, exactly once: records and position are one transaction.

The transactional id is the partition's, so whoever begins with a partition ends whatever a predecessor left open,
wherever that ran. Whatever goes wrong with a transaction, the way on is the same: begin again as if newly started, and
ask the jobs topic how far the partition is.
"""

import time
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

from confluent_kafka import Consumer, KafkaException, Producer, TopicPartition

from streams.agents.mask import mask_safely
from streams.agents.outputs import Outputs, write_batch
from streams.agents.worker import Masking
from streams.errors import RunError, UnreachableError
from streams.kafka.admin import Admin
from streams.kafka.batches import Headers, RecordBatch, payload_bytes
from streams.kafka.config import admin_config, producer_config
from streams.kafka.scan import Scanner
from streams.kafka.targets import Target, target_of
from streams.masking.records import MaskedColumns, RecordColumns
from streams.replay.files.listing import Entry
from streams.replay.files.masking import failing
from streams.replay.files.options import BrokenError, FileTroubleError, ReadOptions
from streams.replay.files.reading import Records, portions_of
from streams.replay.files.records import StartPattern
from streams.replay.jobs import Job, Progress, encode, partition_of
from streams.replay.journal import JobReader
from streams.replay.selection import Selector
from streams.telemetry import log
from streams.telemetry.metrics import BatchNumbers

if TYPE_CHECKING:
    from streams.settings import Settings

__all__ = ["OFFSETS_OF_FILE", "Loader"]

#: Coordinates of a record: the file's number in its partition and the record's in its file, in one offset.
OFFSETS_OF_FILE: Final = 1 << 40
#: Limit of one call to Kafka.
_CALL_S: Final = 30.0
#: An open transaction of another partition of the job hides what was committed behind it until it ends: its timeout is
#: a minute, and the broker looks at such things every ten seconds.
_SEEN_S: Final = 150.0
#: Attempts without any progress, and the longest wait between two.
_TRIES: Final = 8
_BACKOFF_MAX_S: Final = 10.0
_TROUBLES_MAX: Final = 50

_events: Final = log.EventLog()


class _LostError(Exception):
    """A transaction failed: nobody knows how it ended."""


@dataclass(slots=True)
class Loader:
    """One partition of one job; of one thread. `told` is given records and bytes after each transaction, and raises to
    stop.
    """

    settings: "Settings"
    job: Job
    shard: int
    files: Sequence[Entry]
    masking: Masking
    read: ReadOptions
    starts: StartPattern | None
    told: Callable[[int, int], None]
    _word: Progress = field(init=False)
    _producer: Producer | None = field(default=None, init=False)
    _outputs: Outputs = field(init=False)

    def run(self) -> None:
        """Returns when all files of the partition are written. RunError where Kafka does not take them."""
        tries, before = 0, (-1, -1)
        while True:
            try:
                self._begin()
                self._load()
            except _LostError:
                now = (self._word.position, self._word.inside)
                tries, before = (tries + 1, before) if now == before else (1, now)
                if tries == _TRIES:
                    raise RunError(
                        f"Partition {self.shard} of the job {self.job.job} cannot be written: look at the broker, then "
                        "start the job again."
                    ) from None
                time.sleep(min(_BACKOFF_MAX_S, 0.1 * 2**tries))
            else:
                return

    def _begin(self) -> None:
        """Ends what was left open, then asks how far the partition is."""
        key = self.job.ranges[self.shard].key
        self._word = Progress(job=self.job.job, topic=key[0], partition=key[1], position=0, lost=0, bytes=0)
        source, quarantine = key[0], self.settings.quarantine_topic
        clean = self.settings.clean_topic_for(source)
        try:
            topics = Admin(self.settings).describe([clean, quarantine])
            targets = {name: target_of(name, topics) for name in (clean, quarantine)}
            self._producer = self._made(list(targets.values()))
            self._producer.init_transactions(_CALL_S)
            self._word = _word_of(self.settings, self.job, self._word)
        except (KafkaException, UnreachableError) as error:
            _events.warning("transaction_retried", code=_code(error), delay_s=0.0)
            raise _LostError from None
        self._outputs = Outputs(
            lambda _topic: targets[clean],
            targets[quarantine],
            self.masking.seal,
            self.masking.stamp,
            max(target.max_bytes for target in targets.values()),
        )

    def _made(self, targets: list[Target]) -> Producer:
        sizes = [target.max_bytes for target in targets]
        config = producer_config(self.settings, 0, message_bytes=max(sizes), batch_bytes=max(1, min(sizes) - 1024))
        config["transactional.id"] = f"{self.settings.group_id}-files-{self.shard}"
        return Producer(config, logger=log.librdkafka_logger())

    def _load(self) -> None:
        while self._word.position < len(self.files):
            self._file(self.files[self._word.position])

    def _file(self, entry: Entry) -> None:
        """The rest of one file; trouble with it is written down, and the next one follows."""
        seen, trouble = 0, None
        try:
            for records in portions_of(entry, self.read, self.starts):
                size = len(records.columns.values)
                # What was done in an earlier run is read once more and passed over.
                skipped = min(size, max(0, self._word.inside - seen))
                seen += size
                if skipped < size:
                    self._portion(_rest(records, skipped))
        except BrokenError as error:
            trouble = str(error)
        except FileTroubleError as error:
            trouble = str(error)
        self._next_file(entry, trouble)

    def _portion(self, records: Records) -> None:
        size = len(records.columns.values)
        batch = self._batch(records)
        wanted = Selector(self.job.order.select).select(batch)
        masked = self._masked(wanted, records, batch.offsets[0] if size else 0)
        counts = {"read": size, "bytes": batch.size_bytes, "filtered": size - len(wanted)}
        self._commit(wanted, masked, {"inside": self._word.inside + size}, counts)
        self.told(size, 0)

    def _next_file(self, entry: Entry, trouble: str | None) -> None:
        """Moves on to the next file, in a transaction of its own."""
        troubles = self._word.troubles
        if trouble is not None and len(troubles) < _TROUBLES_MAX:
            troubles = (*troubles, f"File {self._word.position * len(self.job.ranges) + self.shard}: {trouble}")
        update = {"inside": 0, "position": self._word.position + 1, "troubles": troubles}
        self._commit(RecordBatch(), MaskedColumns([], [], []), update, {})
        self.told(0, entry.size)

    def _batch(self, records: Records) -> RecordBatch:
        columns, topic = records.columns, self.job.ranges[self.shard].topic
        size = len(columns.values)
        first = self._word.position * OFFSETS_OF_FILE + self._word.inside
        empty: list[bytes | None] = [None] * size
        return RecordBatch(
            [topic] * size, [self.shard] * size, list(range(first, first + size)), [-1] * size, empty,
            columns.values, columns.headers, {}, payload_bytes(empty, columns.values, columns.headers),
        )  # fmt: skip

    def _masked(self, wanted: RecordBatch, records: Records, first: int) -> MaskedColumns:
        if not len(wanted):
            return MaskedColumns([], [], [])
        columns = RecordColumns(wanted.keys, wanted.values, wanted.headers, wanted.topics)
        masked = mask_safely(self.masking.mask, columns, lambda: None)
        too_large = {place for place, offset in enumerate(wanted.offsets) if offset - first in records.too_large}
        masked.failures |= failing(wanted.values, too_large)
        return masked

    def _commit(
        self, batch: RecordBatch, masked: MaskedColumns, update: dict[str, Any], counts: dict[str, int]
    ) -> None:
        """One transaction; afterwards the word is what it says."""
        producer, sends = self._producer, self.job.target is not None
        if producer is None:
            raise _LostError
        try:
            producer.begin_transaction()
            numbers = write_batch(batch, masked, self._outputs, _now_ms(), self._send if sends else _nowhere)
            failed = len(numbers.failed)
            counts |= {"quarantined": failed, "written": len(batch) - failed}
            further = self._further(update, counts, numbers)
            key, value = encode(further)
            producer.produce(self.settings.jobs_topic, value, key, partition_of(self.job.job))
            producer.commit_transaction(_CALL_S)
        except (KafkaException, BufferError, SystemError) as error:
            _events.warning("batch_aborted", records=len(batch), code=_code(error))
            self._drop()
            raise _LostError from None
        self._word = further

    def _further(self, update: dict[str, Any], counts: dict[str, int], numbers: BatchNumbers) -> Progress:
        now, word = datetime.now(UTC), self._word
        added = {name: getattr(word, name) + count for name, count in counts.items()}
        findings, reasons = Counter(word.findings), Counter(word.reasons)
        findings.update(numbers.findings)
        reasons.update(numbers.reasons)
        sums = {"findings": dict(findings), "reasons": dict(reasons)}
        return word.model_copy(update={**added, **sums, **update, "begun": word.begun or now, "time": now})

    def _send(
        self,
        topic: str,
        partitions: Sequence[int],
        keys: Sequence[bytes | None],
        values: Sequence[bytes | None],
        headers: Sequence[Headers],
        timestamps_ms: Sequence[int],
    ) -> None:
        rows = zip(partitions, keys, values, headers, timestamps_ms, strict=True)
        for partition, key, value, head, timestamp_ms in rows:
            self._produce((topic, value, key, partition, None, None, max(0, timestamp_ms), head))

    def _produce(self, record: tuple[Any, ...]) -> None:
        producer: Any = self._producer
        deadline_s = time.monotonic() + _CALL_S
        while True:
            try:
                producer.produce(*record)
            except BufferError:
                if time.monotonic() > deadline_s:
                    raise
                producer.poll(0.1)
            else:
                return

    def _drop(self) -> None:
        producer, self._producer = self._producer, None
        if producer is not None:
            with suppress(KafkaException):
                producer.purge()


def _rest(records: Records, skipped: int) -> Records:
    if not skipped:
        return records
    columns = records.columns
    values, headers = columns.values[skipped:], columns.headers[skipped:]
    too_large = {index - skipped: size for index, size in records.too_large.items() if index >= skipped}
    return Records(RecordColumns([], values, headers), too_large)


def _word_of(settings: "Settings", job: Job, first: Progress) -> Progress:
    """What was committed last of a partition. What other partitions of the job have open may hide it for a while, so it
    is read only when everything that was written before this moment can be seen.
    """
    key = (settings.jobs_topic, partition_of(job.job))
    written = _written_end(settings, key)
    deadline_s = time.monotonic() + _SEEN_S
    with Scanner(settings, "replay-jobs") as scanner:
        while scanner.end_of(key, _CALL_S) < written:
            if time.monotonic() > deadline_s:
                raise _LostError
            time.sleep(0.1)
    reader = JobReader(settings, job.job)
    try:
        return reader.catch_up().progress.get(first.key, first)
    finally:
        reader.close()


def _written_end(settings: "Settings", key: tuple[str, int]) -> int:
    """The end of a partition, what is in open transactions included."""
    own = {"group.id": f"{settings.group_id}-replay-jobs", "isolation.level": "read_uncommitted"}
    consumer = Consumer({**admin_config(settings), **own, "enable.auto.commit": False, "log_level": 0})
    try:
        return int(consumer.get_watermark_offsets(TopicPartition(*key), _CALL_S)[1])
    finally:
        consumer.close()


def _now_ms() -> int:
    return time.time_ns() // 1_000_000


def _code(error: BaseException) -> str:
    cause: Any = error.args[0] if isinstance(error, KafkaException) else None
    return str(cause.name()) if cause is not None else type(error).__name__.upper()


def _nowhere(*_columns: object) -> None:
    """Where the records of a dry run go."""
