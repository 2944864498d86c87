"""Exactly once: redrives are killed at random moments of a release, and each record is on the clean topic once."""

import random
import time
from collections import Counter
from functools import partial
from pathlib import Path

import pytest

from streams.quarantine.decisions import Outcome
from tests.support.kafka import KafkaBroker, free_ports, is_free
from tests.support.pipeline import wait_for
from tests.support.redrive import Redrive
from tests.support.slot import slots_of, supervised

PARTITIONS = 4
#: Records of one event; far fewer than an event may have, so that kills find batches of several.
EVENT_RECORDS = 125
SECONDS_A_KILL = 3.0


def test_three_kills_of_a_release_lose_and_double_nothing(kafka: KafkaBroker, tmp_path: Path) -> None:
    """2 000 records released, two redrives, three `kill -9` at random moments, events written again between them."""
    release_with_kills(kafka, tmp_path, records=2_000, kills=3)


@pytest.mark.long
@pytest.mark.timeout(900)
def test_ten_kills_of_a_release_of_ten_thousand_lose_and_double_nothing(kafka: KafkaBroker, tmp_path: Path) -> None:
    """10 000 records released, two redrives, ten `kill -9`."""
    release_with_kills(kafka, tmp_path, records=10_000, kills=10)


def release_with_kills(broker: KafkaBroker, folder: Path, *, records: int, kills: int) -> None:
    line = Redrive(broker.bootstrap, folder, partitions=PARTITIONS, workers=2, http_port=free_port_pair())
    each = records // PARTITIONS
    ids = {p: line.fill(each, partition=p, first=each * p) for p in range(PARTITIONS)}
    events = [
        line.release(ids[p][at : at + EVENT_RECORDS], partition=p)
        for at in range(0, each, EVENT_RECORDS)
        for p in range(PARTITIONS)
    ]
    delay_s = 2 * SECONDS_A_KILL * kills / records
    with supervised(line.settings(), folder / "run.log", delay_s=delay_s) as supervisor:
        for number in range(1, kills + 1):
            wait_for(partial(reached, line, records * number // (kills + 1)), "progress", deadline_s=300)
            time.sleep(random.uniform(0.0, 0.5))  # the random moment
            random.choice(wait_for(lambda: slots_of(supervisor), "a slot to kill")).kill()
            line.write(random.choice(events))
        wait_for(partial(reached, line, records), "the end", deadline_s=300)
        line.outcomes(records)
    assert_exactly_once(line, each)
    assert (folder / "run.log").read_text().count("slot_restarting") >= kills


def reached(line: Redrive, goal: int) -> bool:
    return len(line.written()) >= goal


def assert_exactly_once(line: Redrive, each: int) -> None:
    by_partition: dict[int, list[int]] = {p: [] for p in range(PARTITIONS)}
    for message in line.written():
        number, _, rest = (message.value() or b"").partition(b" ")
        assert rest == b"******"
        by_partition[message.partition() or 0].append(int(number))
    assert {p: sorted(numbers) for p, numbers in by_partition.items()} == {
        p: list(range(each * p, each * (p + 1))) for p in range(PARTITIONS)
    }
    outcomes = [event for event in line.events() if isinstance(event, Outcome)]
    assert {event.result for event in outcomes} == {"redriven"}
    named = Counter((event.partition, record) for event in outcomes for record in event.records)
    assert set(named.values()) == {1}


def free_port_pair() -> int:
    """A port whose follower is free too: slot i listens on port + i."""
    while True:
        (first,) = free_ports(1)
        if is_free(first + 1):
            return first
