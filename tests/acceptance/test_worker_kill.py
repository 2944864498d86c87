"""Exactly once: processes are killed at random moments and a reader sees every record once, in order, masked."""

import random
import time
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest

from tests.support.kafka import KafkaBroker, free_ports
from tests.support.pipeline import Pipeline, read_topic, wait_for
from tests.support.slot import slots_of, supervised

PARTITIONS = 4


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
    chance = random.Random(7)
    line = Pipeline.create(
        broker.bootstrap, folder, partitions=PARTITIONS, workers=2, batch_records=500, http_port=free_port_pair()
    )
    share = records // (len(troubles) + 1)
    with supervised(line.settings(), folder / "run.log") as supervisor:
        line.numbered(share, partitions=PARTITIONS)
        for number, trouble in enumerate(troubles, 1):
            last = records - number * share if number == len(troubles) else share
            line.numbered(last, partitions=PARTITIONS, first=number * share)
            time.sleep(chance.uniform(0.0, 1.5))  # the random moment
            trouble(supervisor)
        clean = read_topic(broker.bootstrap, line.clean, count=records, deadline_s=300)
    assert_exactly_once(broker, line, records)
    assert len(clean) == records


def kill_a_slot(supervisor: psutil.Process) -> None:
    slots = wait_for(lambda: slots_of(supervisor), "a slot to kill")
    random.choice(slots).kill()


def free_port_pair() -> int:
    """A port whose follower is free too: slot i listens on port + i."""
    while True:
        first, second = sorted(free_ports(2))
        if second == first + 1:
            return first
        if free_ports(1):
            return first


def assert_exactly_once(broker: KafkaBroker, line: Pipeline, records: int) -> None:
    by_partition: dict[int, list[int]] = defaultdict(list)
    for message in line.read():
        number, _, rest = (message.value() or b"").partition(b" ")
        assert rest == b"******"
        by_partition[message.partition() or 0].append(int(number))
    assert by_partition == {key: list(range(key, records, PARTITIONS)) for key in range(PARTITIONS)}
    assert read_topic(broker.bootstrap, line.quarantine) == []
