"""A worker on real Kafka with a small masker of the tests' own, and readers of what it wrote."""

import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from confluent_kafka import Consumer, Message, Producer, TopicPartition

from streams.agents.heartbeat import Heartbeat, StageTimer
from streams.agents.journey import Journey
from streams.agents.worker import Masking, Worker
from streams.masking.records import Failure, Headers, MaskedColumns, RecordColumns
from streams.settings import Settings
from streams.telemetry.health import Health
from streams.telemetry.metrics import WorkerMetrics
from tests.support.kafka import create_topic, unique

__all__ = ["Pipeline", "QuietTimer", "Running", "Sealed", "committed_of", "mask", "masking", "read_topic", "wait_for"]

#: Raising, failing and masking by what stands in the value.
RAISES, FAILS, SECRET, MASKED = b"RAISE", b"UNMASKABLE", b"secret", b"******"
STAMP = (("maskstream.policy", b"p1"), ("maskstream.key", b"k1"), ("maskstream.version", b"0"))
DEADLINE_S = 90.0


@dataclass(frozen=True, slots=True)
class Sealed:
    """A quarantine record of the tests: nothing is sealed, sizes are kept."""

    key: bytes
    value: bytes
    headers: list[tuple[str, bytes]]


def mask(columns: RecordColumns) -> MaskedColumns:
    """Replaces `secret`, raises with the record in its text, or fails."""
    values: list[bytes | None] = []
    failures: dict[int, Failure] = {}
    findings: Counter[str] = Counter()
    for index, value in enumerate(columns.values):
        if value is not None and RAISES in value:
            raise ValueError(value)
        if value is not None and FAILS in value:
            failures[index] = Failure("invalid_encoding", "decode")
        if value is not None and SECRET in value:
            findings["secret"] += 1
        values.append(value.replace(SECRET, MASKED) if value is not None else None)
    return MaskedColumns(list(columns.keys), values, list(columns.headers), failures, findings)


def seal(
    coordinates: tuple[str, int, int, int],
    failure: Failure,
    key: bytes | None,
    headers: Headers | None,
    value: bytes | None,
    max_bytes: int,
) -> Sealed:
    """Coordinates as key, the value as it is, or none where it would not fit."""
    del key, headers
    kept = value if value is not None and len(value) + 1000 <= max_bytes else b""
    return Sealed(":".join(map(str, coordinates)).encode(), kept, [("maskstream.reason", failure.reason.encode())])


def masking(masker: Callable[[RecordColumns], MaskedColumns] = mask) -> Masking:
    return Masking(masker, seal, STAMP)


@dataclass
class Running:
    """A worker in a thread; `error` is what its run raised."""

    worker: Worker
    health: Health
    metrics: WorkerMetrics
    stop: threading.Event
    thread: threading.Thread
    error: list[BaseException] = field(default_factory=list)

    def finish(self) -> None:
        self.stop.set()
        self.thread.join(DEADLINE_S)
        assert not self.thread.is_alive()


