"""The worker on real Kafka when things go wrong: rebalances, retention, new partitions, fencing, lost retention."""

import threading
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest
from confluent_kafka import Consumer, Message, Producer, TopicPartition

from streams.errors import FencedError
from streams.kafka.config import transactional_id
from streams.masking.records import MaskedColumns, RecordColumns
from tests.support.kafka import KafkaBroker, alter_topic, create_topic, delete_records, grow_topic
from tests.support.pipeline import Pipeline, committed_of, mask, masking, wait_for


def test_members_that_come_and_go_in_the_middle_of_batches_double_nothing(kafka: KafkaBroker, tmp_path: Path) -> None:
    """A second and a third worker join and leave while records flow: each record once, in order."""
    line = Pipeline.create(kafka.bootstrap, tmp_path, batch_records=100)
    line.numbered(12_000)
    all_worked = threading.Event()
    slow = masking(slowly(0.003, all_worked))
    with line.running(0, using=slow):
        line.read(count=500)
        with line.running(1, using=slow) as second:
            wait_for(lambda: b"maskstream_records_in_total{" in second.metrics.render(), "work of the second")
            with line.running(2, using=slow) as third:
                wait_for(lambda: b"maskstream_records_in_total{" in third.metrics.render(), "work of the third")
                all_worked.set()
        clean = line.read(count=12_000)
    assert_in_order(clean, 12_000)
    assert len(line.read()) == 12_000


def test_an_offset_passed_by_retention_stops_its_partition_only(kafka: KafkaBroker, tmp_path: Path) -> None:
    """Between two runs retention deletes what was not read yet in one partition: it stops with a sentence."""
    line = Pipeline.create(kafka.bootstrap, tmp_path, partitions=2)
    line.numbered(100, partitions=2)
    with line.running():
        line.read(count=100)
    line.numbered(100, partitions=2, first=100)
    delete_records(kafka.bootstrap, line.raw, 0, 80)
    with line.running() as running:
        clean = line.read(count=150)
        stopped = wait_for(running.health.stopped, "the stopped partition")
        reasons = running.health.reasons()
    assert stopped == [(line.raw, 0)]
    assert any("maskstream offsets set" in sentence and line.raw in sentence for sentence in reasons)
    assert Counter(message.partition() for message in clean) == {0: 50, 1: 100}
    assert committed_of(line)[0].offset < 80


def test_a_partition_whose_records_vanish_while_it_is_read_stops(kafka: KafkaBroker, tmp_path: Path) -> None:
    """Retention passes a worker that is too slow: no jump, a sentence, and the other partition goes on."""
    line = Pipeline.create(kafka.bootstrap, tmp_path, partitions=2, batch_records=10)
    go_on = threading.Event()

    def waits(columns: RecordColumns) -> MaskedColumns:
        go_on.wait(60)
        return mask(columns)

    small = {"fetch.message.max.bytes": "1000", "fetch.max.bytes": "1000", "queued.min.messages": "1",
             "queued.max.messages.kbytes": "1", "message.max.bytes": "1000"}  # fmt: skip
    for first in range(0, 400, 20):
        # In batches of Kafka's as small as a fetch, because a fetch gives at least one whole batch.
        line.produce([{"value": b"%d %s" % (n, b"x" * 500), "partition": n % 2} for n in range(first, first + 20)])
    with line.running(using=masking(waits), kafka=small) as running:
        wait_for(lambda: not running.health.reasons(), "the assignment")
        delete_records(kafka.bootstrap, line.raw, 0, 199)
        go_on.set()
        stopped = wait_for(running.health.stopped, "the stopped partition")
        wait_for(lambda: sum(each.partition() == 1 for each in line.read()) == 200, "the other partition")
    assert stopped == [(line.raw, 0)]


def test_an_expired_group_does_not_start_anew(kafka: KafkaBroker, tmp_path: Path) -> None:
    """Another GROUP_ID on a clean topic that holds records: every partition stops, nothing is doubled."""
    line = Pipeline.create(kafka.bootstrap, tmp_path)
    line.numbered(100)
    with line.running():
        line.read(count=100)
    with line.running(group_id="another-group") as running:
        wait_for(lambda: len(running.health.stopped()) == 4, "four stopped partitions")
    assert len(line.read()) == 100


def test_start_latest_is_for_new_groups_only(kafka: KafkaBroker, tmp_path: Path) -> None:
    """A new group begins at the end; what comes while it is down is not skipped."""
    line = Pipeline.create(kafka.bootstrap, tmp_path, start="latest")
    line.numbered(40)
    with line.running() as running:
        wait_for(lambda: not running.health.reasons(), "the assignment")
        wait_for(lambda: all(each.offset >= 0 for each in committed_of(line)), "committed positions")
    line.numbered(40, first=40)
    with line.running():
        clean = line.read(count=40)
    assert sorted(number(each) for each in clean) == list(range(40, 80))
    assert len(line.read()) == 40


def test_new_partitions_wait_until_the_clean_topic_has_them(kafka: KafkaBroker, tmp_path: Path) -> None:
    """Raw grows while running: not ready, one sentence; after the clean topic has grown they begin at 0."""
    line = Pipeline.create(kafka.bootstrap, tmp_path, partitions=2, kafka={"topic.metadata.refresh.interval.ms": "500"})
    line.numbered(20, partitions=2)
    with line.running() as running:
        line.read(count=20)
        grow_topic(kafka.bootstrap, line.raw, 3)
        line.produce([{"value": b"20 secret", "partition": 2}])
        wait_for(lambda: any("topics apply" in each for each in running.health.reasons()), "the sentence")
        grow_topic(kafka.bootstrap, line.clean, 3)
        grow_topic(kafka.bootstrap, line.quarantine, 3)
        clean = line.read(count=21)
        wait_for(lambda: not running.health.reasons(), "readiness")
    assert [number(each) for each in clean if each.partition() == 2] == [20]


