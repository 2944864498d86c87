"""Quarantine, decisions and a redrive on real Kafka, for tests of what becomes of decisions."""

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from confluent_kafka import Consumer, Message, Producer, TopicPartition
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from streams.agents.heartbeat import Heartbeat
from streams.agents.redrive.worker import RedriveWorker, Redriving
from streams.masking.records import Failure, MaskedColumns, RecordColumns
from streams.quarantine.decisions import Decision, Event, Outcome, RecordId, encode_event, parse_event, record_id
from streams.quarantine.envelope import EnvelopeWriter, Origin, QuarantineRecord
from streams.settings import Settings
from streams.telemetry.health import Health
from streams.telemetry.redrive import RedriveMetrics
from tests.support.decisions import decision
from tests.support.kafka import create_topic, unique
from tests.support.pipeline import DEADLINE_S, QuietTimer, mask, masking, read_topic

__all__ = ["KEY", "Redrive", "RunningRedrive"]

KEY = X25519PrivateKey.generate()
FAILURE = Failure("residue", "verify", ("email",))
#: A week, a fortnight and four of them: what `topics apply` gives.
DAYS = {"clean": 7, "quarantine": 14, "decisions": 28}


@dataclass
class RunningRedrive:
    """A redrive in a thread; `error` is what its run raised."""

    worker: RedriveWorker
    health: Health
    metrics: RedriveMetrics
    stop: threading.Event
    thread: threading.Thread
    error: list[BaseException] = field(default_factory=list)

    def finish(self) -> None:
        self.stop.set()
        self.thread.join(DEADLINE_S)
        assert not self.thread.is_alive()