@dataclass
class Pipeline:
    """Topics of one test."""

    bootstrap: str
    raw: str
    clean: str
    quarantine: str
    state_dir: Path
    options: dict[str, Any]

    @classmethod
    def create(
        cls,
        bootstrap: str,
        state_dir: Path,
        *,
        partitions: int = 4,
        raw_config: dict[str, str] | None = None,
        clean_config: dict[str, str] | None = None,
        quarantine_config: dict[str, str] | None = None,
        **options: Any,
    ) -> "Pipeline":
        raw = create_topic(bootstrap, partitions=partitions, config=raw_config)
        clean = create_topic(bootstrap, f"{raw}.clean", partitions=partitions, config=clean_config)
        quarantine = create_topic(bootstrap, partitions=partitions, config=quarantine_config, prefix="quarantine")
        return cls(bootstrap, raw, clean, quarantine, state_dir, {"group_id": unique("group"), **options})

    def settings(self, **options: Any) -> Settings:
        values: dict[str, Any] = {
            "bootstrap_servers": self.bootstrap,
            "raw_topics": self.raw,
            "quarantine_topic": self.quarantine,
            "instance": "test",
            "state_dir": self.state_dir,
            "batch_ms": 50,
            **self.options,
            **options,
        }
        return Settings(**values)

    @contextmanager
    def running(
        self,
        slot: int = 0,
        *,
        using: Masking | None = None,
        journey: Callable[[WorkerMetrics], Journey] | None = None,
        settings: Settings | None = None,
        **options: Any,
    ) -> Iterator[Running]:
        """A worker in a thread, stopped at the end; its error is raised here unless the test took it."""
        heartbeat, stop = Heartbeat(), threading.Event()
        health = Health(heartbeat)
        metrics = WorkerMetrics(health)
        worker = Worker(
            settings or self.settings(**options),
            slot,
            using or masking(),
            metrics=metrics,
            health=health,
            timer=QuietTimer(heartbeat),
            stop=stop,
            count_batch=heartbeat.count_batch,
            journey=journey(metrics) if journey else None,
        )
        errors: list[BaseException] = []

        def run() -> None:
            try:
                worker.run()
            except BaseException as error:  # noqa: BLE001
                errors.append(error)

        thread = threading.Thread(target=run, name=f"worker-{slot}", daemon=True)
        running = Running(worker, health, metrics, stop, thread, errors)
        thread.start()
        try:
            yield running
        finally:
            running.finish()
        if running.error:
            raise running.error[0]

    def produce(self, records: list[dict[str, Any]], *, topic: str | None = None) -> None:
        producer = Producer({"bootstrap.servers": self.bootstrap, "message.max.bytes": 20_000_000})
        for record in records:
            while True:
                try:
                    producer.produce(topic or self.raw, **record)
                except BufferError:
                    producer.poll(0.1)
                else:
                    break
        assert producer.flush(60) == 0

    def numbered(self, count: int, *, partitions: int = 4, first: int = 0) -> None:
        """Records `n secret` with n counting up, spread over the partitions in turn."""
        self.produce(
            [
                {"value": b"%d secret" % n, "partition": n % partitions, "key": b"k%d" % n}
                for n in range(first, first + count)
            ]
        )

    def read(self, topic: str | None = None, *, count: int | None = None) -> list[Message]:
        return read_topic(self.bootstrap, topic or self.clean, count=count)


class QuietTimer(StageTimer):
    """Several workers share a test's process, and its timer belongs to nobody."""

    def _arm(self, stage: Any) -> None:
        self.heartbeat.beat(stage, 60.0)


def read_topic(
    bootstrap: str, topic: str, *, count: int | None = None, deadline_s: float = DEADLINE_S
) -> list[Message]:
    """All committed records of a topic, in order per partition; with `count` waits until so many are there."""
    consumer = Consumer(
        {
            "bootstrap.servers": bootstrap,
            "group.id": "reader",
            "isolation.level": "read_committed",
            "auto.offset.reset": "earliest",
            "enable.auto.commit": False,
        }
    )
    try:
        partitions = consumer.list_topics(topic, timeout=10).topics[topic].partitions
        consumer.assign([TopicPartition(topic, number, 0) for number in partitions])
        ends = {n: consumer.get_watermark_offsets(TopicPartition(topic, n), 10)[1] for n in partitions}
        found: list[Message] = []
        deadline = time.monotonic() + deadline_s
        while time.monotonic() < deadline:
            messages = consumer.consume(1000, 0.2)
            assert all(message.error() is None for message in messages), [m.error() for m in messages]
            found += messages
            if count is not None and len(found) >= count:
                return found
            if count is None and not messages and _at(consumer, topic, ends):
                return found
        raise AssertionError(f"{len(found)} of {count} records came in time")
    finally:
        consumer.close()


def _at(consumer: Consumer, topic: str, ends: dict[int, int]) -> bool:
    positions = consumer.position([TopicPartition(topic, number) for number in ends])
    return all(ends[each.partition] == 0 or each.offset >= ends[each.partition] for each in positions)


def committed_of(line: Pipeline) -> list[TopicPartition]:
    """Committed offsets of the pipeline's group on its raw topic."""
    consumer = Consumer({"bootstrap.servers": line.bootstrap, "group.id": line.options["group_id"]})
    try:
        partitions = consumer.list_topics(line.raw, timeout=10).topics[line.raw].partitions
        return consumer.committed([TopicPartition(line.raw, number) for number in partitions], 30)
    finally:
        consumer.close()


def wait_for(condition: Callable[[], Any], what: str, deadline_s: float = DEADLINE_S) -> Any:
    """The condition's first true value."""
    deadline = time.monotonic() + deadline_s
    while time.monotonic() < deadline:
        value = condition()
        if value:
            return value
        time.sleep(0.02)
    raise AssertionError(f"not in time: {what}")