def test_a_pattern_never_reads_its_own_output(kafka: KafkaBroker, tmp_path: Path) -> None:
    """`^raw-x.*` matches raw-x, raw-x.clean and a quarantine of that name; only the first is read."""
    line = Pipeline.create(kafka.bootstrap, tmp_path)
    own = create_topic(kafka.bootstrap, f"{line.raw}-quarantine")
    line.numbered(100)
    with line.running(raw_topics=f"^{line.raw}.*", quarantine_topic=own, clean_topic="{topic}.clean") as running:
        clean = line.read(count=100)
        wait_for(lambda: b"maskstream_records_in_total{" in running.metrics.render(), "metrics")
        page = running.metrics.render().decode()
    assert len(clean) == len(line.read()) == 100
    assert f'maskstream_records_in_total{{topic="{line.raw}"}} 100.0' in page
    assert "clean" not in {
        each.partition('"')[2] for each in page.splitlines() if each.startswith("maskstream_records_in")
    }


def test_a_second_owner_of_the_transactional_id_ends_the_first(kafka: KafkaBroker, tmp_path: Path) -> None:
    """Fenced before the transaction's timeout: somebody else has the slot, so the worker leaves with an error."""
    line = Pipeline.create(kafka.bootstrap, tmp_path)
    line.numbered(10)

    def run() -> None:
        with line.running() as running:
            line.read(count=10)
            name = transactional_id(line.settings(), 0)
            thief = Producer({"bootstrap.servers": kafka.bootstrap, "transactional.id": name})
            thief.init_transactions(30)
            line.numbered(10, first=10)
            wait_for(lambda: running.error, "the end of the fenced worker")

    with pytest.raises(FencedError, match="transactional id"):
        run()
    with line.running():
        assert_in_order(line.read(count=20), 20)


def test_a_transaction_that_only_timed_out_gets_a_new_producer(kafka: KafkaBroker, tmp_path: Path) -> None:
    """Kafka ends a transaction for its age: the worker goes on with a new producer, every record once."""
    line = Pipeline.create(kafka.bootstrap, tmp_path, kafka={"transaction.timeout.ms": "2000"})
    line.numbered(100)
    slept: list[bool] = []

    class Sleepy(threading.Event):
        """Stands in the seal, which runs inside the transaction."""

    def seal(*arguments: object) -> object:
        if not slept:
            slept.append(True)
            Sleepy().wait(8)
        return plain.seal(*arguments)  # type: ignore[arg-type, call-arg]

    plain = masking()
    line.produce([{"value": b"100 UNMASKABLE", "partition": 0}])
    with line.running(using=type(plain)(plain.mask, seal, plain.stamp)):  # type: ignore[arg-type]
        clean, sealed = line.read(count=100), line.read(line.quarantine, count=1)
    assert_in_order(clean, 100)
    assert len(sealed) == 1
    assert slept


def test_lost_retention_pauses_until_it_is_back(
    kafka: KafkaBroker, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The clean topic's retention is taken away: not ready, nothing more is read; given back, it goes on."""
    monkeypatch.setattr("streams.agents.worker.LOOK_S", 0.2)
    line = Pipeline.create(kafka.bootstrap, tmp_path)
    line.numbered(10)
    with line.running() as running:
        line.read(count=10)
        alter_topic(kafka.bootstrap, line.clean, {"retention.ms": "-1"})
        wait_for(lambda: any(line.clean in each for each in running.health.reasons()), "the sentence")
        line.numbered(10, first=10)
        deadline = time.monotonic() + 2
        while time.monotonic() < deadline:
            assert len(line.read()) == 10
        alter_topic(kafka.bootstrap, line.clean, {"retention.ms": "86400000"})
        assert_in_order(line.read(count=20), 20)
        assert running.health.reasons() == []


def test_a_recreated_raw_topic_stops_until_somebody_says_where(kafka: KafkaBroker, tmp_path: Path) -> None:
    """The committed offset is of another topic of the same name: its number means nothing there."""
    line = Pipeline.create(kafka.bootstrap, tmp_path, partitions=1)
    line.numbered(10, partitions=1)
    with line.running():
        line.read(count=10)
    foreign = [TopicPartition(line.raw, 0, 5, "id=AAAAAAAAAAAAAAAAAAAAAQ")]
    consumer = Consumer({"bootstrap.servers": kafka.bootstrap, "group.id": line.options["group_id"]})
    consumer.commit(offsets=foreign, asynchronous=False)
    consumer.close()
    with line.running() as running:
        wait_for(running.health.stopped, "the stopped partition")
    assert len(line.read()) == 10


def slowly(delay_s: float, until: threading.Event) -> Callable[[RecordColumns], MaskedColumns]:
    """Masking that takes its time until an event, so that there is work left for whoever joins."""

    def masker(columns: RecordColumns) -> MaskedColumns:
        until.wait(delay_s * len(columns.values))
        return mask(columns)

    return masker


def number(message: Message) -> int:
    return int((message.value() or b"").split(b" ", 1)[0])


def assert_in_order(clean: list[Message], count: int) -> None:
    partitions = {each.partition() or 0 for each in clean}
    for partition in partitions:
        found = [number(each) for each in clean if each.partition() == partition]
        assert found == sorted(set(found)), "doubled or out of order"
    assert sorted(number(each) for each in clean) == list(range(count))