class Redrive:
    """Topics of one test, and a worker's place taken by a transactional producer."""

    def __init__(self, bootstrap: str, folder: Path, *, partitions: int = 4, **options: Any) -> None:
        def topic(name: str, kind: str, number: int) -> str:
            return create_topic(
                bootstrap, name, partitions=number, config={"retention.ms": str(DAYS[kind] * 86_400_000)}
            )

        self.bootstrap, self.folder, self.options = bootstrap, folder, options
        self.raw, self.partitions = unique("raw"), partitions
        self.clean = topic(f"{self.raw}.clean", "clean", partitions)
        self.quarantine = topic(f"{self.raw}.quarantine", "quarantine", partitions)
        self.decisions = topic(f"{self.raw}.decisions", "decisions", partitions)
        self.group = unique("group")
        pem = KEY.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        (folder / "private.pem").touch(0o600)
        (folder / "private.pem").write_bytes(pem)
        self.writer = EnvelopeWriter(KEY.public_key(), "p0", 1 << 20)
        self.producer = Producer({
            "bootstrap.servers": bootstrap, "transactional.id": unique("writer"), "message.max.bytes": 20_000_000,
            "log_level": 0,
        })  # fmt: skip
        self.producer.init_transactions(30)
        self.decider = Producer({"bootstrap.servers": bootstrap, "enable.idempotence": True, "log_level": 0})

    def settings(self, **options: Any) -> Settings:
        values: dict[str, Any] = {
            "bootstrap_servers": self.bootstrap,
            "raw_topics": self.raw,
            "quarantine_topic": self.quarantine,
            "decisions_topic": self.decisions,
            "group_id": self.group,
            "role": "redrive",
            "instance": "test",
            "state_dir": self.folder,
            "review_private_key": self.folder / "private.pem",
            "batch_ms": 50,
            **self.options,
            **options,
        }
        return Settings(**values)

    # What stands in the topics.

    def sealed(
        self,
        number: int,
        *,
        partition: int = 0,
        value: bytes | None = None,
        time_ms: int | None = None,
        job: str | None = None,
        **record: Any,
    ) -> QuarantineRecord:
        """The envelope of record `number` of a raw partition: `<number> secret` unless a value is given."""
        now_ms = int(time.time() * 1000) if time_ms is None else time_ms
        origin = Origin(record.get("topic", self.raw), partition, number, now_ms, job)
        key, headers = record.get("key", b"k%d" % number), record.get("headers", [("h", b"v")])
        text = b"%d secret" % number if value is None else value
        return self.writer.write(origin, record.get("failure", FAILURE), key, headers, text)

    def put(
        self, records: Sequence[QuarantineRecord | bytes | None], *, partition: int = 0, abort: bool = False
    ) -> int:
        """Writes to one partition of quarantine in one transaction, and gives the offset of the first."""
        offsets: list[int] = []

        def delivered(error: object, message: Message) -> None:
            assert error is None
            offsets.append(message.offset() or 0)

        self.producer.begin_transaction()
        for record in records:
            key, value, headers = _parts(record)
            self.producer.produce(
                self.quarantine, value, key, partition=partition, headers=headers, on_delivery=delivered
            )
        self.producer.flush(60)
        (self.producer.abort_transaction if abort else self.producer.commit_transaction)(60)
        return min(offsets)

    def fill(self, count: int, *, partition: int = 0, first: int = 0) -> list[RecordId]:
        """Puts so many numbered records into a partition and gives their ids."""
        offset = self.put(
            [self.sealed(n, partition=partition) for n in range(first, first + count)], partition=partition
        )
        return [self.id(offset + n, first + n, partition) for n in range(count)]

    def id(self, offset: int, number: int, partition: int = 0, job: str | None = None) -> RecordId:
        return record_id(offset, Origin(self.raw, partition, number, -1, job))

    def write(self, *events: Event | bytes) -> None:
        """Writes events to their partitions, as an API would: acknowledged, in order; bytes go to partition 0."""
        for event in events:
            value = event if isinstance(event, bytes) else encode_event(event)
            self.decider.produce(self.decisions, value, partition=0 if isinstance(event, bytes) else event.partition)
        assert self.decider.flush(60) == 0

    def release(self, records: Sequence[RecordId], *, partition: int = 0, **options: Any) -> Decision:
        event = decision("release", options.pop("expected", "open"), *records, partition=partition, **options)
        self.write(event)
        return event

    # What comes of it.

    @contextmanager
    def running(
        self,
        slot: int = 0,
        *,
        masker: Callable[[RecordColumns], MaskedColumns] = mask,
        key: X25519PrivateKey = KEY,
        using: Redriving | None = None,
        **options: Any,
    ) -> Iterator[RunningRedrive]:
        """A redrive in a thread, stopped at the end; its error is raised here unless the test took it."""
        heartbeat, stop = Heartbeat(), threading.Event()
        health = Health(heartbeat)
        metrics = RedriveMetrics(health)
        worker = RedriveWorker(
            self.settings(**options),
            slot,
            using or Redriving(masking(masker), key),
            metrics=metrics,
            health=health,
            timer=QuietTimer(heartbeat),
            stop=stop,
            count_batch=heartbeat.count_batch,
        )
        errors: list[BaseException] = []

        def run() -> None:
            try:
                worker.run()
            except BaseException as error:  # noqa: BLE001
                errors.append(error)

        thread = threading.Thread(target=run, name=f"redrive-{slot}", daemon=True)
        running = RunningRedrive(worker, health, metrics, stop, thread, errors)
        thread.start()
        try:
            yield running
        finally:
            running.finish()
        if running.error:
            raise running.error[0]

    def outcomes(self, records: int) -> list[Outcome]:
        """The outcomes, once they name so many records."""
        found: list[Outcome] = []
        with self._reader() as reader:
            deadline = time.monotonic() + DEADLINE_S
            while sum(len(event.records) for event in found) < records:
                assert time.monotonic() < deadline, f"not {records} records were answered in time: {found}"
                parsed = [_parsed(each) for each in reader.consume(1000, 0.1)]
                found += [event for event in parsed if isinstance(event, Outcome)]
        return found

    @contextmanager
    def _reader(self) -> Iterator[Consumer]:
        """A consumer of what is committed in the decisions topic, from its beginning."""
        consumer = Consumer({
            "bootstrap.servers": self.bootstrap, "group.id": "reader", "isolation.level": "read_committed",
            "enable.auto.commit": False, "log_level": 0,
        })  # fmt: skip
        consumer.assign([TopicPartition(self.decisions, number, 0) for number in range(self.partitions)])
        try:
            yield consumer
        finally:
            consumer.close()

    def events(self) -> list[Event]:
        parsed = [_parsed(each) for each in read_topic(self.bootstrap, self.decisions)]
        return [event for event in parsed if not isinstance(event, str)]

    def written(self, topic: str | None = None) -> list[Message]:
        """What stands on the clean topic now."""
        return read_topic(self.bootstrap, topic or self.clean)


def _parts(record: QuarantineRecord | bytes | None) -> tuple[bytes | None, bytes | None, Any]:
    """Key, value and headers of what is written: an envelope, or anything at all."""
    if isinstance(record, QuarantineRecord):
        return record.key, record.value, [*record.headers]
    return None, record, None


def _parsed(message: Message) -> Event | str:
    assert message.error() is None
    return parse_event(message.value(), message.partition() or 0)
