"""Exactly once: processes are killed at random moments and a reader sees every record once, in order, masked."""

import random
import time
from collections import defaultdict
from collections.abc import Callable
from functools import partial
from pathlib import Path

import psutil
import pytest
from confluent_kafka import Consumer, TopicPartition

from tests.support.kafka import KafkaBroker, free_ports, is_free
from tests.support.pipeline import Pipeline, read_topic, wait_for
from tests.support.slot import slots_of, supervised

PARTITIONS = 4
#: How much work there is for each trouble.
SECONDS_A_TROUBLE = 4.0


def test_three_kills_lose_and_double_nothing(kafka: KafkaBroker, tmp_path: Path) -> None:
    """20 000 records, two workers, three `kill -9` at random moments."""
    run_with_trouble(kafka, tmp_path, records=20_000, troubles=[kill_a_slot] * 3)


@pytest.mark.long
@pytest.mark.timeout(1500)
def test_ten_kills_lose_and_double_nothing(kafka: KafkaBroker, tmp_path: Path) -> None:
    """200 000 records, two workers, ten `kill -9` at random moments."""
    run_with_trouble(kafka, tmp_path, records=200_000, troubles=[kill_a_slot] * 10)


@pytest.mark.long
@pytest.mark.timeout(1500)
def test_a_killed_and_restarted_broker_loses_and_doubles_nothing(tmp_path: Path) -> None:
    """200 000 records, two workers, ten `kill -9`, and the broker killed and started again in between."""
    broker = KafkaBroker()
    try:
        broker.start()

        def kill_the_broker(_supervisor: psutil.Process) -> None:
            broker.restart(hard=True)

        troubles = [*[kill_a_slot] * 5, kill_the_broker, *[kill_a_slot] * 5]
        run_with_trouble(broker, tmp_path, records=200_000, troubles=troubles)
    finally:
        broker.close()


def run_with_trouble(
    broker: KafkaBroker, folder: Path, *, records: int, troubles: list[Callable[[psutil.Process], None]]
) -> None:
    line = Pipeline.create(
        broker.bootstrap, folder, partitions=PARTITIONS, workers=2, batch_records=500, http_port=free_port_pair()
    )
    line.numbered(records, partitions=PARTITIONS)
    # Two workers need so long that each trouble finds them at work.
    delay_s = 2 * SECONDS_A_TROUBLE * len(troubles) / records
    with supervised(line.settings(), folder / "run.log", delay_s=delay_s) as supervisor:
        for number, trouble in enumerate(troubles, 1):
            goal = records * number // (len(troubles) + 1)
            wait_for(partial(reached, line, goal), "progress", deadline_s=300)
            time.sleep(random.uniform(0.0, 0.5))  # the random moment
            trouble(supervisor)
        clean = read_topic(broker.bootstrap, line.clean, count=records, deadline_s=300)
    assert_exactly_once(broker, line, records)
    assert len(clean) == records
    assert (folder / "run.log").read_text().count("slot_restarting") >= sum(one is kill_a_slot for one in troubles)


def reached(line: Pipeline, goal: int) -> bool:
    """Whether so many offsets of the clean topic are used, markers and aborted records included."""
    consumer = Consumer({"bootstrap.servers": line.bootstrap, "group.id": "progress"})
    try:
        partitions = [TopicPartition(line.clean, number) for number in range(PARTITIONS)]
        return sum(consumer.get_watermark_offsets(each, 10)[1] for each in partitions) >= goal
    finally:
        consumer.close()


def kill_a_slot(supervisor: psutil.Process) -> None:
    slots = wait_for(lambda: slots_of(supervisor), "a slot to kill")
    random.choice(slots).kill()


def free_port_pair() -> int:
    """A port whose follower is free too: slot i listens on port + i."""
    while True:
        (first,) = free_ports(1)
        if is_free(first + 1):
            return first


def assert_exactly_once(broker: KafkaBroker, line: Pipeline, records: int) -> None:
    by_partition: dict[int, list[int]] = defaultdict(list)
    for message in line.read():
        number, _, rest = (message.value() or b"").partition(b" ")
        assert rest == b"******"
        by_partition[message.partition() or 0].append(int(number))
    assert by_partition == {key: list(range(key, records, PARTITIONS)) for key in range(PARTITIONS)}
    assert read_topic(broker.bootstrap, line.quarantine) == []
